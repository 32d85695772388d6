package dev.portreeve.gateway.http;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.KeysUnreadable;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers what nothing else answered: unknown paths, wrong methods, lost evidence, bugs. Always JSON, never a trace. */
final class LastResort {
    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    private final Supplier<CallId> callIds;

    LastResort(Supplier<CallId> callIds) {
        this.callIds = callIds;
    }

    void notFound(ServerRequest request, ServerResponse response) {
        send(request, response, CallErrors.notFound(Front.nearest(request.path().path())));
    }

    /** For a path that exists with other methods. */
    Handler wants(String methods) {
        return (request, response) -> send(request, response, CallErrors.methodNotAllowed(methods));
    }

    /** The one place that sees exceptions. */
    void failed(ServerRequest request, ServerResponse response, Throwable failure) {
        if (failure instanceof BrokenCall broken) {
            failed(request, response, broken.call(), broken.failure());
        } else {
            failed(request, response, callIds.get(), failure);
        }
    }

    private static void failed(ServerRequest request, ServerResponse response, CallId call, Throwable failure) {
        String path = request.path().rawPath();
        if (response.isSent() || response.bytesWritten() > 0) {
            LOG.error("an answer was broken off: callId={} path=\"{}\" reason=\"{}\"", call, path, failure.toString());
            // Too late for an answer; without its end, nobody takes it for a whole one.
            throw new CloseConnectionException("failed after the answer began", failure);
        }
        CallReport report = new CallReport(Paths.dialect(request), call, System.nanoTime());
        answer(path, response, report, logged(path, call, failure));
    }

    private static ErrorAnswer logged(String path, CallId call, Throwable failure) {
        return switch (failure) {
            case EvidenceUnavailable lost -> {
                LOG.error(
                        "no evidence, so no answer: callId={} path=\"{}\" reason=\"{}\"",
                        call,
                        path,
                        lost.getMessage());
                yield CallErrors.evidenceUnavailable();
            }
            case KeysUnreadable silent -> {
                LOG.error(
                        "the keys cannot be read: callId={} path=\"{}\" reason=\"{}\"",
                        call,
                        path,
                        silent.getMessage());
                yield CallErrors.of(new Authentication.Unavailable("keys cannot be read now; try again shortly"));
            }
            case HttpException bad
            when bad.status().code() < 500 -> CallErrors.unreadable(bad.status().code());
            default -> {
                LOG.error("a bug ended a request: callId={} path=\"{}\"", call, path, failure);
                yield CallErrors.bug();
            }
        };
    }

    private static void answer(String path, ServerResponse response, CallReport report, ErrorAnswer error) {
        if (path.startsWith("/mcp")) {
            response.headers().clear();
            McpEndpoint.refuse(response, Status.create(error.status()), error.code());
        } else {
            ErrorResponse.send(response, report, error);
        }
    }

    private void send(ServerRequest request, ServerResponse response, ErrorAnswer error) {
        ErrorResponse.send(response, new CallReport(Paths.dialect(request), callIds.get(), System.nanoTime()), error);
    }
}
