package dev.portreeve.policy.call;

/** Takes the chunks of an answer in order, on the call's thread; blocks while the receiver is slow. */
@FunctionalInterface
public interface OutputSink<C extends Output<C>> {
    /** @throws CallEnded when the call cannot go on: the client left, or a guardrail stopped it */
    void emit(C chunk) throws CallEnded;
}
