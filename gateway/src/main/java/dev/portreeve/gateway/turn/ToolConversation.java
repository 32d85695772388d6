package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.BadRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A response in the making whose model calls tools of this gateway: what it reads, what it has said so far, and what its provider is asked
 * next. For one request, on its thread.
 */
public final class ToolConversation {
    /** What models make; what stands behind the last of them is new. */
    private static final Set<String> MADE =
            Set.of("function_call", "custom_tool_call", "reasoning", McpItems.LIST, McpItems.CALL, McpItems.REQUEST);

    private static final int BAD_REQUEST = 400;

    private final ObjectNode request;
    private final ArrayNode items;
    private final OwnServer.Places places;
    private final boolean foreign;
    private final @Nullable String base;
    private final ArrayNode output = Json.array();
    private final Map<String, OwnTool> tools = new LinkedHashMap<>();
    private final Set<String> labels = new HashSet<>();
    private final TurnUsage usage = new TurnUsage();
    private String status = "completed";
    private @Nullable ObjectNode incomplete;
    private @Nullable ObjectNode error;
    private boolean begun;

    /**
     * Begins one.
     *
     * @param whole the request with the whole conversation, as {@link KeptItems#request} makes it
     * @param foreign whether the provider keeps responses itself, and so takes ids for its own
     * @param base the response that the provider keeps, from which the conversation goes on; {@code null} if it is all there is
     */
    public ToolConversation(byte[] whole, OwnServer.Places places, boolean foreign, @Nullable String base) {
        this.base = base;
        if (!(Json.read(whole, 0, whole.length) instanceof ObjectNode object)
                || !(object.path("input") instanceof ArrayNode input)) {
            throw new IllegalArgumentException("no request with a list of items");
        }
        this.request = object;
        this.items = input;
        this.places = places;
        this.foreign = foreign;
    }

    /**
     * A server's tools, as it lists them to the caller.
     *
     * @return the item that says so; {@code null} if the conversation has one
     * @throws BadRequest if two servers have a tool of one name, or the caller has a function of that name
     */
    public @Nullable ObjectNode offer(OwnServer server, List<byte[]> listed) {
        if (!labels.add(server.label())) {
            throw bad("tools", "two servers are called \"" + server.label() + "\"");
        }
        List<OwnTool> own = new ArrayList<>();
        for (byte[] each : listed) {
            if (Json.read(each, 0, each.length) instanceof ObjectNode tool) {
                OwnTool offered = OwnTool.of(server, tool);
                if (offered.isOffered()) {
                    own.add(offered);
                }
            }
        }
        for (OwnTool tool : own) {
            if (isFunction(tool.name()) || tools.putIfAbsent(tool.name(), tool) != null) {
                throw bad("tools", "two tools are called \"" + tool.name() + "\": leave one out by allowed_tools");
            }
        }
        for (JsonNode item : items) {
            if (is(item, McpItems.LIST) && Json.string(item, "server_label", "").equals(server.label())) {
                return null;
            }
        }
        return added(McpItems.list(server, own));
    }

