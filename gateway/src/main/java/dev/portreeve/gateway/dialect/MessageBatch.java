package dev.portreeve.gateway.dialect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** Bodies and lines of Anthropic's Message Batches. What is in an item passes in its very bytes. Stateless. */
public final class MessageBatch {
    private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
    private static final byte[] HEAD = ascii("{\"requests\":[");
    private static final byte[] TAIL = ascii("]}");

    private MessageBatch() {}

    /**
     * One item.
     *
     * @param params the request of one message
     */
    public record Item(String customId, byte[] params) {}

    /**
     * One line of results.
     *
     * @param type {@code succeeded}, {@code errored}, {@code canceled} or {@code expired}, or whatever else was said
     * @param body the message, or the error; empty where there is neither
     */
    public record Result(String customId, String type, byte[] body) {}

    /**
     * The items of a request.
     *
     * @throws BadRequest if it is none, or has none, or more than {@code most}, or two of one id
     */
    public static List<Item> read(byte[] body, int most) {
        List<Item> items = new ArrayList<>();
        boolean seen = false;
        try (JsonWalk walk = new JsonWalk(body)) {
            int ignored = RequestFields.enter(walk);
            while (walk.member()) {
                if (walk.name().equals("requests") && walk.is(JsonToken.START_ARRAY)) {
                    seen = true;
                    items(walk, body, most, items);
                } else {
                    walk.skipQuickly();
                }
            }
            RequestFields.requireEnd(walk);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
        if (!seen || items.isEmpty()) {
            throw BadRequest.invalid(
                    "missing_required_parameter", "requests", "\"requests\" must be a list of at least one item");
        }
        return items;
    }

    private static void items(JsonWalk walk, byte[] body, int most, List<Item> into) {
        Set<String> ids = new HashSet<>();
        while (walk.element()) {
            if (into.size() == most) {
                throw BadRequest.invalid("too_many_items", "requests", "a batch has at most " + most + " items here");
            }
            String at = "requests[" + into.size() + "]";
            Item item = item(walk, body, at);
            if (!ids.add(item.customId())) {
                throw BadRequest.invalid(
                        "invalid_value",
                        at + ".custom_id",
                        "\"" + item.customId() + "\" is the id of an item before it");
            }
            into.add(item);
        }
    }

    private static Item item(JsonWalk walk, byte[] body, String at) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            throw BadRequest.invalid("invalid_type", at, "an item must be an object");
        }
        String customId = null;
        Span params = null;
        while (walk.member()) {
            switch (walk.name()) {
                case "custom_id" -> customId = walk.is(JsonToken.VALUE_STRING) ? walk.string() : customId;
                case "params" -> params = walk.is(JsonToken.START_OBJECT) ? walk.skip() : params;
                default ->
                    throw BadRequest.invalid(
                            "unknown_parameter", at, "an item has \"custom_id\" and \"params\", and nothing else");
            }
        }
        if (customId == null || !CUSTOM_ID.matcher(customId).matches()) {
            throw BadRequest.invalid(
                    "invalid_value",
                    at + ".custom_id",
                    "\"custom_id\" must be 1 to 64 letters, digits, \"_\" and \"-\"");
        }
        if (params == null) {
            throw BadRequest.invalid(
                    "missing_required_parameter", at + ".params", "\"params\" must be the request of a message");
        }
        return new Item(customId, Arrays.copyOfRange(body, params.start(), params.end()));
    }

    /** A request of these items. */
    public static byte[] write(List<Item> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(
                items.stream().mapToInt(item -> item.params().length + 128).sum() + HEAD.length + TAIL.length);
        out.writeBytes(HEAD);
        boolean first = true;
        for (Item item : items) {
            out.writeBytes(ascii((first ? "" : ",") + "{\"custom_id\":\"" + item.customId() + "\",\"params\":"));
            out.writeBytes(item.params());
            out.write('}');
            first = false;
        }
        out.writeBytes(TAIL);
        return out.toByteArray();
    }

    /** What a line says, or {@code null} if it is no line of results. */
    public static @Nullable Result line(byte[] line) {
        try (JsonWalk walk = new JsonWalk(line)) {
            if (walk.next() != JsonToken.START_OBJECT) {
                return null;
            }
            String customId = "";
            Result found = null;
            while (walk.member()) {
                switch (walk.name()) {
                    case "custom_id" -> customId = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                    case "result" -> found = result(walk, line);
                    default -> walk.skipQuickly();
                }
            }
            return found == null || customId.isEmpty() ? null : new Result(customId, found.type(), found.body());
        } catch (JacksonException malformed) {
            return null;
        }
    }

    private static @Nullable Result result(JsonWalk walk, byte[] line) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return null;
        }
        String type = "";
        byte[] body = new byte[0];
        while (walk.member()) {
            switch (walk.name()) {
                case "type" -> type = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "message", "error" -> {
                    Span at = walk.skip();
                    body = Arrays.copyOfRange(line, at.start(), at.end());
                }
                default -> walk.skipQuickly();
            }
        }
        return new Result("", type, body);
    }

    /** A line of results, with its end. */
    public static byte[] line(Result result) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(result.body().length + 160);
        out.writeBytes(
                ascii("{\"custom_id\":\"" + result.customId() + "\",\"result\":{\"type\":\"" + result.type() + '"'));
        if (result.body().length > 0) {
            out.writeBytes(ascii(result.type().equals("succeeded") ? ",\"message\":" : ",\"error\":"));
            for (byte each : result.body()) {
                // Laid out in lines it would be several; in JSON a space does as well.
                out.write(each == '\n' || each == '\r' ? ' ' : each);
            }
        }
        out.writeBytes(ascii("}}\n"));
        return out.toByteArray();
    }

    /**
     * How a batch stands, by its provider's description.
     *
     * @param id empty where it says none
     * @param status {@code in_progress}, {@code canceling} or {@code ended}
     * @param archived whether its results are gone
     */
    public record Standing(String id, String status, boolean archived) {}

    /** What a description says, or {@code null} if it is none. */
    public static @Nullable Standing standing(byte[] body) {
        try (JsonWalk walk = new JsonWalk(body)) {
            if (walk.next() != JsonToken.START_OBJECT) {
                return null;
            }
            String id = "";
            String status = "";
            boolean archived = false;
            while (walk.member()) {
                switch (walk.name()) {
                    case "id" -> id = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                    case "processing_status" -> status = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                    case "archived_at" -> archived = walk.is(JsonToken.VALUE_STRING);
                    default -> walk.skipQuickly();
                }
            }
            return new Standing(id, status, archived);
        } catch (JacksonException malformed) {
            return null;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
