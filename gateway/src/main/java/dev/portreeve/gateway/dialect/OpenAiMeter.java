package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of OpenAI answers. A stream's chunks are searched for the word before they are parsed. Compatible servers have put it into
 * other places, too: Groq into {@code x_groq}, Moonshot into the last choice.
 */
final class OpenAiMeter implements AnswerMeter {
    private static final byte[] ERROR = "{\"error\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEEDLE = {'"', 'u', 's', 'a', 'g', 'e', '"'};

    private @Nullable Usage reported;
    private boolean choicesEmpty;
    private ServiceTier tier = ServiceTier.STANDARD;

    @Override
    public @Nullable Usage reported() {
        return reported == null ? null : reported.on(new Terms(tier, 0));
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
        if (scan.isDone()) {
            return Role.END;
        }
        if (!scan.hasData()) {
            return Role.PART;
        }
        if (isError(bytes, scan.dataStart(), scan.dataEnd())) {
            return Role.ERROR;
        }
        return isUsageOnly(bytes, scan.dataStart(), scan.dataEnd()) ? Role.USAGE_ONLY : Role.PART;
    }

    /** An object whose first member is an {@code error} that is something. */
    private static boolean isError(byte[] bytes, int start, int end) {
        int at = start + ERROR.length;
        if (at >= end || !Arrays.equals(bytes, start, at, ERROR, 0, ERROR.length)) {
            return false;
        }
        while (at < end && bytes[at] == ' ') {
            at++;
        }
        return at < end && (bytes[at] == '{' || bytes[at] == '"');
    }

    private boolean isUsageOnly(byte[] bytes, int start, int end) {
        if (!mentionsUsage(bytes, start, end)) {
            return false;
        }
        Usage before = reported;
        reported = null;
        try (JsonWalk walk = new JsonWalk(bytes, start, end - start)) {
            root(walk);
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("an event's data is not valid json");
        }
        boolean only = reported != null && choicesEmpty;
        if (reported == null) {
            reported = before;
        }
        return only;
    }

    /** Whether a member {@code "usage"} with a value other than {@code null} may be there; a search, not a parse. */
    private static boolean mentionsUsage(byte[] bytes, int start, int end) {
        int last = end - NEEDLE.length;
        for (int i = start; i < last; i++) {
            if (bytes[i] == '"'
                    && bytes[i + 1] == 'u'
                    && matches(bytes, i)
                    && hasValue(bytes, i + NEEDLE.length, end)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] bytes, int at) {
        for (int i = 2; i < NEEDLE.length; i++) {
            if (bytes[at + i] != NEEDLE[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasValue(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            byte b = bytes[i];
            if (b != ' ' && b != ':' && b != '\t') {
                return b != 'n';
            }
        }
        return false;
    }

    private void root(JsonWalk walk) {
        choicesEmpty = false;
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        while (walk.member()) {
            switch (walk.name()) {
                case "usage" -> usage(walk);
                case "x_groq" -> within(walk);
                case "service_tier" -> {
                    if (walk.is(JsonToken.VALUE_STRING)) {
                        tier = ServiceWish.tier(walk.string());
                    } else {
                        walk.skipQuickly();
                    }
                }
                case "choices" -> choicesEmpty = isEmptyArray(walk);
                default -> walk.skipQuickly();
            }
        }
    }

    private boolean isEmptyArray(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return false;
        }
        boolean empty = true;
        while (walk.element()) {
            empty = false;
            within(walk);
        }
        return empty;
    }

    /** The usage in an object that is not the answer itself. */
    private void within(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("usage")) {
                usage(walk);
            } else {
                walk.skipQuickly();
            }
        }
    }

    private void usage(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        reported = OpenAiUsage.read(walk);
    }
}
