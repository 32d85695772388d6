package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A {@code mcp} tool of a Responses request that means this gateway's own {@code /mcp}: its caller wants the tools there to be called in the
 * course of making the response. Immutable.
 *
 * @param label what the caller calls the server
 * @param view which tools there, as behind {@code /mcp/}; empty for all
 * @param allowed which of these the model may be offered
 * @param unasked of which its caller does not want to be asked before each call; what the gateway's own rules say is another matter
 */
public record OwnServer(String label, String view, Filter allowed, Filter unasked) {
    private static final int MAX_SERVERS = 16;

    /** Says which view of this gateway a server is. */
    @FunctionalInterface
    public interface Places {
        /**
         * The view; {@code null} if it is another's server.
         *
         * @param url its address, or {@code null} if the request gives none
         */
        @Nullable
        String view(@Nullable String url, String label);
    }

    /**
     * Some of a server's tools.
     *
     * @param names these; {@code null} for any
     * @param readOnly only those that say so of themselves, or only others; {@code null} for both
     */
    public record Filter(
            @Nullable Set<String> names, @Nullable Boolean readOnly) {
        static final Filter ALL = new Filter(null, null);
        static final Filter NONE = new Filter(Set.of(), null);

        boolean takes(String tool, boolean isReadOnly) {
            return (names == null || names.contains(tool)) && (readOnly == null || readOnly == isReadOnly);
        }

        private Filter without(Filter others) {
            if (names == null || others.names == null) {
                return others.equals(NONE) ? this : NONE;
            }
            Set<String> left = new HashSet<>(names);
            left.removeAll(others.names);
            return new Filter(left, readOnly);
        }

        private static Filter of(JsonNode json) {
            JsonNode listed = json.isArray() ? json : json.path("tool_names");
            Set<String> names = null;
            if (listed.isArray()) {
                names = new HashSet<>();
                for (JsonNode name : listed) {
                    names.add(name.asString(""));
                }
            }
            JsonNode readOnly = json.path("read_only");
            return new Filter(names, readOnly.isBoolean() ? readOnly.booleanValue() : null);
        }
    }

    /** The servers of a request that are this gateway; empty for nearly all requests. At most 16; those beyond are others'. */
    public static List<OwnServer> in(byte[] body, Places places) {
        List<OwnServer> found = new ArrayList<>();
        for (JsonNode tool : Json.read(body, 0, body.length).path("tools")) {
            String view = found.size() < MAX_SERVERS ? view(tool, places) : null;
            if (view != null) {
                JsonNode allowed = Json.given(tool, "allowed_tools");
                found.add(new OwnServer(
                        Json.string(tool, "server_label", ""),
                        view,
                        allowed == null ? Filter.ALL : Filter.of(allowed),
                        unasked(tool.path("require_approval"))));
            }
        }
        return found;
    }

    /** Whether a tool of a request is such a server. */
    static @Nullable String view(JsonNode tool, Places places) {
        boolean mcp = Json.string(tool, "type", "").equals("mcp") && Json.given(tool, "connector_id") == null;
        return mcp ? places.view(Json.string(tool, "server_url"), Json.string(tool, "server_label", "")) : null;
    }

    // OpenAI's service asks before every call unless it is told not to; what stands in both lists is asked about.
    private static Filter unasked(JsonNode said) {
        if (said.isString()) {
            return said.stringValue().equals("never") ? Filter.ALL : Filter.NONE;
        }
        JsonNode never = Json.given(said, "never");
        JsonNode always = Json.given(said, "always");
        return never == null ? Filter.NONE : Filter.of(never).without(always == null ? Filter.NONE : Filter.of(always));
    }

    boolean offers(String tool, boolean isReadOnly) {
        return allowed.takes(tool, isReadOnly);
    }

    boolean asksBefore(String tool, boolean isReadOnly) {
        return !unasked.takes(tool, isReadOnly);
    }
}
