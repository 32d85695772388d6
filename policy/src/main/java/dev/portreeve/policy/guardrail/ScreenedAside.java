package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.call.Aside;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.TextRun;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Aside} whose refusals end the call: what was refused is kept here, since it happens deep inside an upstream, and
 * {@link #finish} ends the call with it. One at a time; different threads may take turns.
 */
public final class ScreenedAside implements Aside {
    private final Runnable evidence;
    private final Supplier<ScreenedText> outward;
    private final Supplier<ScreenedText> inward;
    private @Nullable CallEnded refused;

    ScreenedAside(Runnable evidence, Supplier<ScreenedText> outward, Supplier<ScreenedText> inward) {
        this.evidence = evidence;
        this.outward = outward;
        this.inward = inward;
    }

    @Override
    public Optional<List<TextRun>> toCaller(List<TextRun> texts) {
        Optional<List<TextRun>> screened = screened(outward, texts);
        evidence.run();
        return screened;
    }

    @Override
    public Optional<List<TextRun>> toUpstream(List<TextRun> texts) {
        return screened(inward, texts);
    }

    // Each on its own: what was asked before has nothing to do with what is asked now.
    private synchronized Optional<List<TextRun>> screened(Supplier<ScreenedText> readers, List<TextRun> texts) {
        if (refused != null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Rewritten.by(readers, texts));
        } catch (CallEnded ended) {
            refused = ended;
            return Optional.empty();
        }
    }

    /**
     * The upstream is done.
     *
     * @throws CallEnded if something was refused meanwhile
     */
    public synchronized void finish() throws CallEnded {
        if (refused != null) {
            throw refused;
        }
    }
}
