package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Subject;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Holds modern callers to the headers that a tool's schema asks for. Thread-safe. */
final class ArgumentHeaders {
    private static final int BAD_REQUEST = 400;

    private final ToolCatalog catalog;
    private final Supplier<AccessPolicy> access;

    ArgumentHeaders(ToolCatalog catalog, Supplier<AccessPolicy> access) {
        this.catalog = catalog;
        this.access = access;
    }

    /**
     * Looks only at tools the caller may use: of others it must not learn what their schemas ask for.
     *
     * @throws BadMessage if a header is missing, is too much, or differs from the argument in the body
     */
    void require(Subject subject, View view, @Nullable RawJson params, McpExchange exchange) {
        RawJson sent = params == null ? RawJson.EMPTY_OBJECT : params;
        RawJson name = sent.member("name");
        Optional<CatalogTool> tool = (name == null ? Optional.<String>empty() : name.asString())
                .flatMap(text -> catalog.snapshot(view).find(text))
                .filter(known -> access.get().mayUse(subject, known.resource()));
        if (tool.isEmpty()) {
            return;
        }
        RawJson arguments = sent.member("arguments");
        tool.get()
                .mirrored()
                .mismatch(arguments == null ? RawJson.EMPTY_OBJECT : arguments, exchange::header)
                .ifPresent(header -> {
                    throw new BadMessage(
                            BAD_REQUEST,
                            new McpError(
                                    McpError.HEADER_MISMATCH,
                                    "the header " + header + " does not say what the arguments say"));
                });
    }
}
