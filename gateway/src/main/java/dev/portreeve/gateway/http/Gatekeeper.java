package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.KeyDirectory;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets callers of model paths in, or answers why not. Thread-safe. */
final class Gatekeeper {
    private final KeyDirectory keys;
    private final Supplier<CallId> callIds;
    private final boolean keyInQuery;

    /** @param keyInQuery whether a key may stand in the address */
    Gatekeeper(KeyDirectory keys, Supplier<CallId> callIds, boolean keyInQuery) {
        this.keys = keys;
        this.keyInQuery = keyInQuery;
        this.callIds = callIds;
    }

    /** Names a request that begins now. */
    CallReport report(Dialect dialect) {
        return new CallReport(dialect, callIds.get(), System.nanoTime());
    }

    /** @return whose key it is, or {@code null} if the refusal has been sent */
    @Nullable
    Subject admit(ServerRequest request, ServerResponse response, CallReport report) {
        return switch (keys.authenticate(Credentials.presented(request, keyInQuery))) {
            case Authentication.Authenticated known -> {
                AccessLog.subject(request, known.subject());
                Optional<Labels> labels = CallLabels.of(request.headers());
                yield labels.isPresent()
                        ? labelled(known.subject(), labels.get(), request)
                        : refuse(response, report, CallErrors.invalidLabels(CallLabels.INVALID));
            }
            case Authentication.Rejected rejected -> refuse(response, report, CallErrors.of(rejected));
            case Authentication.Unavailable down -> refuse(response, report, CallErrors.of(down));
        };
    }

    /** The subject with all that this request says of it. */
    static Subject labelled(Subject subject, Labels labels, ServerRequest request) {
        Subject entered = subject.through(CallLabels.entrance(request));
        return labels.isEmpty() ? entered : entered.saying(labels);
    }

    private static @Nullable Subject refuse(ServerResponse response, CallReport report, ErrorAnswer error) {
        ErrorResponse.send(response, report, error);
        return null;
    }
}
