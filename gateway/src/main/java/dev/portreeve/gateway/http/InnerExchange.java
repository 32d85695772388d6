package dev.portreeve.gateway.http;

import dev.portreeve.hub.north.McpExchange;
import dev.portreeve.hub.wire.JsonRpcMessage;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One request to the hub from inside the gateway, without a connection. Messages before the answer are dropped. For one request. */
final class InnerExchange implements McpExchange {
    private final String view;
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final byte[] body;
    private final BooleanSupplier gone;
    private volatile byte @Nullable [] last;

    /** @param gone whether he on whose behalf it is made has left; asked with each message */
    InnerExchange(String view, Map<String, String> headers, byte[] body, BooleanSupplier gone) {
        this.view = view;
        this.headers.putAll(headers);
        this.body = body;
        this.gone = gone;
    }

    /** What was answered. */
    JsonRpcMessage.Response response() {
        byte[] answer = last;
        if (answer != null && JsonRpcMessage.read(answer) instanceof JsonRpcMessage.Response response) {
            return response;
        }
        throw new IllegalStateException("the hub gave no answer");
    }

    @Override
    public String method() {
        return "POST";
    }

    @Override
    public String view() {
        return view;
    }

    @Override
    public @Nullable String header(String name) {
        return headers.get(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public byte[] body() {
        return body;
    }

    @Override
    public void answer(int status, Map<String, String> with, byte[] json) {
        last = json;
    }

    @Override
    public EventStream stream(Map<String, String> with, Runnable whenGone) {
        return new EventStream() {
            @Override
            public boolean send(byte[] message) {
                last = message;
                if (gone.getAsBoolean()) {
                    whenGone.run();
                    return false;
                }
                return true;
            }

            @Override
            public boolean send(String eventId, byte[] message) {
                return send(message);
            }

            @Override
            public boolean prime(String eventId, Duration retry) {
                return true;
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
