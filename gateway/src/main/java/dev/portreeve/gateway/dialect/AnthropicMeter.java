package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of Anthropic answers. A stream says it twice: at its start, and at its end with cumulative values, of which those
 * present replace the earlier ones. Only the few events that matter are parsed; the others are known by their name.
 */
final class AnthropicMeter implements AnswerMeter {
    private static final byte[] CONTENT = bytes("content_block_");
    private static final byte[] PING = bytes("ping");

    private final AnthropicUsage usage = new AnthropicUsage();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public @Nullable Usage reported() {
        return usage.reported();
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
        if (!scan.hasData() || scan.nameStartsWith(CONTENT) || scan.nameStartsWith(PING)) {
            return Role.PART;
        }
        String type;
        try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
            type = root(walk);
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("an event's data is not valid json");
        }
        return switch (type) {
            case "message_stop" -> Role.END;
            case "error" -> Role.ERROR;
            default -> Role.PART;
        };
    }

    /** @return the {@code type} */
    private String root(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
        String type = "";
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "usage" -> usage.read(walk);
                case "message", "delta" -> message(walk);
                case "container" -> usage.container(walk);
                default -> walk.skipQuickly();
            }
        }
        return type;
    }

    private void message(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            switch (walk.name()) {
                case "usage" -> usage.read(walk);
                case "container" -> usage.container(walk);
                default -> walk.skipQuickly();
            }
        }
    }
}
