package dev.portreeve.gateway.http;

import dev.portreeve.policy.call.Subject;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each request: method, path, status, time, whose key, and the id under which the rest is recorded. No query,
 * no body, no other header (INV-7). Written at level debug, which is off unless asked for.
 */
final class AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.portreeve.access");
    private static final String SUBJECT = AccessLog.class.getName();
    private static final long NANOS_PER_MICRO = 1_000;

    private AccessLog() {}

    /** Remembers whose request this is, for its line. */
    static void subject(ServerRequest request, Subject subject) {
        if (LOG.isDebugEnabled()) {
            request.context().register(SUBJECT, subject.keyId());
        }
    }

    static void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (!LOG.isDebugEnabled()) {
            chain.proceed();
            return;
        }
        long started = System.nanoTime();
        try {
            chain.proceed();
        } finally {
            LOG.debug(
                    "method={} path=\"{}\" status={} micros={} key={} callId={}",
                    request.prologue().method().text(),
                    request.path().rawPath(),
                    response.status().code(),
                    (System.nanoTime() - started) / NANOS_PER_MICRO,
                    request.context().get(SUBJECT, String.class).orElse("-"),
                    response.headers().contains(Names.REQUEST_ID)
                            ? response.headers().get(Names.REQUEST_ID).get()
                            : "-");
        }
    }
}
