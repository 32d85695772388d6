package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Element;
import dev.portreeve.gateway.dialect.HostedTools.Found;
import dev.portreeve.gateway.dialect.HostedTools.Listing;
import dev.portreeve.gateway.dialect.HostedTools.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JsonToken;

/**
 * Finds a request's hosted tools. Which kinds run at the caller is a closed list; every other is the provider's, so that a
 * kind nobody knew when this was written is not let through. For one request.
 */
final class HostedToolReader {
    /** More than any request needs; each is decided about and recorded. */
    private static final int MAX_FOUND = 32;

    private static final Set<String> CHAT = Set.of("function", "custom");
    /** A namespace is a group of functions. */
    private static final Set<String> RESPONSES =
            Set.of("function", "custom", "namespace", "local_shell", "apply_patch");

    /** What a group can hold; a group in a group is none that anybody described. */
    private static final Set<String> GROUPED = Set.of("", "function", "custom");

    private static final Set<String> ANTHROPIC = Set.of("custom");
    /** Anthropic's words for tools that it describes and the caller runs; a date follows. */
    private static final List<String> ANTHROPIC_CALLERS = List.of("bash_", "text_editor_", "memory_");

    /** What a choice can be beside the name of a hosted tool. */
    private static final Set<String> CHOICES =
            Set.of("function", "custom", "allowed_tools", "auto", "any", "tool", "none");

    private static final Pattern ODD = Pattern.compile("[^A-Za-z0-9_.-]");
    private static final int MAX_KIND = 60;

    private final Dialect dialect;
    private final List<Found> found = new ArrayList<>();
    private final List<Listing> listings = new ArrayList<>();
    /** Servers by their names, and the names of the servers that sets of tools are of. */
    private final Map<String, Span> servers = new HashMap<>();

    private final Map<Found, String> serversOfSets = new HashMap<>();

    /** What a look at one tool says. */
    private record Entry(String kind, String name, String server, Span at, List<Found> inner) {}

    HostedToolReader(Dialect dialect) {
        this.dialect = dialect;
    }

    HostedTools found() {
        if (found.isEmpty()) {
            return HostedTools.NONE;
        }
        return new HostedTools(
                found.stream().map(this::withServer).toList(),
                listings.stream()
                        .map(listing -> new Listing(
                                listing.all(),
                                listing.elements().stream()
                                        .map(element -> new Element(
                                                element.at(),
                                                element.hosted().stream()
                                                        .map(this::withServer)
                                                        .toList()))
                                        .toList()))
                        .toList());
    }

    /** What is decided about a set of tools is decided about the server that has them. */
    private Found withServer(Found set) {
        Span server = servers.get(serversOfSets.getOrDefault(set, ""));
        return server == null ? set : new Found(set.kind(), set.place(), set.at(), server);
    }

    /** Reads a member of the request's root: {@code tools}, or one that names hosted tools in its own way. */
    void read(JsonWalk walk) {
        switch (walk.name()) {
            case "tools" -> listing(walk, false);
            case "tool_choice" -> choice(walk);
            case "mcp_servers" -> listing(walk, true);
            default -> member(walk);
        }
    }

