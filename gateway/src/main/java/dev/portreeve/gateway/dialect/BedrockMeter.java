package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of Bedrock's Converse. Its stream has no end of its own: the event that says why the answer stopped is followed by one
 * with the usage, and then the stream closes. What breaks it is an event whose name ends in {@code Exception}.
 */
final class BedrockMeter implements AnswerMeter {
    private static final byte[] STOP = bytes("messageStop");
    private static final byte[] USAGE = bytes("metadata");
    private static final String EXCEPTION = "Exception";

    private final BedrockUsage usage = new BedrockUsage();
    private int errorStatus = 500;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public @Nullable Usage reported() {
        return usage.reported();
    }

    @Override
    public int errorStatus() {
        return errorStatus;
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
        if (scan.nameStartsWith(STOP)) {
            return Role.LAST;
        }
        if (scan.nameStartsWith(USAGE)) {
            try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
                root(walk);
            } catch (JacksonException malformed) {
                throw new UnreadableAnswer("an event's data is not valid json");
            }
            return Role.LAST;
        }
        String name = scan.name();
        if (name.endsWith(EXCEPTION) || name.equals("error")) {
            errorStatus = BedrockErrors.status(name, 500);
            return Role.ERROR;
        }
        return Role.PART;
    }

    private void root(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        while (walk.member()) {
            if (walk.name().equals("usage")) {
                usage.read(walk);
            } else {
                walk.skipQuickly();
            }
        }
    }
}
