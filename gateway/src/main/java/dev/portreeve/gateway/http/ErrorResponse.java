package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.policy.call.CallOutcome;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

/** Sends an error as the whole answer. Headers set before belong to an answer that will not come, so they go. */
final class ErrorResponse {
    private ErrorResponse() {}

    static void send(ServerResponse response, CallReport report, ErrorAnswer error) {
        ServerResponseHeaders headers = response.headers();
        headers.clear();
        report.write(headers, error);
        finish(response, report, error);
    }

    static void send(ServerResponse response, CallReport report, ErrorAnswer error, CallOutcome.Incomplete outcome) {
        ServerResponseHeaders headers = response.headers();
        headers.clear();
        if (outcome instanceof CallOutcome.Denied denied && denied.allowance() != null) {
            report.allowed(denied.allowance());
        }
        report.write(headers, error);
        if (outcome instanceof CallOutcome.Denied denied) {
            report.budget(headers, denied.budget());
        }
        finish(response, report, error);
    }

    private static void finish(ServerResponse response, CallReport report, ErrorAnswer error) {
        response.status(Status.create(error.status()));
        response.headers().set(HeaderNames.CONTENT_TYPE, error.contentType());
        response.headers().set(Names.NO_STORE);
        response.send(error.body(report.dialect(), report.id().toString()));
    }
}
