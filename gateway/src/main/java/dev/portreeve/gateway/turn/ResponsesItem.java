package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** An item of a streamed response on its way from its first event to its last. For one stream. */
final class ResponsesItem {
    enum Kind {
        MESSAGE("msg"),
        REASONING("rs"),
        CALL("fc");

        private final String prefix;

        Kind(String prefix) {
            this.prefix = prefix;
        }
    }

    private final Kind kind;
    private final String id;
    private final int index;
    private final String callId;
    private final ToolNames.@Nullable Own own;
    private final StringBuilder text = new StringBuilder();
    private @Nullable String encrypted;

    private ResponsesItem(Kind kind, String responseId, int index, String callId, ToolNames.@Nullable Own own) {
        this.kind = kind;
        this.id = ResponsesAnswers.item(kind.prefix, responseId, index);
        this.index = index;
        this.callId = callId;
        this.own = own;
    }

    /** A message or thoughts. */
    static ResponsesItem of(Kind kind, String responseId, int index) {
        return new ResponsesItem(kind, responseId, index, "", null);
    }

    static ResponsesItem call(String responseId, int index, String callId, ToolNames.Own own) {
        return new ResponsesItem(Kind.CALL, responseId, index, callId, own);
    }

    Kind kind() {
        return kind;
    }

    int index() {
        return index;
    }

    void encrypted(String content) {
        encrypted = content;
    }

    private boolean isFree() {
        return own != null && own.free();
    }

    void begin(ResponsesEventWriter writer, Events out) {
        ObjectNode item = whole("");
        if (kind == Kind.MESSAGE) {
            item.putArray("content");
        }
        if (kind != Kind.REASONING) {
            item.put("status", "in_progress");
        }
        ObjectNode data = Json.object().put("output_index", index);
        data.set("item", item);
        writer.send("response.output_item.added", data, out);
        if (kind == Kind.MESSAGE) {
            part("response.content_part.added", "", writer, out);
        }
    }

    /** A free-form tool's text is inside its argument, so it can be said only when that is whole. */
    void piece(String more, ResponsesEventWriter writer, Events out) {
        if (kind == Kind.REASONING && text.isEmpty()) {
            part("response.reasoning_summary_part.added", "", writer, out);
        }
        text.append(more);
        switch (kind) {
            case MESSAGE -> {
                ObjectNode data = in("content_index").put("delta", more);
                data.putArray("logprobs");
                writer.send("response.output_text.delta", data, out);
            }
            case REASONING ->
                writer.send(
                        "response.reasoning_summary_text.delta",
                        in("summary_index").put("delta", more),
                        out);
            case CALL -> {
                if (!isFree()) {
                    writer.send("response.function_call_arguments.delta", in(null).put("delta", more), out);
                }
            }
        }
    }

    /** @return the whole item */
    ObjectNode end(ResponsesEventWriter writer, Events out) {
        String all = text.toString();
        switch (kind) {
            case MESSAGE -> {
                ObjectNode data = in("content_index").put("text", all);
                data.putArray("logprobs");
                writer.send("response.output_text.done", data, out);
                part("response.content_part.done", all, writer, out);
            }
            case REASONING -> {
                if (!all.isEmpty()) {
                    writer.send(
                            "response.reasoning_summary_text.done",
                            in("summary_index").put("text", all),
                            out);
                    part("response.reasoning_summary_part.done", all, writer, out);
                }
            }
            case CALL -> {
                all = all.isEmpty() ? "{}" : all;
                if (isFree()) {
                    String said = ResponsesAnswers.freeText(all);
                    writer.send("response.custom_tool_call_input.delta", in(null).put("delta", said), out);
                    writer.send("response.custom_tool_call_input.done", in(null).put("input", said), out);
                } else {
                    writer.send("response.function_call_arguments.done", in(null).put("arguments", all), out);
                }
            }
        }
        ObjectNode item = whole(all);
        ObjectNode data = Json.object().put("output_index", index);
        data.set("item", item);
        writer.send("response.output_item.done", data, out);
        return item;
    }

    private ObjectNode whole(String all) {
        return switch (kind) {
            case MESSAGE -> {
                ObjectNode message = ResponsesAnswers.message(id, "completed");
                message.putArray("content").add(ResponsesAnswers.text(all));
                yield message;
            }
            case REASONING -> ResponsesAnswers.reasoning(id, all, encrypted);
            case CALL -> {
                ToolNames.Own called = own == null ? new ToolNames.Own(null, "", false) : own;
                yield ResponsesAnswers.call(id, callId, called, all);
            }
        };
    }

    private void part(String type, String all, ResponsesEventWriter writer, Events out) {
        boolean message = kind == Kind.MESSAGE;
        ObjectNode data = in(message ? "content_index" : "summary_index");
        data.set("part", message ? ResponsesAnswers.text(all) : ResponsesAnswers.summary(all));
        writer.send(type, data, out);
    }

    /** @param place what counts the parts, of which there is one; {@code null} for items without parts */
    private ObjectNode in(@Nullable String place) {
        ObjectNode data = Json.object().put("item_id", id).put("output_index", index);
        return place == null ? data : data.put(place, 0);
    }
}
