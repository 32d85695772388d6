package dev.portreeve.policy.call;

import java.util.List;
import java.util.Optional;

/**
 * The guardrails for what passes between caller and upstream while a call runs and that is not its answer: a question of the
 * upstream, and what the caller says to it. Used on the call's own thread or on one that it waits for.
 *
 * <p>A text that is refused must not be passed on. The call itself ends as denied then, whatever its upstream still
 * answers.
 */
public interface Aside {
    /** Reads nothing; for calls during which nothing passes. */
    Aside UNSCREENED = new Aside() {
        @Override
        public Optional<List<TextRun>> toCaller(List<TextRun> texts) {
            return Optional.of(texts);
        }

        @Override
        public Optional<List<TextRun>> toUpstream(List<TextRun> texts) {
            return Optional.of(texts);
        }
    };

    /**
     * Texts on their way to the caller, read as an answer's are; returns when the call's opening record is durable.
     *
     * @return the same runs, perhaps with masks in them; empty if they are refused
     * @throws dev.portreeve.audit.EvidenceUnavailable if evidence cannot be stored; nothing may then be passed on
     */
    Optional<List<TextRun>> toCaller(List<TextRun> texts);

    /**
     * Texts on their way to the upstream, read as a call's content is.
     *
     * @return the same runs, perhaps with masks in them; empty if they are refused
     */
    Optional<List<TextRun>> toUpstream(List<TextRun> texts);
}
