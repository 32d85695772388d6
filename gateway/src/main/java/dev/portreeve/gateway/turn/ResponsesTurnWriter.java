package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to a request of OpenAI's Responses dialect, of which its provider shall keep nothing. For one request. */
final class ResponsesTurnWriter {
    /** Models that think; others refuse to be asked for encrypted thoughts. */
    private static final Pattern THINKS = Pattern.compile("(?:.*/)?(?:o\\d|gpt-(?:[5-9]|\\d\\d)|codex).*");

    private final Notes notes;

    ResponsesTurnWriter(Notes notes) {
        this.notes = notes;
    }

    ObjectNode write(String model, Turn turn) {
        ObjectNode body = Json.object().put("model", model);
        if (!turn.system().isEmpty()) {
            body.put("instructions", joined(turn.system()));
        }
        ArrayNode input = body.putArray("input");
        for (Message message : turn.messages()) {
            if (message.role() == Role.USER) {
                user(message, input);
            } else {
                assistant(message, input);
            }
        }
        if (input.isEmpty()) {
            throw notes.refused("messages", "nothing is left of them");
        }
        tools(turn, body);
        sampling(turn.sampling(), body);
        format(turn.format(), body);
        if (turn.effort() != null) {
            body.putObject("reasoning").put("effort", turn.effort());
        }
        if (THINKS.matcher(model).matches()) {
            body.putArray("include").add("reasoning.encrypted_content");
        }
        if (turn.userId() != null) {
            body.put("safety_identifier", turn.userId());
        }
        if (turn.stream()) {
            body.put("stream", true);
        }
        return body.put("store", false);
    }

    private String joined(List<Part> parts) {
        StringBuilder joined = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text text) {
                joined.append(joined.isEmpty() ? "" : "\n").append(text.text());
            } else {
                notes.without("messages", "a system message holds more than text");
            }
        }
        return joined.toString();
    }

    private void user(Message message, ArrayNode input) {
        ArrayNode content = Json.array();
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolResult result) {
                result(result, input);
            } else {
                content(part, content);
            }
        }
        if (!content.isEmpty()) {
            input.addObject().put("type", "message").put("role", "user").set("content", content);
        }
    }

    private void result(Part.ToolResult result, ArrayNode input) {
        if (result.error()) {
            notes.changed("messages.tool_result.is_error", "dropped, the text stays");
        }
        ObjectNode item = input.addObject().put("type", "function_call_output").put("call_id", result.id());
        if (result.content().stream().allMatch(Part.Text.class::isInstance)) {
            item.put("output", joined(result.content()));
            return;
        }
        ArrayNode output = item.putArray("output");
        result.content().forEach(part -> content(part, output));
    }

    private void content(Part part, ArrayNode content) {
        switch (part) {
            case Part.Text text -> content.addObject().put("type", "input_text").put("text", text.text());
            case Part.Refusal refusal ->
                content.addObject().put("type", "input_text").put("text", refusal.text());
            case Part.Media media -> media(media, content);
            case Part.Thinking _, Part.RedactedThinking _, Part.ToolUse _, Part.ToolResult _ ->
                throw notes.refused("messages", "a user message holds what only assistants say");
        }
    }

    private static void media(Part.Media media, ArrayNode content) {
        if (media.kind() == Part.Media.Kind.IMAGE) {
            content.addObject()
                    .put("type", "input_image")
                    .put("image_url", media.url() == null ? media.dataUri() : media.url());
            return;
        }
        ObjectNode file = content.addObject().put("type", "input_file");
        if (media.data() == null) {
            file.put("file_url", media.url());
        } else {
            file.put("filename", media.name() == null ? "document.pdf" : media.name())
                    .put("file_data", media.dataUri());
        }
    }

    private void assistant(Message message, ArrayNode input) {
        List<String> said = new ArrayList<>();
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> said.add(text.text());
                case Part.Refusal refusal -> said.add(refusal.text());
                case Part.Thinking thinking -> {
                    say(said, input);
                    reasoning(thinking, input);
                }
                case Part.RedactedThinking _ ->
                    notes.changed("messages.thinking", "dropped, another provider does not believe it");
                case Part.ToolUse use -> {
                    say(said, input);
                    input.addObject()
                            .put("type", "function_call")
                            .put("call_id", use.id())
                            .put("name", use.name())
                            .put("arguments", Json.text(use.input()));
                }
                case Part.Media _, Part.ToolResult _ ->
                    throw notes.refused("messages", "an assistant message holds what only users say");
            }
        }
        say(said, input);
    }

    private static void say(List<String> said, ArrayNode input) {
        if (said.isEmpty()) {
            return;
        }
        ArrayNode content = input.addObject()
                .put("type", "message")
                .put("role", "assistant")
                .putArray("content");
        said.forEach(text -> content.addObject().put("type", "output_text").put("text", text));
        said.clear();
    }

    private void reasoning(Part.Thinking thinking, ArrayNode input) {
        String signature = thinking.signature();
        if (signature == null || !Signatures.isReasoning(signature)) {
            notes.changed("messages.thinking", "dropped, another provider does not believe it");
            return;
        }
        ObjectNode item = input.addObject().put("type", "reasoning").put("id", Signatures.reasoningId(signature));
        ArrayNode summary = item.putArray("summary");
        if (!thinking.text().isEmpty()) {
            summary.addObject().put("type", "summary_text").put("text", thinking.text());
        }
        item.put("encrypted_content", Signatures.encrypted(signature));
    }

    private static void tools(Turn turn, ObjectNode body) {
        if (turn.tools().isEmpty()) {
            return;
        }
        ArrayNode tools = body.putArray("tools");
        for (Turn.Tool tool : turn.tools()) {
            ObjectNode written = tools.addObject().put("type", "function").put("name", tool.name());
            if (tool.description() != null) {
                written.put("description", tool.description());
            }
            written.set("parameters", tool.schema());
            // Here strict is what holds if nothing is said, elsewhere it is not.
            written.put("strict", tool.strict() != null && tool.strict());
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
                body.putObject("tool_choice").put("type", "function").put("name", named.name());
            case null -> {}
        }
    }

    private void sampling(Turn.Sampling sampling, ObjectNode body) {
        if (sampling.temperature() != null) {
            body.put("temperature", sampling.temperature());
        }
        if (sampling.topP() != null) {
            body.put("top_p", sampling.topP());
        }
        if (sampling.topK() != null) {
            notes.dropped("top_k");
        }
        if (!sampling.stop().isEmpty()) {
            notes.dropped("stop");
        }
    }

    private static void format(Format format, ObjectNode body) {
        switch (format) {
            case Format.Free _ -> {}
            case Format.JsonObject _ ->
                body.putObject("text").putObject("format").put("type", "json_object");
            case Format.Schema schema ->
                body.putObject("text")
                        .putObject("format")
                        .put("type", "json_schema")
                        .put("name", schema.name())
                        .put("strict", true)
                        .set("schema", schema.schema());
        }
    }
}
