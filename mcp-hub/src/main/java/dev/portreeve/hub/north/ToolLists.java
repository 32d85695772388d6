package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tools a caller may use, by the decision that also guards their calls. One page: the catalogue is bounded, and a page
 * of a list that changes between pages helps nobody.
 */
final class ToolLists {
    private static final int OK = 200;
    private static final long PRIME = 1_000_003;
    private final ToolCatalog catalog;
    private final AccessPolicy access;

    ToolLists(ToolCatalog catalog, AccessPolicy access) {
        this.catalog = catalog;
        this.access = access;
    }

    /**
     * The result of {@code tools/list}.
     *
     * @param extra further members of the result
     * @throws BadMessage for a cursor, since none was handed out
     */
    RawJson list(Subject subject, View view, @Nullable RawJson params, Map<String, RawJson> extra) {
        if (params != null && params.member("cursor") != null) {
            throw new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, "unknown cursor: the list has one page"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, "{\"tools\":[");
        boolean first = true;
        for (CatalogTool tool : catalog.snapshot(view).tools()) {
            if (access.mayUse(subject, tool.resource())) {
                put(out, first ? "" : ",");
                tool.listing().writeTo(out);
                first = false;
            }
        }
        put(out, "]");
        extra.forEach((name, value) -> {
            put(out, ",\"" + name + "\":");
            value.writeTo(out);
        });
        put(out, "}");
        return RawJson.of(out.toByteArray());
    }

    /** See {@link VisibleLists}. */
    long fingerprint(Subject subject, View view) {
        long print = 1;
        for (CatalogTool tool : catalog.snapshot(view).tools()) {
            if (access.mayUse(subject, tool.resource())) {
                print = PRIME * print + tool.name().hashCode();
                print = PRIME * print + tool.resource().hashCode();
            }
        }
        return print;
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
