package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ContextEntry;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The prompts, resources and templates a caller may use, by the decision that also guards them. One page. */
final class ContextLists {
    private static final int OK = 200;
    private final ContextCatalog catalog;
    private final Supplier<AccessPolicy> access;

    ContextLists(ContextCatalog catalog, Supplier<AccessPolicy> access) {
        this.catalog = catalog;
        this.access = access;
    }

    /**
     * The result of a list method.
     *
     * @param extra further members of the result
     * @throws BadMessage for a cursor, since none was handed out
     */
    RawJson list(Subject subject, View view, Listing listing, @Nullable RawJson params, Map<String, RawJson> extra) {
        if (params != null && params.member("cursor") != null) {
            throw new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, "unknown cursor: the list has one page"));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put(out, "{\"" + listing.member() + "\":[");
        AccessPolicy rules = access.get();
        boolean first = true;
        for (ContextEntry entry : catalog.list(view, listing)) {
            if (rules.mayUse(subject, entry.resource())) {
                put(out, first ? "" : ",");
                entry.listing().writeTo(out);
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
    Map<String, Long> prints(Subject subject, View view, Listing listing) {
        AccessPolicy rules = access.get();
        return catalog.prints(view, listing, resource -> rules.mayUse(subject, resource));
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
}
