package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.RequestId;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An exchange with nobody at its other end: for what the gateway asks by itself on a caller's behalf. */
final class Silence implements McpExchange {
    private static final byte[] NOTHING = new byte[0];

    private Silence() {}

    /** An answer that nobody hears, and on whose stream nobody can be asked. */
    static Answer answer() {
        return new Answer(new Silence(), RequestId.of(0), () -> {});
    }

    @Override
    public String method() {
        return "POST";
    }

    @Override
    public String view() {
        return "";
    }

    @Override
    public @Nullable String header(String name) {
        return null;
    }

    @Override
    public byte[] body() {
        return NOTHING;
    }

    @Override
    public void answer(int status, Map<String, String> headers, byte[] body) {}

    @Override
    public EventStream stream(Map<String, String> headers, Runnable whenGone) {
        return new EventStream() {
            @Override
            public boolean send(byte[] message) {
                return false;
            }

            @Override
            public boolean send(String eventId, byte[] message) {
                return false;
            }

            @Override
            public boolean prime(String eventId, Duration retry) {
                return false;
            }

            @Override
            public void close() {}
        };
    }
}
