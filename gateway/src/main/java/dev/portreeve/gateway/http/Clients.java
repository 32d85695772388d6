package dev.portreeve.gateway.http;

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
}
