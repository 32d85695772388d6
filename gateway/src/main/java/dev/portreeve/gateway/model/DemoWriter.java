package dev.portreeve.gateway.model;

import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes a demo reply in the OpenAI dialect, in one piece or as events. For one call. */
final class DemoWriter {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ID = "chatcmpl-portreeve-demo";
    private static final String TOOL_CALL_ID = "call_portreeve_demo";
    private static final int WORDS_PER_EVENT = 4;

    private final String model;
    private final long created;
    private final DemoReply reply;
    private final int choices;

    DemoWriter(String model, long created, DemoReply reply, int choices) {
        this.model = model;
        this.created = created;
        this.reply = reply;
        this.choices = choices;
    }

    Usage usage() {
        return new Usage(reply.promptTokens(), 0, outputTokens(), Usage.Basis.REPORTED);
    }

    private long outputTokens() {
        return (long) reply.words().size() * choices;
    }

    byte[] answer() {
        ObjectNode answer = root("chat.completion");
        ArrayNode list = answer.putArray("choices");
        for (int i = 0; i < choices; i++) {
            ObjectNode choice = list.addObject().put("index", i);
            ObjectNode message = choice.putObject("message").put("role", "assistant");
            if (reply.tool() == null) {
                message.put("content", reply.text());
            } else {
                message.putNull("content");
                toolCall(message)
                        .putObject("function")
                        .put("name", reply.tool())
                        .put("arguments", reply.arguments());
            }
            message.putNull("refusal");
            choice.putNull("logprobs").put("finish_reason", finishReason());
        }
        putUsage(answer);
        return JSON.writeValueAsBytes(answer);
    }

    List<byte[]> events(boolean withUsage) {
        List<byte[]> events = new ArrayList<>();
        for (int i = 0; i < choices; i++) {
            addChoice(events, i);
        }
        if (withUsage) {
            ObjectNode last = root("chat.completion.chunk");
            last.putArray("choices");
            putUsage(last);
            events.add(event(last));
        }
        return events;
    }

    private void addChoice(List<byte[]> events, int index) {
        ObjectNode first = root("chat.completion.chunk");
        ObjectNode delta = delta(first, index).put("role", "assistant");
        if (reply.tool() == null) {
            delta.put("content", "");
            events.add(event(first));
            for (int from = 0; from < reply.words().size(); from += WORDS_PER_EVENT) {
                int to = Math.min(reply.words().size(), from + WORDS_PER_EVENT);
                ObjectNode piece = root("chat.completion.chunk");
                delta(piece, index).put("content", String.join("", reply.words().subList(from, to)));
                events.add(event(piece));
            }
        } else {
            delta.putNull("content");
            toolCall(delta)
                    .put("index", 0)
                    .putObject("function")
                    .put("name", reply.tool())
                    .put("arguments", "");
            events.add(event(first));
            ObjectNode piece = root("chat.completion.chunk");
            ObjectNode call = delta(piece, index).putArray("tool_calls").addObject();
            call.put("index", 0).putObject("function").put("arguments", reply.arguments());
            events.add(event(piece));
        }
        ObjectNode end = root("chat.completion.chunk");
        ObjectNode choice = end.putArray("choices").addObject().put("index", index);
        choice.putObject("delta");
        choice.put("finish_reason", finishReason());
        events.add(event(end));
    }

    private ObjectNode root(String object) {
        return JSON.createObjectNode()
                .put("id", ID)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private static ObjectNode delta(ObjectNode chunk, int index) {
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
        ObjectNode delta = choice.putObject("delta");
        choice.putNull("finish_reason");
        return delta;
    }

    private static ObjectNode toolCall(ObjectNode message) {
        return message.putArray("tool_calls")
                .addObject()
                .put("id", TOOL_CALL_ID)
                .put("type", "function");
    }

    private String finishReason() {
        if (reply.tool() != null) {
            return "tool_calls";
        }
        return reply.cutOff() ? "length" : "stop";
    }

    private void putUsage(ObjectNode answer) {
        answer.putObject("usage")
                .put("prompt_tokens", reply.promptTokens())
                .put("completion_tokens", outputTokens())
                .put("total_tokens", reply.promptTokens() + outputTokens());
    }

    private static byte[] event(ObjectNode chunk) {
        return ("data: " + JSON.writeValueAsString(chunk) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
