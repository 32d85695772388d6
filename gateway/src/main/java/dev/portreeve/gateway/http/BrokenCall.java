package dev.portreeve.gateway.http;

import dev.portreeve.policy.call.CallId;

/** Tells the error handler, which sees nothing but an exception, which call it ended. No stack trace of its own. */
final class BrokenCall extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CallId call;
    private final RuntimeException failure;

    BrokenCall(CallId call, RuntimeException failure) {
        super(null, failure, false, false);
        this.call = call;
        this.failure = failure;
    }

    CallId call() {
        return call;
    }

    RuntimeException failure() {
        return failure;
    }
}
