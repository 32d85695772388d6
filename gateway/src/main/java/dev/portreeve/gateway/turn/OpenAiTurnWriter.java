package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to an OpenAI chat completions request. For one request. */
final class OpenAiTurnWriter {
    private static final int MAX_STOP = 4;

    private final Notes notes;

    OpenAiTurnWriter(Notes notes) {
        this.notes = notes;
    }

    ObjectNode write(String model, Turn turn) {
        ObjectNode body = Json.object().put("model", model);
        ArrayNode messages = body.putArray("messages");
        if (!turn.system().isEmpty()) {
            messages.addObject().put("role", "system").put("content", joined(turn.system(), "system"));
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
        sampling(turn, body);
        format(turn.format(), body);
        if (turn.effort() != null) {
            body.put("reasoning_effort", turn.effort());
        }
        if (turn.userId() != null) {
            body.put("safety_identifier", turn.userId());
        }
        if (turn.stream()) {
            body.put("stream", true);
            body.putObject("stream_options").put("include_usage", true);
        }
        return body;
    }

    /** Results of tools are messages of their own, before what the user says; a picture cannot be in one. */
    private void user(Message message, ArrayNode messages) {
        List<Part> said = new ArrayList<>();
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolResult result) {
                StringBuilder text = new StringBuilder();
                for (Part piece : result.content()) {
                    if (piece instanceof Part.Text plain) {
                        text.append(text.isEmpty() ? "" : "\n").append(plain.text());
                    } else {
                        notes.changed("messages.tool_result", "a picture or document moved into a user message");
                        text.append(text.isEmpty() ? "" : "\n").append("(see the next message)");
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
            } else {
                said.add(part);
            }
        }
        if (!said.isEmpty()) {
            content(said, messages.addObject().put("role", "user"));
        }
    }

    private void content(List<Part> parts, ObjectNode message) {
        if (parts.stream().allMatch(Part.Text.class::isInstance)) {
            if (parts.size() == 1) {
                message.put("content", joined(parts, "messages"));
                return;
            }
        }
        ArrayNode content = message.putArray("content");
        for (Part part : parts) {
            switch (part) {
                case Part.Text text -> content.addObject().put("type", "text").put("text", text.text());
                case Part.Media media -> media(media, content);
                case Part.Refusal refusal ->
                    content.addObject().put("type", "text").put("text", refusal.text());
                case Part.Thinking _, Part.RedactedThinking _, Part.ToolUse _, Part.ToolResult _ ->
                    throw notes.refused("messages", "a user message holds what only assistants say");
            }
        }
    }

    private void media(Part.Media media, ArrayNode content) {
        if (media.kind() == Part.Media.Kind.IMAGE) {
            content.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", media.url() == null ? media.dataUri() : media.url());
        } else if (media.data() != null) {
            content.addObject()
                    .put("type", "file")
                    .putObject("file")
                    .put("filename", media.name() == null ? "document.pdf" : media.name())
                    .put("file_data", media.dataUri());
        } else {
            notes.without("messages", "a document is named by its address, which this provider does not fetch");
        }
    }

    private void assistant(Message message, ArrayNode messages) {
        ObjectNode written = Json.object().put("role", "assistant");
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
        if (said.isEmpty() && calls.isEmpty()) {
            return;
        }
        written.put("content", said.isEmpty() ? null : joined(said, "messages"));
        if (!calls.isEmpty()) {
            written.set("tool_calls", calls);
        }
        messages.add(written);
    }

    private String joined(List<Part> parts, String field) {
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

    private static void tools(Turn turn, ObjectNode body) {
        if (turn.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = body.putArray("tools");
        for (Turn.Tool tool : turn.tools()) {
            ObjectNode function = tools.addObject().put("type", "function").putObject("function");
            function.put("name", tool.name());
            if (tool.description() != null) {
                function.put("description", tool.description());
            }
            function.set("parameters", tool.schema());
            if (tool.strict() != null) {
                function.put("strict", tool.strict());
            }
        }
        choice(turn.choice(), body);
        if (turn.oneToolOnly()) {
            body.put("parallel_tool_calls", false);
        }
    }

    private static void choice(@Nullable ToolChoice choice, ObjectNode body) {
        switch (choice) {
            case ToolChoice.Auto _ -> body.put("tool_choice", "auto");
            case ToolChoice.None _ -> body.put("tool_choice", "none");
            case ToolChoice.Required _ -> body.put("tool_choice", "required");
            case ToolChoice.Named named ->
                body.putObject("tool_choice")
                        .put("type", "function")
                        .putObject("function")
                        .put("name", named.name());
            case null -> {}
        }
    }

    private void sampling(Turn turn, ObjectNode body) {
        Turn.Sampling sampling = turn.sampling();
        if (sampling.temperature() != null) {
            body.put("temperature", sampling.temperature());
        }
        if (sampling.topP() != null) {
            body.put("top_p", sampling.topP());
        }
        if (sampling.topK() != null) {
            notes.dropped("top_k");
        }
        if (sampling.stop().size() > MAX_STOP) {
            notes.lost("stop_sequences", "cut to the first " + MAX_STOP);
        }
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = body.putArray("stop");
            sampling.stop().stream().limit(MAX_STOP).forEach(stop::add);
        }
    }

    private static void format(Format format, ObjectNode body) {
        switch (format) {
            case Format.Free _ -> {}
            case Format.JsonObject _ -> body.putObject("response_format").put("type", "json_object");
            case Format.Schema schema -> {
                ObjectNode written = body.putObject("response_format").put("type", "json_schema");
                ObjectNode inner = written.putObject("json_schema").put("name", schema.name());
                inner.put("strict", true).set("schema", schema.schema());
            }
        }
    }
}
