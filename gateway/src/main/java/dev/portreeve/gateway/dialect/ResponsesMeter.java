package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Usage of responses. A stream says it once, in the event that ends it, which repeats the whole response; only the events
 * that begin and end a stream are parsed, the others are known by their name.
 */
final class ResponsesMeter implements AnswerMeter {
    private static final byte[] RESPONSE = bytes("response.");
    private static final List<byte[]> PARSED = List.of(
            bytes("response.created"),
            bytes("response.completed"),
            bytes("response.incomplete"),
            bytes("response.cancelled"),
            bytes("response.failed"));

    private @Nullable Usage reported;
    private @Nullable String id;
    private String status = "";
    private ResponseItems items = new ResponseItems();
    private ServiceTier tier = ServiceTier.STANDARD;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public @Nullable Usage reported() {
        return reported == null
                ? null
                : reported.on(new Terms(tier, 0))
                        .with(new Usage.Apart(items.uses(), reported.apart().stated()));
    }

    @Override
    public @Nullable String responseId() {
        return id;
    }

    @Override
    public boolean isUnfinished() {
        return status.equals("queued") || status.equals("in_progress");
    }

    @Override
    public void readAnswer(byte[] bytes) {
        try (JsonWalk walk = new JsonWalk(bytes)) {
            enter(walk);
            response(walk);
            if (walk.next() != JsonToken.NOT_AVAILABLE) {
                throw new UnreadableAnswer("something follows the json object of the answer");
            }
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("the answer is not valid json");
        }
    }

    @Override
    public Role readEvent(byte[] bytes, EventScan scan) {
        if (!scan.hasData() || scan.isDone() || isPart(scan)) {
            return Role.PART;
        }
        String type = "";
        try (JsonWalk walk = new JsonWalk(bytes, scan.dataStart(), scan.dataEnd() - scan.dataStart())) {
            enter(walk);
            while (walk.member()) {
                if (walk.name().equals("type") && walk.is(JsonToken.VALUE_STRING)) {
                    type = walk.string();
                } else if (walk.name().equals("response") && walk.is(JsonToken.START_OBJECT)) {
                    response(walk);
                } else {
                    walk.skipQuickly();
                }
            }
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("an event's data is not valid json");
        }
        return switch (type) {
            case "response.completed", "response.incomplete", "response.cancelled" -> Role.END;
            case "response.failed", "error" -> Role.ERROR;
            default -> Role.PART;
        };
    }

    private static boolean isPart(EventScan scan) {
        return scan.nameStartsWith(RESPONSE) && PARSED.stream().noneMatch(scan::nameStartsWith);
    }

    private static void enter(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new UnreadableAnswer("the answer is not a json object");
        }
    }

    private void response(JsonWalk walk) {
        while (walk.member()) {
            if (walk.name().equals("usage") && walk.is(JsonToken.START_OBJECT)) {
                reported = OpenAiUsage.read(walk);
            } else if (walk.name().equals("id") && walk.is(JsonToken.VALUE_STRING)) {
                id = walk.string();
            } else if (walk.name().equals("status") && walk.is(JsonToken.VALUE_STRING)) {
                status = walk.string();
            } else if (walk.name().equals("output") && walk.is(JsonToken.START_ARRAY)) {
                items = new ResponseItems();
                items.read(walk);
            } else if (walk.name().equals("service_tier") && walk.is(JsonToken.VALUE_STRING)) {
                tier = ServiceWish.tier(walk.string());
            } else {
                walk.skipQuickly();
            }
        }
    }
}
