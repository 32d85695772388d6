package dev.portreeve.policy;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;

/**
 * Holds the first byte of an answer until the opening record is durable (INV-2). The record is written while the upstream
 * works, so as a rule nobody waits here.
 */
final class EvidenceGate<C extends Output<C>> implements OutputSink<C> {
    private final Receipt opening;
    private final OutputSink<C> client;
    private volatile boolean open;

    private EvidenceGate(Receipt opening, boolean open, OutputSink<C> client) {
        this.opening = opening;
        this.open = open;
        this.client = client;
    }

    /**
     * The gate of an admitted call. A tool call that may change something waits here, before it runs; every other call
     * waits with its first byte, unless the operator wants it to go on without.
     *
     * @param mayTrail whether the answer of a call that changes nothing may leave before its record is durable
     */
    static <C extends Output<C>> EvidenceGate<C> of(
            GovernedCall call, AuditTrail trail, boolean mayTrail, OutputSink<C> client) {
        Receipt opening = trail.opened();
        if (opening == null) {
            throw new IllegalStateException("call " + call.id() + " has no opening record");
        }
        boolean effect = mayChangeSomething(call);
        if (effect) {
            opening.await();
        } else if (mayTrail && !opening.isDurable()) {
            // Whoever reads the records later is to know which of them nobody waited for.
            trail.facts().put("evidence", "best-effort");
        }
        return new EvidenceGate<>(opening, effect || mayTrail, client);
    }

    private static boolean mayChangeSomething(GovernedCall call) {
        return switch (call) {
            case ToolCall tool -> !tool.readOnly();
            case TaskCall task -> !task.readOnly();
            // A person sees it before there is an answer.
            case QuestionCall unused -> true;
            case ContextCall unused -> false;
            case LlmCall unused -> false;
        };
    }

    @Override
    public void emit(C chunk) throws CallEnded {
        await();
        client.emit(chunk);
    }

    /** Waits for the record, for what leaves beside the answer. */
    void await() {
        if (!open) {
            opening.await();
            open = true;
        }
    }
}
