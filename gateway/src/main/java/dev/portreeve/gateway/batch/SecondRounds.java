package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.gateway.model.BatchPlace.ItemEnd;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The round that ends an item. What it gives back may be told to its caller: its money and its record are durable. Thread-safe; each method blocks
 * for a commit, may be called again after it failed or after a crash, and then settles nothing twice.
 */
final class SecondRounds {
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());

    private final CallGovernor governor;

    SecondRounds(CallGovernor governor) {
        this.governor = governor;
    }

    /** Ends an item as its provider says. */
    EndedItem end(Batch batch, HeldItem item, ItemEnd said) {
        return switch (said.end()) {
            case SUCCEEDED -> succeeded(batch, item, said);
            case ERRORED ->
                free(
                        batch,
                        item,
                        said,
                        new UpstreamFault(
                                Kind.REFUSED, said.status(), "the provider refused this item of a batch", false));
            case CANCELED ->
                free(
                        batch,
                        item,
                        said,
                        new UpstreamFault(
                                Kind.CANCELED, 0, "the batch was cancelled before this item's turn came", false));
            case EXPIRED ->
                free(
                        batch,
                        item,
                        said,
                        new UpstreamFault(
                                Kind.EXPIRED, 0, "the batch's time was over before this item's turn came", false));
        };
    }

    /** Ends an item of which the provider says nothing although its batch has ended: at the most that it may have cost. */
    EndedItem unknown(Batch batch, HeldItem item) {
        LlmCall call = item.call(batch);
        UpstreamFault fault =
                new UpstreamFault(Kind.GARBAGE, 0, "the provider's results say nothing of this item of a batch", true);
        Usage most = new Usage(item.inputTokens(), 0, item.outputTokens(), Usage.Basis.ASSUMED);
        CallOutcome ignored = governor.<AnswerChunk>resume(
                call,
                (cleared, out) -> {
                    out.emit(AnswerChunk.account(JSON, most.atLeast(item.uses())));
                    throw new CallEnded(new CallOutcome.Failed(fault));
                },
                chunk -> {});
        return error(batch, item, CallErrors.of(fault));
    }

    /** Ends an item that was not sent: it gives back all that it held. */
    void notSent(Batch batch, HeldItem item, CallOutcome.Incomplete why) {
        CallOutcome ignored = governor.<AnswerChunk>resume(
                item.call(batch),
                (cleared, out) -> {
                    throw new CallEnded(why);
                },
                chunk -> {});
    }

    /** Why an item was not sent that could have been. */
    static CallOutcome.Incomplete becauseOfAnother(String why) {
        return new CallOutcome.Denied(new Denial(Denial.Stage.BUDGET, Denial.Reason.BATCH_REFUSED, why));
    }

    private EndedItem free(Batch batch, HeldItem item, ItemEnd said, UpstreamFault fault) {
        notSent(batch, item, new CallOutcome.Failed(fault));
        return new EndedItem(item.ordinal(), item.customId(), said.end(), said.status(), said.body());
    }

    private EndedItem succeeded(Batch batch, HeldItem item, ItemEnd said) {
        Released released = new Released();
        Usage usage = usage(batch, said.body());
        CallOutcome outcome = governor.<AnswerChunk>resume(
                item.call(batch),
                (cleared, out) -> {
                    if (usage != null) {
                        // Before the answer, since a guardrail may withhold that: it was made, and costs what it costs.
                        out.emit(AnswerChunk.account(JSON, usage));
                    }
                    out.emit(new AnswerChunk(JSON, batch.dialect().answerTo(batch.operation()), said.body()));
                    return usage == null ? Usage.UNREPORTED : usage;
                },
                released);
        return switch (outcome) {
            case CallOutcome.Completed ignored ->
                new EndedItem(
                        item.ordinal(), item.customId(), End.SUCCEEDED, said.status(), released.bytes.toByteArray());
            case CallOutcome.Denied denied -> error(batch, item, CallErrors.of(denied));
            case CallOutcome.Failed failed -> error(batch, item, CallErrors.of(failed.fault()));
            case CallOutcome.AwaitingApproval ignored ->
                throw new IllegalStateException("nobody is asked about an end");
            case CallOutcome.Abandoned ignored -> throw new IllegalStateException("nobody listens to an end");
            case CallOutcome.Pending ignored -> throw new IllegalStateException("an end is not left for later");
        };
    }

    /** At the price of the batch tier, whatever an answer calls it: OpenAI's answers in batches say the usual one. */
    private static @Nullable Usage usage(Batch batch, byte[] answer) {
        AnswerMeter meter = batch.dialect().meter();
        try {
            meter.readAnswer(answer);
        } catch (UnreadableAnswer garbage) {
            return null;
        }
        Usage reported = meter.reported();
        if (reported == null) {
            return null;
        }
        Terms terms = reported.terms();
        return terms.tier() == ServiceTier.STANDARD
                ? reported.on(new Terms(ServiceTier.BATCH, terms.uplift()))
                : reported;
    }

    private static EndedItem error(Batch batch, HeldItem item, ErrorAnswer error) {
        byte[] body = error.body(batch.dialect(), item.call().toString());
        return new EndedItem(item.ordinal(), item.customId(), End.ERRORED, error.status(), body);
    }

    /** What guardrails let through. */
    private static final class Released implements OutputSink<AnswerChunk> {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void emit(AnswerChunk chunk) {
            bytes.writeBytes(chunk.bytes());
        }
    }
}
