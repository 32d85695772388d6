package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tools in a request that its provider would run by itself, out of sight of every rule for tools: searches, code, connectors. What
 * becomes of each is decided elsewhere; this knows where they stand.
 *
 * @param found in the order of the request
 * @param listings the arrays they stand in, with whatever stands beside them
 */
public record HostedTools(List<Found> found, List<Listing> listings) {
    public static final HostedTools NONE = new HostedTools(List.of(), List.of());

    /** In what way a request speaks of such a tool. */
    public enum Place {
        /** It is offered to the model. */
        LISTED,
        /** The model must use it; without its being offered, the provider refuses. */
        CHOSEN,
        /** A member of the request's root asks for it. */
        MEMBER
    }

    /**
     * One of them.
     *
     * @param kind in the dialect's word, with nothing in it that could harm a header
     * @param at the whole value that would have to go with it
     * @param definition where what says how it is used stands: a JSON object, if the request is in order
     */
    public record Found(String kind, Place place, Span at, Span definition) {
        /** The name that rules know. */
        public String tool() {
            return Resource.HostedTool.canonical(kind);
        }
    }

    /** An array in which some stand. */
    record Listing(Span all, List<Element> elements) {
        Listing {
            elements = List.copyOf(elements);
        }

        private boolean goes(Predicate<Found> withheld) {
            return elements.stream()
                    .anyMatch(element -> element.hosted().stream().anyMatch(withheld));
        }

        private List<String> left(byte[] body, Predicate<Found> withheld) {
            List<String> left = new ArrayList<>();
            for (Element element : elements) {
                String of = element.left(body, withheld);
                if (of != null) {
                    left.add(of);
                }
            }
            return left;
        }
    }

    /**
     * An element of such an array.
     *
     * @param hosted usually one; none for tools that the caller runs
     * @param members where a dialect names tools by members of one object, those: each can go alone. Else none
     */
    record Element(Span at, List<Found> hosted, List<Member> members) {
        Element {
            hosted = List.copyOf(hosted);
            members = List.copyOf(members);
        }

        Element(Span at, List<Found> hosted) {
            this(at, hosted, List.of());
        }

        /** What stays of it, as JSON; {@code null} for nothing. */
        private @Nullable String left(byte[] body, Predicate<Found> withheld) {
            if (hosted.stream().noneMatch(withheld)) {
                return at.text(body);
            }
            List<String> kept = new ArrayList<>();
            for (Member member : members) {
                if (member.hosted() == null || !withheld.test(member.hosted())) {
                    kept.add(member.name() + ":" + member.value().text(body));
                }
            }
            return kept.isEmpty() ? null : "{" + String.join(",", kept) + "}";
        }
    }

    /**
     * A member of such an element.
     *
     * @param name as JSON
     * @param hosted the tool it names; {@code null} for what the caller runs
     */
    record Member(String name, Span value, @Nullable Found hosted) {}

    public HostedTools {
        found = List.copyOf(found);
        listings = List.copyOf(listings);
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** Those that are decided about: a choice goes the way of the tool that it chooses. */
    public List<Found> subjects() {
        return found.stream()
                .filter(each -> each.place() != Place.CHOSEN || !isListed(each))
                .toList();
    }

    private boolean isListed(Found choice) {
        return found.stream()
                .anyMatch(each -> each.place() != Place.CHOSEN && each.kind().equals(choice.kind()));
    }

    /**
     * One change that takes some of them out, as JSON source for a span; {@code null} once none of them is there. A body that was
     * changed is read again, and may need another.
     */
    @Nullable
    Cut cut(byte[] body, Predicate<Found> withheld) {
        for (Listing listing : listings) {
            if (listing.goes(withheld)) {
                return Cut.elements(body, listing.all(), listing.left(body, withheld));
            }
        }
        for (Found each : found) {
            boolean goes = switch (each.place()) {
                case LISTED -> false;
                case MEMBER -> withheld.test(each);
                case CHOSEN -> isListed(each) ? !isOffered(each, withheld) : withheld.test(each);
            };
            if (goes) {
                return Cut.member(body, each.at());
            }
        }
        return null;
    }

    private boolean isOffered(Found choice, Predicate<Found> withheld) {
        return found.stream()
                .anyMatch(each ->
                        each.place() != Place.CHOSEN && each.kind().equals(choice.kind()) && !withheld.test(each));
    }
}
