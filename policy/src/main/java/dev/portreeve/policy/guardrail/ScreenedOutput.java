package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;

/**
 * An answer on its way through the guardrails. Chunks go in one by one and come out at the client's sink in the same order: untouched
 * (the very same object) when nothing in them was rewritten, and as soon as no match can begin in them any more. Used by the call's thread.
 */
public interface ScreenedOutput<C extends Output<C>> extends OutputSink<C> {
    /**
     * Takes a chunk; may keep it back.
     *
     * @throws CallEnded with an {@code OUTPUT_GUARDRAIL} denial if a guardrail blocks; nothing more may then be emitted
     */
    @Override
    void emit(C chunk) throws CallEnded;

    /**
     * Says that the answer is complete, and releases what was kept back. Called once, after the last chunk of an answer that ended well.
     *
     * @throws CallEnded as {@link #emit}
     */
    void finish() throws CallEnded;
}
