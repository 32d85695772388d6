package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of Gemini's answers. Each chunk of a stream says what was used so far, so the last counts. No event ends a stream: it
 * closes after the chunk that says why the answer ended, or why there is none.
 */
final class GeminiMeter implements AnswerMeter {
    private final Grounding grounding = new Grounding();
    private @Nullable Usage reported;
    private boolean error;
    private boolean candidates;
    private boolean ended;

    @Override
    public @Nullable Usage reported() {
        return reported == null ? null : reported.with(new Usage.Apart(grounding.uses(), null));
    }

    @Override
    public void readAnswer(byte[] bytes) {
        try (JsonWalk walk = new JsonWalk(bytes)) {
            root(walk);
            if (walk.next() != JsonToken.NOT_AVAILABLE) {
                throw new UnreadableAnswer("something follows the json object of the answer");
            }
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("the answer is not valid json");
        }
    }

    @Override
    public Role readEvent(byte[] bytes, EventScan scan) {
        if (!scan.hasData()) {
            return Role.PART;
        }
        boolean before = ended;
        ended = false;
        try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
            root(walk);
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("an event's data is not valid json");
        }
        if (error) {
            return Role.ERROR;
        }
        // What comes after the end and is no part of an answer belongs to the end, as usage does.
        ended |= before && !candidates;
        return ended ? Role.LAST : Role.PART;
    }

    private void root(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        candidates = false;
        while (walk.member()) {
            switch (walk.name()) {
                case "usageMetadata" -> usage(walk);
                case "candidates" -> candidates(walk);
                case "promptFeedback" -> ended |= says(walk, "blockReason");
                case "error" -> {
                    error = walk.is(JsonToken.START_OBJECT);
                    walk.skipQuickly();
                }
                default -> walk.skipQuickly();
            }
        }
    }

    private void usage(JsonWalk walk) {
        if (walk.is(JsonToken.START_OBJECT)) {
            reported = GeminiUsage.read(walk);
        } else {
            walk.skipQuickly();
        }
    }

    private void candidates(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        while (walk.element()) {
            candidates = true;
            ended |= candidate(walk);
        }
    }

    /** @return whether it says why it ended */
    private boolean candidate(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return false;
        }
        boolean says = false;
        while (walk.member()) {
            if (walk.name().equals("groundingMetadata")) {
                grounding.read(walk);
            } else {
                says |= walk.name().equals("finishReason") && isWord(walk);
                walk.skipQuickly();
            }
        }
        return says;
    }

    /** Whether the object that the walk stands on, which is then left, has a word there. */
    private static boolean says(JsonWalk walk, String member) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return false;
        }
        boolean says = false;
        while (walk.member()) {
            says |= walk.name().equals(member) && isWord(walk);
            walk.skipQuickly();
        }
        return says;
    }

    private static boolean isWord(JsonWalk walk) {
        return walk.is(JsonToken.VALUE_STRING)
                && !walk.string().isEmpty()
                && !walk.string().endsWith("_UNSPECIFIED");
    }
}
