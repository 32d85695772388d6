package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Format;
import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** From a turn to a Gemini request; its model and whether it is streamed stand in the path. For one request. */
final class GeminiTurnWriter {
    private static final int MAX_STOP = 5;
    /** Google's own word for a call that came from another model, which the models since 3 refuse without a signature. */
    private static final String UNSIGNED = "skip_thought_signature_validator";

    private final Notes notes;
    private final Map<String, String> namesById = new HashMap<>();

    GeminiTurnWriter(Notes notes) {
        this.notes = notes;
    }

    /** @param cap the bound that the answer will have, which includes what is thought */
    ObjectNode write(String model, Turn turn, long cap) {
        ObjectNode body = Json.object();
        system(turn, body);
        boolean signed = GeminiThinking.isSigned(model);
        ArrayNode contents = body.putArray("contents");
        for (Message message : merged(turn.messages())) {
            ObjectNode content = Json.object().put("role", message.role() == Role.USER ? "user" : "model");
            ArrayNode parts = content.putArray("parts");
            if (message.role() == Role.USER) {
                user(message, parts);
            } else {
                model(message, signed, parts);
            }
            if (!parts.isEmpty()) {
                contents.add(content);
            }
        }
        if (contents.isEmpty()) {
            throw notes.refused("messages", "nothing is left of them");
        }
        tools(turn, body);
        config(model, turn, cap, body);
        if (turn.userId() != null) {
            notes.idle("user");
        }
        return body;
    }

    private void system(Turn turn, ObjectNode body) {
        ArrayNode parts = Json.array();
        for (Part part : turn.system()) {
            if (!(part instanceof Part.Text text)) {
                notes.without("messages", "a system message holds more than text");
            } else if (!text.text().isEmpty()) {
                parts.addObject().put("text", text.text());
            }
        }
        if (!parts.isEmpty()) {
            body.putObject("systemInstruction").set("parts", parts);
        }
    }

    private static List<Message> merged(List<Message> messages) {
        List<Message> merged = new ArrayList<>();
        for (Message message : messages) {
            if (!merged.isEmpty() && merged.getLast().role() == message.role()) {
                List<Part> parts = new ArrayList<>(merged.removeLast().parts());
                parts.addAll(message.parts());
                merged.add(new Message(message.role(), parts));
            } else {
                merged.add(message);
            }
        }
        return merged;
    }

