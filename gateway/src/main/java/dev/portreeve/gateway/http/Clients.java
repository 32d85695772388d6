package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.policy.call.Cancellation;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/** How the edge deals with clients that say nothing, leave, or do not read; one for all connections. Thread-safe. */
record Clients(KeepAlive keepAlive, WriteWatch writes) implements AutoCloseable {
    static Clients of(Duration heartbeatEvery, Duration writeTimeout) {
        return new Clients(new KeepAlive(heartbeatEvery), new WriteWatch(writeTimeout));
    }

    @Override
    public void close() {
        keepAlive.close();
        writes.close();
    }

    /**
     * What draws the answer to a request.
     *
     * @param endures whether the answer is made to its end although its client has left
     */
    ClientOutput output(
            ModelRequest request,
            StreamForm form,
            ServerResponse response,
            CallReport report,
            Cancellation cancellation,
            boolean endures) {
        return request.stream()
                ? new SseOutput(response, report, form, this, cancellation, endures)
                : new JsonOutput(response, report, writes);
    }
}
