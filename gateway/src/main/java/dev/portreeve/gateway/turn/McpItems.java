package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The items in which OpenAI's Responses speak of tools of MCP servers, and what they are to a model that knows functions only. Stateless. */
public final class McpItems {
    static final String LIST = "mcp_list_tools";
    static final String CALL = "mcp_call";
    static final String REQUEST = "mcp_approval_request";
    static final String RESPONSE = "mcp_approval_response";
    static final String REQUEST_ID = "approval_request_id";
    private static final String REQUEST_PREFIX = "mcpr_";
    private static final int HEX_OF_UUID = 32;

    private McpItems() {}

    /** Items that a provider can read, whatever it knows of MCP. The same, if there is nothing of the kind among them. */
    public static byte[] plain(byte[] items) {
        return Json.read(items, 0, items.length) instanceof ArrayNode array ? Json.bytes(plain(array)) : items;
    }

    static ArrayNode plain(ArrayNode items) {
        Set<String> made = new HashSet<>();
        Map<String, JsonNode> answers = new HashMap<>();
        for (JsonNode item : items) {
            String of = Json.string(item, REQUEST_ID, "");
            switch (Json.string(item, "type", "")) {
                case CALL -> made.add(of);
                case RESPONSE -> answers.put(of, item);
                default -> {}
            }
        }
        ArrayNode plain = Json.array();
        for (JsonNode item : items) {
            switch (Json.string(item, "type", "")) {
                case LIST, RESPONSE -> {}
                case CALL -> pair(plain, item, said(item));
                case REQUEST -> {
                    String unmade = unmade(item, made, answers);
                    if (unmade != null) {
                        pair(plain, item, unmade);
                    }
                }
                default -> plain.add(item);
            }
        }
        return plain;
    }

    private static String said(JsonNode call) {
        JsonNode error = Json.given(call, "error");
        return error == null
                ? Json.string(call, "output", "")
                : error.isString()
                        ? error.stringValue()
                        : Json.string(error.path("content").path(0), "text", "failed");
    }

    /** What became of a call that was asked about; {@code null} if another item says it. */
    private static @Nullable String unmade(JsonNode request, Set<String> made, Map<String, JsonNode> answers) {
        String id = Json.string(request, "id", "");
        JsonNode answer = answers.get(id);
        if (made.contains(id)) {
            return null;
        }
        if (answer == null) {
            return "this call has not been made: nobody has approved it yet";
        }
        String reason = Json.string(answer, "reason", "");
        return answer.path("approve").asBoolean(false)
                ? null
                : "this call was not made: the user did not want it" + (reason.isEmpty() ? "" : ": " + reason);
    }

    private static void pair(ArrayNode plain, JsonNode item, String output) {
        String id = Json.string(item, "id", "");
        plain.addObject()
                .put("type", "function_call")
                .put("call_id", id)
                .put("name", Json.string(item, "name", ""))
                .put("arguments", Json.string(item, "arguments", "{}"))
                .put("status", "completed");
        plain.addObject().put("type", "function_call_output").put("call_id", id).put("output", output);
    }

    static ObjectNode list(OwnServer server, Iterable<OwnTool> tools) {
        ObjectNode item = Json.object().put("id", id("mcpl_")).put("type", LIST).put("server_label", server.label());
        ArrayNode shown = item.putArray("tools");
        tools.forEach(tool -> shown.add(tool.shown()));
        return item.putNull("error");
    }

    /** @param asked the request for approval that led to it, or {@code null} */
    static ObjectNode call(ToolCalled made, @Nullable String asked) {
        ObjectNode item = about(made.call(), id("mcp_"), CALL);
        item.put(REQUEST_ID, asked);
        item.put("output", made.output());
        String error = made.error();
        if (error == null) {
            item.putNull("error");
        } else {
            ObjectNode why = item.putObject("error").put("type", "mcp_tool_execution_error");
            why.putArray("content").addObject().put("type", "text").put("text", error);
        }
        return item.put("status", made.error() == null ? "completed" : "failed");
    }

    /** @param ticket of the gateway, where it is a rule that asks; {@code null} where the caller itself wants to be asked */
    static ObjectNode request(OwnCall call, @Nullable UUID ticket) {
        String id = ticket == null
                ? id(REQUEST_PREFIX)
                : REQUEST_PREFIX + hex(ticket) + "_" + hex(UUID.randomUUID()).substring(0, 8);
        return about(call, id, REQUEST);
    }

    private static ObjectNode about(OwnCall call, String id, String type) {
        return Json.object()
                .put("id", id)
                .put("type", type)
                .put("server_label", call.label())
                .put("name", call.name())
                .put("arguments", call.arguments());
    }

    /** The ticket that a request for approval speaks of; {@code null} if it speaks of none. Anybody can have written it. */
    public static @Nullable UUID ticket(String requestId) {
        int end = REQUEST_PREFIX.length() + HEX_OF_UUID;
        String hex = requestId.length() > end && requestId.charAt(end) == '_'
                ? requestId.substring(REQUEST_PREFIX.length(), end)
                : "";
        return hex.matches("[0-9a-f]{32}")
                ? new UUID(
                        Long.parseUnsignedLong(hex.substring(0, 16), 16), Long.parseUnsignedLong(hex.substring(16), 16))
                : null;
    }

    private static String id(String prefix) {
        return prefix + hex(UUID.randomUUID());
    }

    private static String hex(UUID id) {
        return id.toString().replace("-", "");
    }
}
