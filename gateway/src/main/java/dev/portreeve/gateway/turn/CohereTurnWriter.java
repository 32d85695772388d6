package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to a request of Cohere's second chat API. For one request. */
final class CohereTurnWriter {
    private static final int MAX_STOP = 5;

    private final Notes notes;

    CohereTurnWriter(Notes notes) {
        this.notes = notes;
    }

    /** @param cap the bound on the answer */
    ObjectNode write(String model, Turn turn, long cap) {
        ObjectNode body = Json.object().put("model", model).put("max_tokens", cap);
        ArrayNode messages = body.putArray("messages");
        if (!turn.system().isEmpty()) {
            messages.addObject().put("role", "system").put("content", text(turn.system(), "system"));
        }
        for (Message message : turn.messages()) {
            if (message.role() == Role.USER) {
                user(message, messages);
            } else {
                assistant(message, messages);
            }
        }
        if (messages.isEmpty()) {
            throw notes.refused("messages", "nothing is left of them");
        }
        tools(turn, body);
        sampling(turn.sampling(), body);
        format(turn.format(), body);
        effort(model, turn.effort(), cap, body);
        if (turn.stream()) {
            body.put("stream", true);
        }
        return body;
    }

    /** Results of tools are messages of their own, before what the user says. */
    private void user(Message message, ArrayNode messages) {
        List<Part> said = new ArrayList<>();
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolResult result) {
                result(result, said, messages);
            } else {
                said.add(part);
            }
        }
        if (said.isEmpty()) {
            return;
        }
        ObjectNode written = messages.addObject().put("role", "user");
        if (said.stream().allMatch(Part.Text.class::isInstance)) {
            written.put("content", text(said, "messages"));
            return;
        }
        ArrayNode content = written.putArray("content");
        for (Part part : said) {
            switch (part) {
                case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
                case Part.Refusal refusal ->
                    content.addObject().put("type", "text").put("text", refusal.text());
                case Part.Media media -> media(media, content);
                case Part.Thinking _, Part.RedactedThinking _, Part.ToolUse _, Part.ToolResult _ ->
                    throw notes.refused("messages", "a user message holds what only assistants say");
            }
        }
    }

    private void result(Part.ToolResult result, List<Part> said, ArrayNode messages) {
        StringBuilder text = new StringBuilder();
        for (Part piece : result.content()) {
            text.append(text.isEmpty() ? "" : "\n");
            if (piece instanceof Part.Text plain) {
                text.append(plain.text());
            } else {
                notes.changed("messages.tool_result", "a picture or document moved into a user message");
                text.append("(see the next message)");
                said.add(piece);
            }
        }
        if (result.error()) {
            notes.changed("messages.tool_result.is_error", "dropped, the text stays");
        }
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", result.id())
                .put("content", text.toString());
    }

    private void media(Part.Media media, ArrayNode content) {
        if (media.kind() == Part.Media.Kind.DOCUMENT) {
            notes.without("messages", "this provider reads no documents in messages");
            return;
        }
        content.addObject()
                .put("type", "image_url")
                .putObject("image_url")
                .put("url", media.url() == null ? media.dataUri() : media.url());
    }

    private void assistant(Message message, ArrayNode messages) {
        List<Part> said = new ArrayList<>();
        ArrayNode calls = Json.array();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.ToolUse use ->
                    calls.addObject()
                            .put("id", use.id())
                            .put("type", "function")
                            .putObject("function")
                            .put("name", use.name())
                            .put("arguments", Json.text(use.input()));
                case Part.Thinking _, Part.RedactedThinking _ ->
                    notes.changed("messages.thinking", "dropped, another provider does not believe it");
                case Part.Text _, Part.Refusal _ -> said.add(part);
                case Part.Media _, Part.ToolResult _ ->
                    throw notes.refused("messages", "an assistant message holds what only users say");
            }
        }
        String text = text(said, "messages");
        if (text.isEmpty() && calls.isEmpty()) {
            return;
        }
        ObjectNode written = messages.addObject().put("role", "assistant");
        if (!text.isEmpty()) {
            // Beside calls, words are the plan that led to them.
            written.put(calls.isEmpty() ? "content" : "tool_plan", text);
        }
        if (!calls.isEmpty()) {
            written.set("tool_calls", calls);
        }
    }

    private String text(List<Part> parts, String field) {
        StringBuilder joined = new StringBuilder();
        for (Part part : parts) {
            String text = switch (part) {
                case Part.Text plain -> plain.text();
                case Part.Refusal refusal -> refusal.text();
                case Part.Media _, Part.Thinking _, Part.RedactedThinking _, Part.ToolUse _, Part.ToolResult _ ->
                    throw notes.refused(field, "there is only room for text here");
            };
            joined.append(joined.isEmpty() ? "" : "\n").append(text);
        }
        return joined.toString();
    }

    /** There is no word for a named tool: it is the only one there, and one must be called. */
    private void tools(Turn turn, ObjectNode body) {
        String only = turn.choice() instanceof ToolChoice.Named named ? named.name() : null;
        ArrayNode tools = Json.array();
        boolean strict = !turn.tools().isEmpty();
        for (Turn.Tool tool : turn.tools()) {
            if (only != null && !only.equals(tool.name())) {
                continue;
            }
            ObjectNode function = tools.addObject().put("type", "function").putObject("function");
            function.put("name", tool.name());
            if (tool.description() != null) {
                function.put("description", tool.description());
            }
            function.set("parameters", ToolSchemas.rooted(tool, notes));
            strict &= tool.strict() != null && tool.strict();
        }
        if (tools.isEmpty()) {
            return;
        }
        body.set("tools", tools);
        if (strict) {
            body.put("strict_tools", true);
        }
        switch (turn.choice()) {
            case ToolChoice.None _ -> body.put("tool_choice", "NONE");
            case ToolChoice.Required _ -> body.put("tool_choice", "REQUIRED");
            case ToolChoice.Named _ -> body.put("tool_choice", "REQUIRED");
            case ToolChoice.Auto _ -> {}
            case null -> {}
        }
        if (turn.oneToolOnly()) {
            notes.dropped("parallel_tool_calls");
        }
    }

    private void sampling(Turn.Sampling sampling, ObjectNode body) {
        BigDecimal temperature = sampling.temperature();
        if (temperature != null) {
            if (temperature.compareTo(BigDecimal.ONE) > 0) {
                notes.lost("temperature", "cut to 1");
            }
            body.put("temperature", temperature.min(BigDecimal.ONE));
        }
        if (sampling.topP() != null) {
            BigDecimal most = new BigDecimal("0.99");
            body.put("p", sampling.topP().min(most));
        }
        if (sampling.topK() != null) {
            body.put("k", sampling.topK());
        }
        if (sampling.stop().size() > MAX_STOP) {
            notes.lost("stop_sequences", "cut to the first " + MAX_STOP);
        }
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = body.putArray("stop_sequences");
            sampling.stop().stream().limit(MAX_STOP).forEach(stop::add);
        }
    }

    private static void format(Format format, ObjectNode body) {
        switch (format) {
            case Format.Free _ -> {}
            case Format.JsonObject _ -> body.putObject("response_format").put("type", "json_object");
            case Format.Schema schema ->
                body.putObject("response_format").put("type", "json_object").set("json_schema", schema.schema());
        }
    }

    /** Models that think do so unless they are told not to; others refuse to be told anything about it. */
    private void effort(String model, @Nullable String effort, long cap, ObjectNode body) {
        if (effort == null) {
            return;
        }
        if (!model.contains("reasoning")) {
            notes.dropped("reasoning_effort");
        } else if (effort.equals("none")) {
            body.putObject("thinking").put("type", "disabled");
        } else {
            body.putObject("thinking")
                    .put("type", "enabled")
                    .put("token_budget", Math.max(1, Math.min(Thinking.budget(effort), cap - 1)));
        }
    }
}
