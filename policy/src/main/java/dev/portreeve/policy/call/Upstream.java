package dev.portreeve.policy.call;

/** The thing being governed: a provider or a tool server, as one blocking method. Called by {@code CallGovernor} only. */
@FunctionalInterface
public interface Upstream<C extends Output<C>> {
    /**
     * Runs the call with what the recipe let through and emits the answer.
     *
     * @return what the upstream says was used, or {@link Usage#UNREPORTED} if it says nothing
     * @throws CallEnded with {@link CallOutcome.Failed} when the upstream fails, or whatever {@code out} threw
     */
    Usage execute(Clearance cleared, OutputSink<C> out) throws CallEnded;

    /**
     * Whether somebody still waits for the answer, as far as that is known. A person's yes is not used up for a caller that is gone: it
     * comes again, and is then to find it. Any thread; never blocks.
     */
    default boolean isAwaited() {
        return true;
    }
}
