package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.OutputSink;

/** Draws one call's answer on the wire. Used by the call's thread. */
sealed interface ClientOutput extends OutputSink<AnswerChunk>, AutoCloseable
        permits JsonOutput, SseOutput, BackgroundOutput {
    /** The upstream is being asked now; from here on the wait may be long. */
    void awaitUpstream();

    /**
     * As {@code emit}, of what passed its own calls before and is no call's answer by itself.
     *
     * @throws io.helidon.webserver.CloseConnectionException if the client has left
     */
    void say(AnswerChunk chunk);

    /** Ends the answer of a call that is settled and recorded. */
    void complete(CallOutcome.Completed completed, ProviderReply reply);

    /** Ends the answer with an error: as the whole answer if nothing was sent yet, else within it. */
    void fail(ErrorAnswer error, CallOutcome.Incomplete outcome);

    @Override
    void close();
}
