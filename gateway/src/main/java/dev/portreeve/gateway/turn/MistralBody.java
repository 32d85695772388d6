package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A chat completion request as Mistral takes it. Its dialect is OpenAI's with fewer members, and it refuses a request with a
 * member that it does not know; some it knows under another name. Ids of calls become nine letters and digits, which is all that
 * its older models take. For one request.
 */
public final class MistralBody {
    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "temperature",
            "top_p",
            "max_tokens",
            "stream",
            "stop",
            "random_seed",
            "metadata",
            "response_format",
            "tools",
            "tool_choice",
            "presence_penalty",
            "frequency_penalty",
            "n",
            "prediction",
            "parallel_tool_calls",
            "reasoning_effort",
            "prompt_mode",
            "guardrails",
            "safe_prompt");
    private static final Map<String, String> NAMES =
            Map.of("max_completion_tokens", "max_tokens", "seed", "random_seed");
    private static final Map<String, Set<String>> BY_ROLE = Map.of(
            "system",
            Set.of("role", "content"),
            "user",
            Set.of("role", "content"),
            "assistant",
            Set.of("role", "content", "tool_calls", "prefix"),
            "tool",
            Set.of("role", "content", "tool_call_id", "name"));
    /** Said without effect on the answer, or by the gateway itself. */
    private static final Set<String> SILENT = Set.of("stream_options");

    private static final Pattern CALL_ID = Pattern.compile("[A-Za-z0-9]{9}");
    private static final int ID_LENGTH = 9;

    private final List<String> dropped = new ArrayList<>();

    /** The members that were left out of the last body, by their paths. */
    public List<String> dropped() {
        return List.copyOf(dropped);
    }

    /** The body that Mistral takes; the same array if that is this one, or if it is no JSON object. */
    public byte[] of(byte[] body) {
        JsonNode tree;
        try {
            tree = Json.read(body, 0, body.length);
        } catch (JacksonException malformed) {
            return body;
        }
        if (!(tree instanceof ObjectNode root)) {
            return body;
        }
        ObjectNode before = root.deepCopy();
        members(root);
        for (JsonNode message : root.path("messages")) {
            if (message instanceof ObjectNode object) {
                message(object);
            }
        }
        if (Json.string(root, "tool_choice", "").equals("required")) {
            root.put("tool_choice", "any");
        }
        return root.equals(before) ? body : Json.bytes(root);
    }

    private void members(ObjectNode root) {
        for (String name : List.copyOf(root.propertyNames())) {
            String known = NAMES.get(name);
            if (known != null) {
                JsonNode value = root.remove(name);
                if (!root.has(known)) {
                    root.set(known, value);
                }
            } else if (!KNOWN.contains(name)) {
                root.remove(name);
                if (!SILENT.contains(name)) {
                    dropped.add(name);
                }
            }
        }
    }

    private void message(ObjectNode message) {
        if (Json.string(message, "role", "").equals("developer")) {
            message.put("role", "system");
        }
        Set<String> known = BY_ROLE.get(Json.string(message, "role", ""));
        if (known == null) {
            return;
        }
        for (String name : List.copyOf(message.propertyNames())) {
            if (!known.contains(name)) {
                message.remove(name);
                dropped.add("messages." + name);
            }
        }
        String answered = Json.string(message, "tool_call_id");
        if (answered != null) {
            message.put("tool_call_id", callId(answered));
        }
        for (JsonNode call : message.path("tool_calls")) {
            if (call instanceof ObjectNode object && Json.string(object, "id") != null) {
                object.put("id", callId(Json.string(object, "id", "")));
            }
        }
    }

    /** Call and result get the same one. */
    private static String callId(String id) {
        return CALL_ID.matcher(id).matches() ? id : Digests.hex(id, ID_LENGTH).substring(0, ID_LENGTH);
    }
}
