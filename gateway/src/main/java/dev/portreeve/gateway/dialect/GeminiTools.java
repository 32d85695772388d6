package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.HostedTools.Element;
import dev.portreeve.gateway.dialect.HostedTools.Found;
import dev.portreeve.gateway.dialect.HostedTools.Listing;
import dev.portreeve.gateway.dialect.HostedTools.Member;
import dev.portreeve.gateway.dialect.HostedTools.Place;
import java.util.ArrayList;
import java.util.List;
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
            elements.add(tool(walk));
        }
        if (!found.isEmpty()) {
            listings.add(new Listing(new Span(start, walk.position()), elements));
        }
    }

    private Element tool(JsonWalk walk) {
        int start = walk.start();
        List<Member> members = new ArrayList<>();
        List<Found> hosted = new ArrayList<>();
        while (walk.member()) {
            String name = walk.name();
            if (walk.is(JsonToken.VALUE_NULL)) {
                walk.skipQuickly();
                continue;
            }
            Span value = walk.skip();
            Found tool = null;
            if (!CALLERS.contains(name)) {
                HostedToolReader.requireRoom(found);
                tool = new Found(HostedToolReader.plain(name), Place.LISTED, value, value);
                found.add(tool);
                hosted.add(tool);
            }
            members.add(new Member(ErrorAnswer.quoted(name), value, tool));
        }
        return new Element(new Span(start, walk.position()), hosted, members);
    }
}