    private boolean isFunction(String name) {
        for (JsonNode tool : request.path("tools")) {
            if (is(tool, "function") && Json.string(tool, "name", "").equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean is(JsonNode item, String type) {
        return Json.string(item, "type", "").equals(type);
    }

    private static BadRequest bad(String param, String why) {
        return new BadRequest(BAD_REQUEST, "invalid_value", param, why);
    }

    /** An answer of the caller to a request for approval. */
    public record Said(
            String requestId,
            OwnCall call,
            boolean approve,
            @Nullable String reason) {}

    /**
     * What the caller now says to requests for approval.
     *
     * @throws BadRequest if there is no such request, it was answered before, or its server is not among the tools any more
     */
    public List<Said> said() {
        Map<String, JsonNode> asked = new HashMap<>();
        int fresh = 0;
        for (int i = 0; i < items.size(); i++) {
            JsonNode item = items.path(i);
            if (is(item, McpItems.REQUEST)) {
                asked.put(Json.string(item, "id", ""), item);
            }
            if (is(item, McpItems.CALL)) {
                asked.remove(Json.string(item, McpItems.REQUEST_ID, ""));
            }
            boolean assistant = Json.string(item, "role", "").equals("assistant");
            if (assistant || MADE.contains(Json.string(item, "type", ""))) {
                fresh = i + 1;
            }
        }
        for (int i = 0; i < fresh; i++) {
            if (is(items.path(i), McpItems.RESPONSE)) {
                asked.remove(Json.string(items.path(i), McpItems.REQUEST_ID, ""));
            }
        }
        List<Said> said = new ArrayList<>();
        for (int i = fresh; i < items.size(); i++) {
            JsonNode item = items.path(i);
            if (is(item, McpItems.RESPONSE)) {
                said.add(said(item, asked.remove(Json.string(item, McpItems.REQUEST_ID, ""))));
            }
        }
        return said;
    }

    private Said said(JsonNode item, @Nullable JsonNode request) {
        String id = Json.string(item, McpItems.REQUEST_ID, "");
        if (request == null) {
            throw bad("input", "there is no open approval request \"" + id + "\" in this conversation");
        }
        OwnCall call = call(request);
        if (!labels.contains(call.label())) {
            throw bad("tools", "name the server \"" + call.label() + "\" in tools again, as in the request before");
        }
        return new Said(id, call, item.path("approve").asBoolean(false), Json.string(item, "reason"));
    }

    private static OwnCall call(JsonNode item) {
        return new OwnCall(
                Json.string(item, "server_label", ""),
                Json.string(item, "name", ""),
                Json.string(item, "arguments", "{}"));
    }

    /** The tool that a call is of; {@code null} if the model is offered none of that name there. */
    public @Nullable OwnTool tool(OwnCall call) {
        OwnTool tool = tools.get(call.name());
        return tool == null || !tool.server().label().equals(call.label()) ? null : tool;
    }

    /**
     * What the provider is asked next: nothing but functions, and the whole conversation.
     *
     * @param last whether the model is to come to an end, and call nothing any more
     */
    public byte[] next(boolean last) {
        ObjectNode next = request.deepCopy();
        ArrayNode offered = Json.array();
        for (JsonNode tool : request.path("tools")) {
            if (OwnServer.view(tool, places) == null) {
                offered.add(tool);
            }
        }
        tools.values().forEach(tool -> offered.add(tool.function()));
        next.set("tools", offered);
        next.set("tool_choice", last ? StringNode.valueOf("none") : choice());
        ArrayNode said = items.deepCopy();
        said.addAll(output);
        ArrayNode plain = McpItems.plain(said);
        if (foreign) {
            KeptItems.foreign(plain);
        }
        next.set("input", plain);
        long most = Json.count(request, "max_output_tokens");
        if (most > 0) {
            next.put("max_output_tokens", Math.max(1, most - usage.outputTokens()));
        }
        next.remove(List.of("stream", "stream_options", "background", "max_tool_calls", "previous_response_id"));
        begun = true;
        return Json.bytes(KeptItems.goingOn(next.put("store", false), base));
    }

    private JsonNode choice() {
        JsonNode said = request.path("tool_choice");
        if (begun && !said.asString("").equals("none")) {
            // Who must call a tool each time never comes to an end.
            return StringNode.valueOf("auto");
        }
        if (!is(said, "mcp")) {
            return said.isMissingNode() ? StringNode.valueOf("auto") : said;
        }
        String name = Json.string(said, "name");
        return name == null
                ? StringNode.valueOf("required")
                : Json.object().put("type", "function").put("name", name);
    }

    /**
     * What a model answered.
     *
     * @param calls of this gateway's tools
     * @param items what else it said
     * @param isCallersTurn whether the caller has to do something before it can go on, or it is done
     */
    public record Taken(List<OwnCall> calls, List<ObjectNode> items, boolean isCallersTurn) {}

    /** Takes the provider's answer to what {@link #next} asks. */
    public Taken take(byte[] answer) {
        JsonNode said = Json.read(answer, 0, answer.length);
        usage.add(said.path("usage"));
        List<OwnCall> calls = new ArrayList<>();
        List<ObjectNode> others = new ArrayList<>();
        boolean callers = false;
        for (JsonNode each : said.path("output")) {
            OwnTool own = is(each, "function_call") ? tools.get(Json.string(each, "name", "")) : null;
            if (own != null) {
                calls.add(new OwnCall(own.server().label(), own.name(), Json.string(each, "arguments", "{}")));
            } else if (each instanceof ObjectNode item) {
                others.add(added(item));
                callers |= is(item, "function_call") || is(item, "custom_tool_call");
            }
        }
        String ended = Json.string(said, "status", "completed");
        if (!ended.equals("completed")) {
            status = ended;
            incomplete = said.path("incomplete_details") instanceof ObjectNode why ? why : null;
            error = said.path("error") instanceof ObjectNode why ? why : null;
        }
        long most = Json.count(request, "max_output_tokens");
        if (!calls.isEmpty() && most > 0 && usage.outputTokens() >= most) {
            status = "incomplete";
            incomplete = Json.object().put("reason", "max_output_tokens");
        }
        // What an answer that broke off wants is perhaps not all that it wanted.
        return status.equals("completed")
                ? new Taken(calls, others, callers || calls.isEmpty())
                : new Taken(List.of(), others, true);
    }

    /** The most calls its caller allows; {@code otherwise} if it does not say. */
    public long maxCalls(long otherwise) {
        long said = Json.count(request, "max_tool_calls");
        return said == 0 ? otherwise : Math.min(said, otherwise);
    }

    /** It ends before its model was done, for what OpenAI has no word. */
    public void incomplete() {
        status = "incomplete";
    }

    /**
     * It ends because something went wrong, after something was done.
     *
     * @param httpStatus with which it would have been refused before
     */
    public void failed(int httpStatus, String code, String message) {
        status = "failed";
        // Of the words that OpenAI has for it, the nearest.
        String word = httpStatus == 429 ? "rate_limit_exceeded" : httpStatus < 500 ? "invalid_prompt" : "server_error";
        error = Json.object().put("code", word).put("message", code + ": " + message);
    }

    /** @param asked the request for approval that led to the call, or {@code null} */
    public ObjectNode called(ToolCalled made, @Nullable String asked) {
        return added(McpItems.call(made, asked));
    }

    /** @param ticket of the gateway, where it is a rule that asks; {@code null} where the caller itself wants to be asked */
    public ObjectNode asks(OwnCall call, @Nullable UUID ticket) {
        return added(McpItems.request(call, ticket));
    }

    private ObjectNode added(ObjectNode item) {
        output.add(item);
        return item;
    }

    /** What it read, as it is kept. */
    public byte[] input(String responseId) {
        return KeptItems.input(Json.bytes(request), responseId);
    }

    /** The response as it is now. */
    public byte[] response(ResponseFrame frame, String id, String model, long created) {
        ObjectNode response = ResponsesAnswers.response(frame, id, model, created);
        response.put("status", status);
        response.set("output", output);
        response.set("usage", usage.json());
        KeptItems.base(response, base);
        if (incomplete != null) {
            response.set("incomplete_details", incomplete);
        }
        if (error != null) {
            response.set("error", error);
        }
        ArrayNode shown = response.putArray("tools");
        for (JsonNode tool : request.path("tools")) {
            shown.add(
                    tool instanceof ObjectNode named
                            ? named.deepCopy().remove(List.of("authorization", "headers"))
                            : tool);
        }
        for (String repeated : List.of("tool_choice", "instructions", "max_output_tokens", "temperature", "top_p")) {
            JsonNode said = Json.given(request, repeated);
            if (said != null) {
                response.set(repeated, said);
            }
        }
        return Json.bytes(response);
    }
}
