package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.FailureClass;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.turn.Translation;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.UpstreamFault;
import io.helidon.webserver.CloseConnectionException;

/** Every ending of a governed call, on the wire. */
final class Endings {
    private Endings() {}

    static void render(Dialect dialect, CallOutcome outcome, ClientOutput output, ProviderReply reply) {
        switch (outcome) {
            case CallOutcome.Completed completed -> output.complete(completed, reply);
            case CallOutcome.Pending ignored -> throw CallOutcome.Pending.elsewhere();
            case CallOutcome.Denied denied -> output.fail(CallErrors.of(denied), denied);
            case CallOutcome.AwaitingApproval awaiting -> output.fail(CallErrors.of(awaiting), awaiting);
            case CallOutcome.Failed failed -> output.fail(error(dialect, failed, reply), failed);
            case CallOutcome.Abandoned ignored -> throw new CloseConnectionException("the client left");
        }
    }

    /** What is said of an ending of which its caller can be told. */
    static ErrorAnswer error(Dialect dialect, CallOutcome.Incomplete broken, ProviderReply reply) {
        return switch (broken) {
            case CallOutcome.Pending ignored -> throw CallOutcome.Pending.elsewhere();
            case CallOutcome.Denied denied -> CallErrors.of(denied);
            case CallOutcome.AwaitingApproval awaiting -> CallErrors.of(awaiting);
            case CallOutcome.Failed failed -> error(dialect, failed, reply);
            case CallOutcome.Abandoned ignored -> throw new CloseConnectionException("the client left");
        };
    }

    private static ErrorAnswer error(Dialect dialect, CallOutcome.Failed failed, ProviderReply reply) {
        return error(dialect, failed.fault(), reply);
    }

    /** What is said of a provider that failed so, and left this. */
    static ErrorAnswer error(Dialect dialect, UpstreamFault fault, ProviderReply reply) {
        ProviderReply.ErrorBody own = reply.error();
        if (own == null) {
            return CallErrors.of(fault);
        }
        if (own.dialect() != dialect && reply.failure() == FailureClass.CONTEXT_WINDOW) {
            return CallErrors.tooLong(dialect, own.headers(), Translation.message(own.body()));
        }
        return own.dialect() == dialect
                ? CallErrors.passed(dialect, fault, own.headers(), new ErrorAnswer.Said(own.contentType(), own.body()))
                : CallErrors.retold(fault, own.headers(), Translation.message(own.body()));
    }
}
