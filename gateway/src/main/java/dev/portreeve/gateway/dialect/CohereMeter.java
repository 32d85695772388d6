package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of Cohere's chat. What it bills are the {@code billed_units}, which leave out what it adds to a prompt by itself; without
 * them its tokens count. The last event has the usage, and says whether the answer failed.
 */
final class CohereMeter implements AnswerMeter {
    private static final byte[] MESSAGE_END = "message-end".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTENT = "content-".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TOOL = "tool-".getBytes(StandardCharsets.US_ASCII);

    private final CohereUsage usage = new CohereUsage();
    private String finish = "";

    @Override
    public @Nullable Usage reported() {
        return usage.reported();
    }

    @Override
    public void readAnswer(byte[] bytes) {
        try (JsonWalk walk = new JsonWalk(bytes)) {
            object(walk, walk.next());
            if (walk.next() != JsonToken.NOT_AVAILABLE) {
                throw new UnreadableAnswer("something follows the json object of the answer");
            }
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("the answer is not valid json");
        }
    }

    @Override
    public Role readEvent(byte[] bytes, EventScan scan) {
        if (!scan.hasData() || scan.nameStartsWith(CONTENT) || scan.nameStartsWith(TOOL)) {
            return Role.PART;
        }
        if (scan.isDone()) {
            return Role.END;
        }
        String type;
        try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
            type = object(walk, walk.next());
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("an event's data is not valid json");
        }
        if (!type.equals("message-end") && !scan.nameStartsWith(MESSAGE_END)) {
            return Role.PART;
        }
        return finish.equals("ERROR") || finish.equals("TIMEOUT") ? Role.ERROR : Role.LAST;
    }

    /** @return the {@code type} */
    private String object(JsonWalk walk, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        String type = "";
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "finish_reason" -> finish = walk.is(JsonToken.VALUE_STRING) ? walk.string() : finish;
                case "usage" -> usage.read(walk);
                case "delta" -> {
                    if (walk.is(JsonToken.START_OBJECT)) {
                        object(walk, JsonToken.START_OBJECT);
                    }
                }
                default -> walk.skipQuickly();
            }
        }
        return type;
    }
}
