package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.EventScan;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the gateway keeps of a response, and how a later one goes on from it: OpenAI's items, as JSON. Stateless. */
public final class KeptItems {
    /** In a response that the gateway keeps: the one, kept by its provider, from which all of its items go on. */
    private static final String BASE = "goes_on_from";

    private static final String PREVIOUS = "previous_response_id";
    private static final int USUAL_PAGE = 20;
    private static final int LARGEST_PAGE = 100;

    private KeptItems() {}

    /**
     * A request that goes on from an earlier response, as one that says all of it by itself. Instructions are not taken over.
     *
     * @param body as its caller sent it
     * @param earlier the items before it, as an array; {@code null} for none
     * @param keptHere whether the gateway keeps the response, so that its provider is asked for nothing of the kind
     */
    public static byte[] request(byte[] body, byte @Nullable [] earlier, boolean keptHere) {
        ObjectNode request = object(body);
        ArrayNode items = earlier == null ? Json.array() : array(earlier);
        items.addAll(said(request.path("input")));
        request.remove(PREVIOUS);
        if (keptHere) {
            if (request.path("background").asBoolean(false)) {
                // What nobody waits for comes in one piece; who wants a stream is told that piece as one.
                request.remove("stream");
                request.remove("stream_options");
            }
            request.remove("background");
            request.put("store", false);
        } else {
            foreign(items);
        }
        request.set("input", items);
        return Json.bytes(request);
    }

    /**
     * The same request, going on from what its provider keeps.
     *
     * @param base {@code null} for nothing
     */
    public static byte[] goingOn(byte[] request, @Nullable String base) {
        return base == null ? request : Json.bytes(goingOn(object(request), base));
    }

    static ObjectNode goingOn(ObjectNode request, @Nullable String base) {
        return base == null ? request : request.put(PREVIOUS, base);
    }

    /** The response that a provider keeps, from which the items of one that is kept here go on; {@code null} if they are all there is. */
    public static @Nullable String base(byte[] response) {
        return Json.string(object(response), BASE);
    }

    /** Notes the response that a provider keeps, from which this one's items go on. */
    static void base(ObjectNode response, @Nullable String base) {
        if (base != null) {
            response.put(BASE, base);
        }
    }

    /** A provider that keeps responses itself looks for what is named by an id, and believes no thoughts but its own. */
    static void foreign(ArrayNode items) {
        for (int i = items.size() - 1; i >= 0; i--) {
            if (Json.string(items.path(i), "type", "").equals("reasoning")) {
                items.remove(i);
            } else if (items.path(i) instanceof ObjectNode item) {
                item.remove("id");
            }
        }
    }

    private static ArrayNode said(JsonNode input) {
        ArrayNode items = Json.array();
        if (input.isString()) {
            ObjectNode message =
                    items.addObject().put("type", "message").put("role", "user").put("status", "completed");
            message.putArray("content").addObject().put("type", "input_text").put("text", input.stringValue());
        } else if (input instanceof ArrayNode given) {
            items.addAll(given);
        }
        return items;
    }

    /**
     * All items that a request reads, each with an id of its own.
     *
     * @param request whose input is an array
     */
    public static byte[] input(byte[] request, String responseId) {
        ArrayNode items = said(object(request).path("input"));
        for (int i = 0; i < items.size(); i++) {
            if (items.path(i) instanceof ObjectNode item) {
                complete(item, responseId.substring(responseId.indexOf('_')), i);
            }
        }
        return Json.bytes(items);
    }

    private static void complete(ObjectNode item, String suffix, int index) {
        String type = Json.string(item, "type", "message");
        item.put("type", type);
        if (type.equals("message") && item.path("content").isString()) {
            String text = item.path("content").stringValue();
            boolean assistant = Json.string(item, "role", "").equals("assistant");
            ObjectNode part = item.putArray("content").addObject();
            part.put("type", assistant ? "output_text" : "input_text").put("text", text);
            if (assistant) {
                part.putArray("annotations");
            }
        }
        if (Json.given(item, "id") == null) {
            item.put("id", kind(type) + suffix + "_in" + index);
        }
        if (Json.given(item, "status") == null && !type.equals("reasoning")) {
            item.put("status", "completed");
        }
    }

    private static String kind(String type) {
        return switch (type) {
            case "message" -> "msg";
            case "function_call" -> "fc";
            case "function_call_output" -> "fco";
            case "reasoning" -> "rs";
            case McpItems.RESPONSE -> "mcprr";
            default -> "item";
        };
    }