    /** Results stand before all else, as many of them as there were calls. */
    private void user(Message message, ArrayNode parts) {
        List<Part.Media> pictures = new ArrayList<>();
        for (Part part : message.parts()) {
            if (part instanceof Part.ToolResult result) {
                result(result, pictures, parts);
            }
        }
        pictures.forEach(picture -> media(picture, parts));
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> text(text.text(), parts);
                case Part.Refusal refusal -> text(refusal.text(), parts);
                case Part.Media media -> media(media, parts);
                case Part.ToolResult _ -> {}
                case Part.Thinking _, Part.RedactedThinking _, Part.ToolUse _ ->
                    throw notes.refused("messages", "a user message holds what only assistants say");
            }
        }
    }

    private static void text(String text, ArrayNode parts) {
        if (!text.isEmpty()) {
            parts.addObject().put("text", text);
        }
    }

    private void result(Part.ToolResult result, List<Part.Media> pictures, ArrayNode parts) {
        String name = namesById.get(result.id());
        if (name == null) {
            throw notes.refused("messages", "a tool's result belongs to no call");
        }
        StringBuilder text = new StringBuilder();
        for (Part piece : result.content()) {
            switch (piece) {
                case Part.Text plain -> text.append(text.isEmpty() ? "" : "\n").append(plain.text());
                case Part.Media picture -> {
                    notes.changed("messages.tool_result", "a picture or document stands behind the results");
                    text.append(text.isEmpty() ? "" : "\n").append("(see below)");
                    pictures.add(picture);
                }
                default -> throw notes.refused("messages", "a tool's result holds what only assistants say");
            }
        }
        ObjectNode response = parts.addObject()
                .putObject("functionResponse")
                .put("id", result.id())
                .put("name", name);
        response.putObject("response").put(result.error() ? "error" : "output", text.toString());
    }

    private void media(Part.Media media, ArrayNode parts) {
        if (media.data() == null) {
            notes.without("messages", "a picture or document is named by its address, which is not fetched");
            return;
        }
        parts.addObject()
                .putObject("inlineData")
                .put("mimeType", media.mediaType() == null ? "application/octet-stream" : media.mediaType())
                .put("data", media.data());
    }

    /** A thought's signature stands at the call that it led to; what was thought is not sent back. */
    private void model(Message message, boolean signed, ArrayNode parts) {
        String signature = null;
        String ofText = null;
        boolean called = false;
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text text -> {
                    text(text.text(), parts);
                    ofText = ofText == null || signText(ofText, parts) ? null : ofText;
                }
                case Part.Refusal refusal -> text(refusal.text(), parts);
                case Part.Thinking thinking -> {
                    if (Signatures.isGeminiText(thinking.signature())) {
                        String sign = Signatures.geminiText(thinking.signature());
                        ofText = signText(sign, parts) ? null : sign;
                    } else if (Signatures.isGemini(thinking.signature())) {
                        signature = Signatures.gemini(thinking.signature());
                    } else {
                        notes.changed("messages.thinking", "dropped, another provider does not believe it");
                    }
                }
                case Part.RedactedThinking _ ->
                    notes.changed("messages.thinking", "dropped, another provider does not believe it");
                case Part.ToolUse use -> {
                    call(use, signature == null && signed && !called ? unsigned() : signature, parts);
                    signature = null;
                    called = true;
                }
                case Part.Media _, Part.ToolResult _ ->
                    throw notes.refused("messages", "an assistant message holds what only users say");
            }
        }
    }

    private String unsigned() {
        notes.changed("messages.tool_calls", "this model made none of them, which it is told");
        return UNSIGNED;
    }

    /** It stood at the text before it; callers whose thoughts come first have that text behind it. */
    private static boolean signText(String signature, ArrayNode parts) {
        if (!parts.isEmpty()
                && parts.get(parts.size() - 1) instanceof ObjectNode last
                && last.has("text")
                && !last.has("thoughtSignature")) {
            last.put("thoughtSignature", signature);
            return true;
        }
        return false;
    }

    private void call(Part.ToolUse use, @Nullable String signature, ArrayNode parts) {
        namesById.put(use.id(), use.name());
        ObjectNode part = parts.addObject();
        part.putObject("functionCall")
                .put("id", use.id())
                .put("name", use.name())
                .set("args", use.input());
        if (signature != null) {
            part.put("thoughtSignature", signature);
        }
    }

    private void tools(Turn turn, ObjectNode body) {
        if (turn.tools().isEmpty()) {
            return;
        }
        ArrayNode functions = body.putArray("tools").addObject().putArray("functionDeclarations");
        for (Turn.Tool tool : turn.tools()) {
            ObjectNode function = functions.addObject().put("name", tool.name());
            if (tool.description() != null) {
                function.put("description", tool.description());
            }
            if (!tool.schema().isEmpty()) {
                function.set("parametersJsonSchema", tool.schema());
            }
            if (tool.strict() != null && tool.strict()) {
                notes.lost("tools.strict", "dropped, it has no counterpart");
            }
        }
        if (turn.oneToolOnly()) {
            notes.lost("parallel_tool_calls", "dropped, it has no counterpart");
        }
        ToolChoice choice = turn.choice();
        if (choice == null) {
            return;
        }
        ObjectNode calling = body.putObject("toolConfig").putObject("functionCallingConfig");
        switch (choice) {
            case ToolChoice.Auto _ -> calling.put("mode", "AUTO");
            case ToolChoice.None _ -> calling.put("mode", "NONE");
            case ToolChoice.Required _ -> calling.put("mode", "ANY");
            case ToolChoice.Named named ->
                calling.put("mode", "ANY").putArray("allowedFunctionNames").add(named.name());
        }
    }

    private void config(String model, Turn turn, long cap, ObjectNode body) {
        ObjectNode config = Json.object();
        Turn.Sampling sampling = turn.sampling();
        if (sampling.temperature() != null) {
            config.put("temperature", sampling.temperature());
        }
        if (sampling.topP() != null) {
            config.put("topP", sampling.topP());
        }
        if (sampling.topK() != null) {
            config.put("topK", sampling.topK());
        }
        if (sampling.stop().size() > MAX_STOP) {
            notes.lost("stop", "cut to the first " + MAX_STOP);
        }
        if (!sampling.stop().isEmpty()) {
            ArrayNode stop = config.putArray("stopSequences");
            sampling.stop().stream().limit(MAX_STOP).forEach(stop::add);
        }
        switch (turn.format()) {
            case Format.Free _ -> {}
            case Format.JsonObject _ -> config.put("responseMimeType", "application/json");
            case Format.Schema schema ->
                config.put("responseMimeType", "application/json").set("responseJsonSchema", schema.schema());
        }
        new GeminiThinking(notes).write(model, turn.effort(), cap, config);
        if (!config.isEmpty()) {
            body.set("generationConfig", config);
        }
    }
}