    private void listing(JsonWalk walk, boolean ofServers) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            if (ofServers) {
                member(walk);
            } else {
                walk.skipQuickly();
            }
            return;
        }
        int start = walk.start();
        List<Element> elements = new ArrayList<>();
        boolean any = false;
        while (walk.element()) {
            Element element = ofServers ? server(walk) : tool(walk);
            elements.add(element);
            any |= !element.hosted().isEmpty();
        }
        if (any) {
            listings.add(new Listing(new Span(start, walk.position()), elements));
        }
    }

    private Element server(JsonWalk walk) {
        Entry entry = entry(walk);
        servers.put(entry.name(), entry.at());
        return new Element(entry.at(), List.of(add("mcp_servers", Place.LISTED, entry.at(), entry.at())));
    }

    private Element tool(JsonWalk walk) {
        Entry entry = entry(walk);
        if (isCallers(entry.kind())) {
            return new Element(entry.at(), entry.inner().stream().map(this::add).toList());
        }
        Found tool = add(entry.kind(), Place.LISTED, entry.at(), entry.at());
        if (!entry.server().isEmpty()) {
            serversOfSets.put(tool, entry.server());
        }
        return new Element(entry.at(), List.of(tool));
    }

    /** Reads what the walk stands on, whatever it is. */
    private Entry entry(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            return new Entry("", "", "", walk.skip(), List.of());
        }
        int start = walk.start();
        String kind = "";
        String name = "";
        String server = "";
        List<Span> inner = new ArrayList<>();
        List<String> innerKinds = new ArrayList<>();
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> kind = text(walk);
                case "name" -> name = text(walk);
                case "mcp_server_name" -> server = text(walk);
                case "tools" -> inner(walk, inner, innerKinds);
                default -> walk.skipQuickly();
            }
        }
        Span at = new Span(start, walk.position());
        List<Found> hosted = new ArrayList<>();
        for (int i = 0; i < inner.size(); i++) {
            hosted.add(new Found(plain(innerKinds.get(i)), Place.LISTED, at, inner.get(i)));
        }
        return new Entry(kind, name, server, at, hosted);
    }

    /** The hosted ones of a group's tools. */
    private void inner(JsonWalk walk, List<Span> spans, List<String> kinds) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                walk.skipQuickly();
                continue;
            }
            int start = walk.start();
            String kind = "";
            while (walk.member()) {
                if (walk.name().equals("type")) {
                    kind = text(walk);
                } else {
                    walk.skipQuickly();
                }
            }
            if (!GROUPED.contains(kind)) {
                kinds.add(kind);
                spans.add(new Span(start, walk.position()));
            }
        }
    }

    private boolean isCallers(String kind) {
        if (kind.isEmpty()) {
            return true;
        }
        return switch (dialect) {
            case OPENAI_CHAT -> CHAT.contains(kind);
            case OPENAI_RESPONSES -> RESPONSES.contains(kind);
            case ANTHROPIC_MESSAGES ->
                ANTHROPIC.contains(kind) || ANTHROPIC_CALLERS.stream().anyMatch(kind::startsWith);
            // Gemini names its tools in another way, and the others are spoken to providers only.
            case GEMINI, BEDROCK_CONVERSE, COHERE_CHAT -> false;
        };
    }

    /** A choice of a hosted tool would be refused once that tool is gone. */
    private void choice(JsonWalk walk) {
        Entry entry = entry(walk);
        if (!entry.kind().isEmpty() && !CHOICES.contains(entry.kind()) && !isCallers(entry.kind())) {
            Found unused = add(entry.kind(), Place.CHOSEN, entry.at(), entry.at());
        }
    }

    private void member(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            walk.skipQuickly();
            return;
        }
        String kind = walk.name();
        Span value = walk.skip();
        Found unused = add(kind, Place.MEMBER, value, value);
    }

    private Found add(String kind, Place place, Span at, Span definition) {
        return add(new Found(plain(kind), place, at, definition));
    }

    private Found add(Found tool) {
        requireRoom(found);
        found.add(tool);
        return tool;
    }

    /** For one more. */
    static void requireRoom(List<Found> found) {
        if (found.size() == MAX_FOUND) {
            throw BadRequest.invalid(
                    "invalid_value",
                    "tools",
                    "the provider would run more than " + MAX_FOUND + " of these tools by itself, which is more than is"
                            + " decided about in one request");
        }
    }

    private static String text(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_STRING)) {
            return walk.string();
        }
        walk.skipQuickly();
        return "";
    }

    /** It comes from the caller, and goes into headers and records. */
    static String plain(String kind) {
        String shown = kind.length() > MAX_KIND ? kind.substring(0, MAX_KIND) : kind;
        return ODD.matcher(shown).replaceAll("?");
    }
}