    /** What a later response reads of a kept one: what that read, and then what it said. */
    public static byte[] conversation(byte[] input, byte[] response) {
        ArrayNode items = array(input);
        if (object(response).path("output") instanceof ArrayNode output) {
            items.addAll(output);
        }
        return Json.bytes(items);
    }

    /** The response in the event that ends a stream; a whole answer is one by itself. */
    public static byte[] response(byte[] answer, boolean event) {
        if (!event) {
            return answer;
        }
        EventScan scan = new EventScan(answer, 0, answer.length);
        byte[] found = answer;
        while (scan.next()) {
            if (scan.hasData()) {
                JsonNode data = Json.read(answer, scan.dataStart(), scan.dataEnd() - scan.dataStart());
                if (data.path("response").isObject()) {
                    found = Json.bytes(data.path("response"));
                }
            }
        }
        return found;
    }

    /** The status that a response says it has. */
    public static String status(byte[] response) {
        return Json.string(object(response), "status", "");
    }

    /** The id that a response says it has. */
    public static String id(byte[] response) {
        return Json.string(object(response), "id", "");
    }

    /** A response that was made in the background, which its provider knew nothing of, under the id that its caller knows. */
    public static byte[] inBackground(byte[] response, String id) {
        ObjectNode json = object(response);
        return Json.bytes(json.put("id", id).put("background", true).put("store", true));
    }

    /** A response that is still being made. */
    public static byte[] begun(ResponseFrame frame, String model, long created) {
        ObjectNode response = ResponsesAnswers.response(frame, frame.idFor(""), model, created);
        response.putArray("output");
        response.putNull("usage");
        return Json.bytes(response);
    }

    /**
     * The same response with another status.
     *
     * @param code of an error, or {@code null}
     */
    public static byte[] withStatus(byte[] response, String status, @Nullable String code, @Nullable String message) {
        ObjectNode json = object(response).put("status", status);
        if (code != null) {
            json.putObject("error").put("code", code).put("message", message);
        }
        return Json.bytes(json);
    }

    /** What is left of a response that was deleted. */
    public static byte[] deleted(String id) {
        return Json.bytes(Json.object().put("id", id).put("object", "response").put("deleted", true));
    }

    /** The member of a request that its response repeats, as JSON, or {@code null}. */
    public static @Nullable String metadata(byte[] request) {
        JsonNode metadata = object(request).path("metadata");
        return metadata.isObject() ? Json.text(metadata) : null;
    }

    /**
     * A page of the items that a response read.
     *
     * @param query may hold {@code order} (the latest first unless it is {@code asc}), {@code limit} and {@code after}
     */
    public static byte[] page(byte[] input, String query) {
        ArrayNode items = array(input);
        boolean ascending = value(query, "order").toLowerCase(Locale.ROOT).equals("asc");
        String after = value(query, "after");
        int limit = limit(value(query, "limit"));
        ObjectNode page = Json.object().put("object", "list");
        ArrayNode data = page.putArray("data");
        boolean begun = after.isEmpty();
        boolean more = false;
        for (int i = 0; i < items.size() && !more; i++) {
            JsonNode item = items.path(ascending ? i : items.size() - 1 - i);
            if (begun && data.size() == limit) {
                more = true;
            } else if (begun) {
                data.add(item);
            } else {
                begun = Json.string(item, "id", "").equals(after);
            }
        }
        page.put("first_id", data.isEmpty() ? null : Json.string(data.path(0), "id", ""))
                .put("last_id", data.isEmpty() ? null : Json.string(data.path(data.size() - 1), "id", ""));
        return Json.bytes(page.put("has_more", more));
    }

    private static int limit(String given) {
        return given.matches("\\d{1,6}") ? Math.clamp(Integer.parseInt(given), 1, LARGEST_PAGE) : USUAL_PAGE;
    }

    private static String value(String query, String name) {
        for (String each : query.split("&", -1)) {
            if (each.startsWith(name + "=")) {
                return each.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static ObjectNode object(byte[] json) {
        if (Json.read(json, 0, json.length) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException("a response or its request is no json object");
    }

    private static ArrayNode array(byte[] json) {
        if (Json.read(json, 0, json.length) instanceof ArrayNode array) {
            return array;
        }
        throw new IllegalArgumentException("kept items are no json array");
    }
}
