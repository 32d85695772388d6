package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Cancellation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The methods about prompts, resources and completions, which both eras have, and what is declared of them. */
final class ContextMethods {
    private static final int MAX_INSTRUCTIONS_CHARS = 16 * 1024;
    private final ToolCatalog servers;
    private final ContextCatalog catalog;
    private final ContextLists lists;
    private final ContextFinder finder;
    private final ContextCalls calls;

    ContextMethods(
            ToolCatalog servers, ContextCatalog catalog, ContextLists lists, ContextFinder finder, ContextCalls calls) {
        this.servers = servers;
        this.catalog = catalog;
        this.lists = lists;
        this.finder = finder;
        this.calls = calls;
    }

    /** The list a method stands for; empty if it stands for none of these. */
    static Optional<Listing> listing(String method) {
        return switch (method) {
            case "prompts/list" -> Optional.of(Listing.PROMPTS);
            case "resources/list" -> Optional.of(Listing.RESOURCES);
            case "resources/templates/list" -> Optional.of(Listing.TEMPLATES);
            default -> Optional.empty();
        };
    }

    static boolean isCall(String method) {
        return switch (method) {
            case ContextRequest.GET_PROMPT, ContextRequest.READ, ContextRequest.COMPLETE -> true;
            default -> false;
        };
    }

    RawJson list(Counterpart caller, Listing listing, @Nullable RawJson params, Map<String, RawJson> extra) {
        return lists.list(caller.subject(), caller.view(), listing, params, extra);
    }

    /** Runs one call to its end on the calling thread. */
    Reply call(Counterpart caller, String method, @Nullable RawJson params, Answer answer, Cancellation cancellation) {
        return switch (finder.find(caller, method, params)) {
            case ContextFinder.Found.Request(ContextRequest request) ->
                calls.call(caller, request, params, answer, cancellation);
            case ContextFinder.Found.Nothing(Reply reply) -> reply;
        };
    }

    /** What the servers of a view can do, beside their tools. */
    ObjectNode capabilities(View view) {
        ObjectNode capabilities = ServerSelf.capabilities();
        List<ServerEntry> shown = servers.servers().stream()
                .filter(server -> view.shows(server.slug()))
                .toList();
        boolean prompts = shown.stream().anyMatch(server -> catalog.shows(view, server, Listing.PROMPTS));
        if (prompts && !capabilities.has("prompts")) {
            capabilities.putObject("prompts").put("listChanged", true);
        }
        if (shown.stream().anyMatch(server -> profile(server).can("resources")) && !capabilities.has("resources")) {
            ObjectNode resources = capabilities.putObject("resources").put("listChanged", true);
            if (shown.stream().anyMatch(this::tellsOfUpdates)) {
                resources.put("subscribe", true);
            }
        }
        if (shown.stream().anyMatch(server -> profile(server).can("completions"))) {
            capabilities.putObject("completions");
        }
        if (shown.stream().anyMatch(server -> profile(server).can("logging"))) {
            capabilities.putObject("logging");
        }
        return capabilities;
    }

    private boolean tellsOfUpdates(ServerEntry server) {
        RawJson resources = profile(server).capabilities().member("resources");
        RawJson subscribe = resources == null ? null : resources.member("subscribe");
        return subscribe != null && subscribe.isTrue();
    }

    private ServerProfile profile(ServerEntry server) {
        return servers.memory().profile(server);
    }

    /** What a server says of its use, where callers see that server and nothing else; {@code null} if nothing. */
    @Nullable
    String instructions(View view) {
        // Several servers' instructions are not merged: one could speak about another's tools.
        return view instanceof View.OneServer one
                ? servers.server(one.slug())
                        .map(catalog::instructions)
                        .filter(text -> text.length() <= MAX_INSTRUCTIONS_CHARS)
                        .map(DefinitionScan::clean)
                        .orElse(null)
                : null;
    }
}
