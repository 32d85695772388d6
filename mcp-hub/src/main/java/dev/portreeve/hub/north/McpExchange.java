package dev.portreeve.hub.north;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP exchange on the MCP endpoint, as the hub sees it; the HTTP edge implements it. Used by the exchange's own
 * thread.
 */
public interface McpExchange {
    /** {@code POST}, {@code GET} or {@code DELETE}. */
    String method();

    /** What stands behind {@code /mcp/} in the URL, decoded; empty for {@code /mcp} itself. */
    String view();

    /** The first value of a request header, by case-insensitive name. */
    @Nullable
    String header(String name);

    /** The request body, read whole and within the edge's limit. */
    byte[] body();

    /** The one answer, as JSON (or empty). */
    void answer(int status, Map<String, String> headers, byte[] body);

    /**
     * The one answer, as an event stream that starts now; the edge writes comment lines on it while it is silent.
     *
     * @param whenGone called once if the client is found to have left; any thread
     */
    EventStream stream(Map<String, String> headers, Runnable whenGone);

    /** An open stream of server-sent events. Thread-safe: messages of several threads are never interleaved. */
    interface EventStream extends AutoCloseable {
        /**
         * Sends one message as one event.
         *
         * @return false if the client has left
         */
        boolean send(byte[] message);

        /** As {@link #send(byte[])}, under an id by which the caller takes the stream up again after it. */
        boolean send(String eventId, byte[] message);

        /**
         * Tells the caller where to take the stream up should it break before the first message, and how long to wait.
         *
         * @return false if the client has left
         */
        boolean prime(String eventId, Duration retry);

        /** Ends the stream properly. */
        @Override
        void close();
    }
}
