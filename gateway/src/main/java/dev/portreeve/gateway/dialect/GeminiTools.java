package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Element;
import dev.portreeve.gateway.dialect.HostedTools.Found;
import dev.portreeve.gateway.dialect.HostedTools.Listing;
import dev.portreeve.gateway.dialect.HostedTools.Member;
import dev.portreeve.gateway.dialect.HostedTools.Place;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Finds the hosted tools of a request of Gemini's dialect, where a tool is named by a member of its own: whatever declares no
 * functions is the provider's, also what nobody knew when this was written. For one request.
 */
final class GeminiTools {
    private static final Set<String> CALLERS = Set.of("functionDeclarations", "function_declarations");

    private final List<Found> found = new ArrayList<>();
    private final List<Listing> listings = new ArrayList<>();

    HostedTools found() {
        return found.isEmpty() ? HostedTools.NONE : new HostedTools(found, listings);
    }

    /** Reads the request's {@code tools}. */
    void read(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return;
        }
        if (!walk.is(JsonToken.START_ARRAY)) {
            throw BadRequest.invalid("invalid_type", "tools", "\"tools\" must be an array");
        }
        int start = walk.start();
        List<Element> elements = new ArrayList<>();
        while (walk.element()) {
            if (!walk.is(JsonToken.START_OBJECT)) {
                throw BadRequest.invalid("invalid_type", "tools", "a tool must be an object");
            }
            Element tool = tool(walk);
            if (!tool.members().isEmpty()) {
                elements.add(tool);
            }
        }
        if (!found.isEmpty()) {
            listings.add(new Listing(new Span(start, walk.position()), elements));
        }
    }

    private Element tool(JsonWalk walk) {
        int start = walk.start();
        Map<String, Span> values = new LinkedHashMap<>();
        Set<String> objects = new HashSet<>();
        while (walk.member()) {
            if (walk.is(JsonToken.VALUE_NULL)) {
                walk.skipQuickly();
            } else {
                String name = walk.name();
                if (walk.is(JsonToken.START_OBJECT)) {
                    objects.add(name);
                }
                values.put(name, walk.skip());
            }
        }
        Span at = new Span(start, walk.position());
        List<Member> members = new ArrayList<>();
        List<Found> hosted = new ArrayList<>();
        values.forEach((name, value) -> {
            Found tool = null;
            if (!CALLERS.contains(name)) {
                HostedToolReader.requireRoom(found);
                // What is said of a tool is an object: its own, or else the one that names it.
                Span definition = objects.contains(name) ? value : at;
                tool = new Found(HostedToolReader.plain(name), Place.LISTED, value, definition);
                found.add(tool);
                hosted.add(tool);
            }
            members.add(new Member(ErrorAnswer.quoted(name), value, tool));
        });
        return new Element(at, hosted, members);
    }
}
