package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Listing and asking over any connection: the part that is the same for every transport and era. */
final class ToolOperations {
    private static final int MAX_PAGES = 100;
    private final String slug;
    private final SouthLimits limits;

    ToolOperations(String slug, SouthLimits limits) {
        this.slug = slug;
        this.limits = limits;
    }

    List<RawJson> list(ServerLink link, Listing listing, Deadline deadline) {
        List<RawJson> entries = new ArrayList<>();
        RawJson cursor = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            JsonRpcMessage.Response response =
                    link.request(ServerRequest.list(listing, cursor), Party.GATEWAY, Meanwhile.NOTHING, deadline);
            McpError error = response.error();
            if (error != null) {
                throw refused("refused to list its " + listing.member() + " (error " + error.code() + ")");
            }
            cursor = addPage(entries, listing, result(response));
            if (cursor == null) {
                return entries;
            }
        }
        throw ToolServerFault.garbage(slug, "lists its " + listing.member() + " on more than " + MAX_PAGES + " pages");
    }

    private @Nullable RawJson addPage(List<RawJson> entries, Listing listing, RawJson result) {
        try {
            Map<String, RawJson> members = result.members();
            RawJson page = members.get(listing.member());
            if (page == null || !page.isArray()) {
                throw ToolServerFault.garbage(slug, "answered a list without " + listing.member());
            }
            page.elements().forEach(entries::add);
            int maxEntries = listing == Listing.RESOURCES ? limits.maxResources() : limits.maxTools();
            if (entries.size() > maxEntries) {
                throw ToolServerFault.garbage(slug, "lists more than " + maxEntries + " " + listing.member());
            }
            RawJson cursor = members.get("nextCursor");
            return cursor == null || !cursor.isString() ? null : cursor;
        } catch (BadMessage malformed) {
            throw ToolServerFault.garbage(slug, "answered a list that cannot be read");
        }
    }

    Answered ask(ServerLink link, Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
        setLogLevel(link, party, request.logLevel(), deadline);
        JsonRpcMessage.Response response = link.request(request, party, meanwhile, deadline);
        McpError error = response.error();
        if (error != null) {
            return new Answered.Refusal(error);
        }
        RawJson result = result(response);
        requireOffered(party, result);
        return new Answered.Result(result);
    }

    // In the older era the level belongs to the session; a server that does not take it just logs as it likes.
    private static void setLogLevel(ServerLink link, Party party, @Nullable String level, Deadline deadline) {
        if (level != null && !link.isModern() && link.profile().can("logging") && link.changesLogLevel(level)) {
            JsonRpcMessage.Response ignored = link.request(
                    ServerRequest.of("logging/setLevel", Map.of("level", RawJson.string(level))),
                    party,
                    Meanwhile.NOTHING,
                    deadline);
        }
    }

    private void requireOffered(Party party, RawJson result) {
        RawJson type = result.member("resultType");
        String kind = type == null ? "complete" : type.asString().orElse("");
        boolean offered = switch (kind) {
            case "complete", "input_required" -> true;
            case "task" -> {
                RawJson extensions = party.capabilities().member("extensions");
                yield extensions != null && extensions.member(TaskState.EXTENSION) != null;
            }
            default -> false;
        };
        if (!offered) {
            throw ToolServerFault.garbage(slug, "answered with a kind of result it was not offered");
        }
    }

    private RawJson result(JsonRpcMessage.Response response) {
        RawJson result = response.result();
        if (result == null || !result.isObject()) {
            throw ToolServerFault.garbage(slug, "answered without a result");
        }
        return result;
    }

    private ToolServerFault refused(String what) {
        return ToolServerFault.of(UpstreamFault.Kind.REFUSED, "tool server \"" + slug + "\" " + what, false);
    }
}
