package dev.portreeve.gateway.turn;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A kept response as the events of a stream, numbered the same each time, so that who has heard some of them can ask for the rest.
 * Each text comes in one piece. Asked in the order of its methods; for one stream.
 */
public final class KeptEvents {
    private final long after;
    private final Events events = new Events();
    private int sequence;
    private int items;

    /** @param after the number of the last event that is known already; -1 for none */
    public KeptEvents(long after) {
        this.after = after;
    }

    /** That it is being made, which can be said before it is finished. */
    public byte[] begun(byte[] response) {
        for (String type : new String[] {"response.created", "response.in_progress"}) {
            ObjectNode begun = object(response).put("status", "in_progress");
            begun.putArray("output");
            begun.putNull("usage");
            send(type, begun);
        }
        return events.take();
    }

    /** All that it says. */
    public byte[] items(byte[] response) {
        for (JsonNode each : object(response).path("output")) {
            if (each instanceof ObjectNode item) {
                item(items++, item);
            }
        }
        return events.take();
    }

    /** The next thing that it says, where they are told one by one. */
    public byte[] item(ObjectNode item) {
        item(items++, item);
        return events.take();
    }

    /** How it ended, and all of it once more. */
    public byte[] last(byte[] response) {
        ObjectNode whole = object(response);
        send(
                switch (Json.string(whole, "status", "")) {
                    case "completed" -> "response.completed";
                    case "incomplete" -> "response.incomplete";
                    default -> "response.failed";
                },
                whole);
        return events.take();
    }

    private static ObjectNode object(byte[] json) {
        return Json.read(json, 0, json.length) instanceof ObjectNode object ? object : Json.object();
    }

    private void send(String type, ObjectNode response) {
        ObjectNode data = Json.object();
        data.set("response", response);
        event(type, data);
    }

    private void event(String type, ObjectNode data) {
        int number = sequence++;
        if (number > after) {
            ObjectNode event = Json.object().put("type", type).put("sequence_number", number);
            event.setAll(data);
            events.named(type, event);
        }
    }

    private void item(int index, ObjectNode item) {
        String type = Json.string(item, "type", "");
        String id = Json.string(item, "id", "");
        ObjectNode begun = item.deepCopy();
        switch (type) {
            case "message" -> begun.put("status", "in_progress").putArray("content");
            case "function_call" -> begun.put("status", "in_progress").put("arguments", "");
            case "custom_tool_call" -> begun.put("status", "in_progress").put("input", "");
            case "reasoning" -> begun.putArray("summary");
            case McpItems.LIST -> begun.putArray("tools");
            case McpItems.CALL ->
                begun.put("status", "in_progress")
                        .put("arguments", "")
                        .putNull("output")
                        .putNull("error");
            default -> {}
        }
        whole("response.output_item.added", index, begun);
        switch (type) {
            case "message" -> parts(item.path("content"), "content_index", id, index);
            case "reasoning" -> parts(item.path("summary"), "summary_index", id, index);
            case "function_call" -> text("response.function_call_arguments", "arguments", item, in(id, index));
            case "custom_tool_call" -> text("response.custom_tool_call_input", "input", item, in(id, index));
            case McpItems.LIST -> {
                event("response.mcp_list_tools.in_progress", in(id, index));
                event("response.mcp_list_tools.completed", in(id, index));
            }
            case McpItems.CALL -> {
                event("response.mcp_call.in_progress", in(id, index));
                text("response.mcp_call_arguments", "arguments", item, in(id, index));
                boolean failed = Json.given(item, "error") != null;
                event("response.mcp_call." + (failed ? "failed" : "completed"), in(id, index));
            }
            default -> {}
        }
        whole("response.output_item.done", index, item);
    }

    private void whole(String type, int index, ObjectNode item) {
        ObjectNode data = Json.object().put("output_index", index);
        data.set("item", item);
        event(type, data);
    }

    private static ObjectNode in(String id, int index) {
        return Json.object().put("item_id", id).put("output_index", index);
    }

    private void parts(JsonNode parts, String counted, String id, int index) {
        boolean summary = counted.equals("summary_index");
        for (int i = 0; i < parts.size(); i++) {
            if (!(parts.path(i) instanceof ObjectNode part)) {
                continue;
            }
            boolean refusal = part.has("refusal");
            String member = refusal ? "refusal" : "text";
            String name = summary ? "response.reasoning_summary_part" : "response.content_part";
            ObjectNode place = in(id, index).put(counted, i);
            ObjectNode empty = part.deepCopy().put(member, "");
            ObjectNode added = place.deepCopy();
            added.set("part", empty);
            event(name + ".added", added);
            String kind = refusal ? "refusal" : summary ? "reasoning_summary_text" : "output_text";
            ObjectNode said = place.deepCopy();
            if (kind.equals("output_text")) {
                said.putArray("logprobs");
            }
            text("response." + kind, member, part, said);
            place.set("part", part);
            event(name + ".done", place);
        }
    }

    private void text(String name, String member, ObjectNode of, ObjectNode place) {
        String text = Json.string(of, member, "");
        event(name + ".delta", place.deepCopy().put("delta", text));
        event(name + ".done", place.deepCopy().put(member, text));
    }
}
