package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.turn.OwnCall;
import dev.portreeve.gateway.turn.OwnTool;
import dev.portreeve.gateway.turn.ToolCalled;
import dev.portreeve.hub.McpHub;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * This gateway's own {@code /mcp}, used from inside on behalf of a caller: the same requests as from outside, of the stateless era, so that the
 * same rules, people, budgets and records apply. Thread-safe; blocks as long as a call does.
 */
final class HubTools {
    private static final int MAX_PAGES = 16;
    private static final String JSON = "application/json";

    private final McpHub hub;

    HubTools(McpHub hub) {
        this.hub = hub;
    }

    /** What came of a call. */
    sealed interface Ended {
        /** It has ended. */
        record Made(ToolCalled call) implements Ended {}

        /** It has not been made: a person must say yes first. */
        record Waits(UUID ticket) implements Ended {}
    }

    /**
     * The tools that a caller may use in a view, each as it is listed.
     *
     * @throws BadRequest if there is no such view
     */
    List<byte[]> list(Subject subject, String view, @Nullable String userAgent) {
        List<byte[]> tools = new ArrayList<>();
        @Nullable RawJson cursor = null;
        for (int i = 0; i < MAX_PAGES; i++) {
            Map<String, RawJson> params = new LinkedHashMap<>();
            if (cursor != null) {
                params.put("cursor", cursor);
            }
            JsonRpcMessage.Response listed =
                    asked(subject, view, "tools/list", params, headers("tools/list", userAgent), () -> false);
            RawJson result = listed.result();
            if (result == null) {
                throw new BadRequest(400, "invalid_value", "tools", refusal(listed));
            }
            RawJson page = result.member("tools");
            if (page != null && page.isArray()) {
                page.elements().forEach(tool -> tools.add(tool.toBytes()));
            }
            cursor = result.member("nextCursor");
            if (cursor == null) {
                return tools;
            }
        }
        return tools;
    }

    /**
     * Calls a tool.
     *
     * @param gone whether the caller has left
     */
    Ended call(Subject subject, OwnTool tool, OwnCall call, @Nullable String userAgent, BooleanSupplier gone) {
        RawJson arguments = RawJson.of(call.arguments().isBlank() ? "{}" : call.arguments());
        Map<String, String> headers = headers("tools/call", userAgent);
        try {
            headers.put(HeaderValue.NAME, HeaderValue.encode(call.name()));
            headers.putAll(MirroredArguments.of(RawJson.of(tool.schema())).headers(arguments));
        } catch (BadMessage unreadable) {
            return error(call, "its arguments cannot be read as json");
        }
        Map<String, RawJson> params = new LinkedHashMap<>();
        params.put("name", RawJson.string(call.name()));
        params.put("arguments", arguments);
        JsonRpcMessage.Response answer = asked(subject, tool.server().view(), "tools/call", params, headers, gone);
        RawJson result = answer.result();
        if (result == null) {
            return error(call, refusal(answer));
        }
        UUID ticket = ticket(result);
        if (ticket != null) {
            return new Ended.Waits(ticket);
        }
        RawJson failed = result.member("isError");
        return failed != null && failed.isTrue()
                ? error(call, text(result))
                : new Ended.Made(new ToolCalled(call, text(result), null));
    }

    private static Ended error(OwnCall call, String why) {
        return new Ended.Made(new ToolCalled(call, null, why));
    }

    private static String refusal(JsonRpcMessage.Response answer) {
        McpError error = answer.error();
        return error == null ? "no answer came" : error.message();
    }

    private static @Nullable UUID ticket(RawJson result) {
        RawJson meta = result.member("_meta");
        RawJson reason = meta == null ? null : meta.member(MetaKey.REASON);
        boolean waits = reason != null
                && reason.asString().filter("approval_required"::equals).isPresent();
        RawJson ticket = waits && meta != null ? meta.member(MetaKey.APPROVAL_TICKET) : null;
        return ticket == null ? null : ticket.asString().map(UUID::fromString).orElse(null);
    }

    /** What a model reads of a result: its texts, or, where it has other contents too, all of them as JSON. */
    private static String text(RawJson result) {
        RawJson content = result.member("content");
        if (content == null || !content.isArray()) {
            return "";
        }
        List<RawJson> parts = content.elements();
        boolean texts = parts.stream().allMatch(part -> part.member("text") != null);
        return texts
                ? parts.stream()
                        .map(part -> String.valueOf(part.member("text")))
                        .map(RawJson::of)
                        .map(part -> part.asString().orElse(""))
                        .collect(Collectors.joining("\n"))
                : content.toString();
    }

    private static Map<String, String> headers(String method, @Nullable String userAgent) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", JSON);
        headers.put("Accept", JSON + ", text/event-stream");
        headers.put(HeaderValue.VERSION, ProtocolVersion.MODERN);
        headers.put(HeaderValue.METHOD, method);
        if (userAgent != null) {
            headers.put("User-Agent", userAgent);
        }
        return headers;
    }

    private JsonRpcMessage.Response asked(
            Subject subject,
            String view,
            String method,
            Map<String, RawJson> params,
            Map<String, String> headers,
            BooleanSupplier gone) {
        Map<String, RawJson> meta = new LinkedHashMap<>();
        meta.put(MetaKey.PROTOCOL_VERSION, RawJson.string(ProtocolVersion.MODERN));
        meta.put(MetaKey.CLIENT_CAPABILITIES, RawJson.EMPTY_OBJECT);
        // So that it hears now and then from a call that waits, and can say that the caller has left.
        meta.put(MetaKey.PROGRESS_TOKEN, RawJson.of("1"));
        params.put("_meta", RawJson.object(meta));
        RawJson request = RawJson.object(Map.of(
                "jsonrpc", RawJson.string("2.0"),
                "id", RawJson.of("1"),
                "method", RawJson.string(method),
                "params", RawJson.object(params)));
        InnerExchange exchange = new InnerExchange(view, headers, request.toBytes(), gone);
        hub.handle(subject, exchange);
        return exchange.response();
    }
}
