package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.idempotency.KeptAnswer;
import dev.portreeve.gateway.idempotency.KeptAnswers;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.IdempotentRun.End;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.idempotency.IdempotentRuns.Living;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that is made under an idempotency key: keeps a copy of the answer as it leaves, and says so that it lives until it is
 * closed. Its caller may leave; the answer is made to its end all the same, for that caller comes back. For the call's thread.
 */
final class KeyedCall implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyedCall.class);

    private final Idempotency store;
    private final Subject owner;
    private final CallId id;
    private final ProviderReply reply;
    private final IdempotentRun run;
    private final Living living;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private @Nullable AnswerHead head;
    private byte[] ending = new byte[0];
    private boolean tooLarge;

    KeyedCall(Idempotency store, Subject owner, CallId id, IdempotentCalls.Turn.Make make, ProviderReply reply) {
        this.store = store;
        this.owner = owner;
        this.id = id;
        this.reply = reply;
        this.run = new IdempotentRun(make.key(), make.body(), make.earlier(), store.keep(), this::store);
        this.living = store.runs().living(make.key(), id.value());
    }

    LlmCall under(LlmCall call) {
        return call.under(run);
    }

    /** Passes on what it copies. */
    OutputSink<AnswerChunk> copying(ClientOutput client) {
        return chunk -> {
            copy(chunk);
            client.emit(chunk);
        };
    }

    private void copy(AnswerChunk chunk) {
        head = chunk.head();
        if (chunk.isEnding()) {
            ending = chunk.bytes();
        } else if (body.size() + chunk.bytes().length > store.maxAnswerBytes()) {
            tooLarge = true;
        } else if (!tooLarge) {
            body.writeBytes(chunk.bytes());
        }
    }

    /** Whether another call under the key got it first. */
    static boolean wasSlower(CallOutcome outcome) {
        return outcome instanceof CallOutcome.Denied denied && denied.denial().reason() == Denial.Reason.KEY_IN_USE;
    }

    /** Whether the end of the answer may leave. */
    boolean mayEnd() {
        return run.mayEnd();
    }

    private End store() {
        byte[] last = ending.length > 0 ? ending : reply.ending();
        if (tooLarge || body.size() + last.length > store.maxAnswerBytes()) {
            return End.UNKEPT;
        }
        AnswerHead from = head == null ? new AnswerHead("text/event-stream", Map.of()) : head;
        KeptAnswer answer = new KeptAnswer(from.contentType(), from.headers(), body.toByteArray(), last);
        try {
            store.answers().keep(owner, id.value(), answer, store.keep());
            return End.ANSWERED;
        } catch (KeptAnswers.Unavailable down) {
            LOG.warn(
                    "the answer of call {} could not be stored, so its end is not said: {}",
                    id,
                    String.valueOf(down.getCause()));
            return End.LEFT;
        }
    }

    @Override
    public void close() {
        living.close();
    }
}
