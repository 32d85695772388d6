package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.HeaderValue;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Subject;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides per request which protocol era it belongs to, by how it speaks: a modern request says its version in its body,
 * or at least in a header; everything else belongs to the older era. Thread-safe.
 */
final class EraSwitch {
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNSUPPORTED_MEDIA_TYPE = 415;
    private static final byte[] NOTHING = new byte[0];

    private final ModernDispatch modern;
    private final LegacyDispatch legacy;

    EraSwitch(ModernDispatch modern, LegacyDispatch legacy) {
        this.modern = modern;
        this.legacy = legacy;
    }

    void handle(Subject subject, View view, McpExchange exchange) {
        switch (exchange.method()) {
            case "POST" -> post(subject, view, exchange);
            case "GET" -> {
                if (saysModern(exchange)) {
                    notAllowed(exchange);
                } else {
                    legacy.listen(subject, view, exchange);
                }
            }
            case "DELETE" -> {
                if (saysModern(exchange)) {
                    notAllowed(exchange);
                } else {
                    legacy.end(subject, view, exchange);
                }
            }
            default -> notAllowed(exchange);
        }
    }

    static void notAllowed(McpExchange exchange) {
        exchange.answer(METHOD_NOT_ALLOWED, Map.of("Allow", "POST"), NOTHING);
    }

    private void post(Subject subject, View view, McpExchange exchange) {
        try {
            requireJson(exchange);
            JsonRpcMessage message = JsonRpcMessage.read(exchange.body());
            switch (message) {
                case JsonRpcMessage.Request request
                when isModern(exchange, request.method(), request.params()) ->
                    modern.handle(subject, view, exchange, request);
                case JsonRpcMessage.Notification notification
                when isModern(exchange, notification.method(), notification.params()) -> modern.accept(exchange);
                case JsonRpcMessage.Request request -> legacy.handle(subject, view, exchange, request);
                case JsonRpcMessage.Notification notification -> legacy.accept(subject, view, exchange, notification);
                case JsonRpcMessage.Response response -> legacy.accept(subject, view, exchange, response);
            }
        } catch (BadMessage bad) {
            exchange.answer(bad.status(), Map.of("Content-Type", "application/json"), JsonRpc.error(null, bad.error()));
        }
    }

    private static void requireJson(McpExchange exchange) {
        String type = exchange.header("Content-Type");
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new BadMessage(
                    UNSUPPORTED_MEDIA_TYPE,
                    new McpError(McpError.INVALID_REQUEST, "the content type must be application/json"));
        }
    }

    private static boolean isModern(McpExchange exchange, String method, @Nullable RawJson params) {
        if (meta(params).containsKey(MetaKey.PROTOCOL_VERSION)) {
            return true;
        }
        // The handshake belongs to the older era whatever the header says; clients copy headers around.
        return !method.equals("initialize") && saysModern(exchange);
    }

    private static boolean saysModern(McpExchange exchange) {
        String version = exchange.header(HeaderValue.VERSION);
        return version != null && ProtocolVersion.isModern(version.strip());
    }

    /** The members of {@code _meta}; none if there is no such object. */
    static Map<String, RawJson> meta(@Nullable RawJson params) {
        RawJson meta = params == null ? null : params.member("_meta");
        return meta == null || !meta.isObject() ? Map.of() : meta.members();
    }
}
