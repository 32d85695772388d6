package dev.portreeve.gateway.cache;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An answer as its provider gave it, before guardrails read it. Immutable; its bytes are not to be written to.
 *
 * @param until when it counts no longer
 * @param pieces its bytes: one piece for a whole answer; of a stream whole events
 * @param last what ends a stream where that is part of the answer, or {@code null}
 * @param ending the event that says a stream's end; empty where there is none
 * @param size that counts against the bounds, in bytes
 */
public record CachedAnswer(
        Origin origin,
        Instant made,
        Instant until,
        String contentType,
        AnswerChunk.Shape shape,
        List<byte[]> pieces,
        byte @Nullable [] last,
        byte[] ending,
        long size) {
    /**
     * The call that it was made for.
     *
     * @param cost what was charged for it
     * @param lost what of it could not be said in its caller's dialect
     */
    public record Origin(UUID call, Usage usage, NanoUsd cost, List<String> lost) {
        public Origin {
            lost = List.copyOf(lost);
        }
    }

    public CachedAnswer {
        pieces = List.copyOf(pieces);
    }

    /** The time since it was made; below zero if the clock was set back meanwhile. */
    public Duration age(Instant now) {
        return Duration.between(made, now);
    }

    boolean counts(Instant now, Duration most) {
        Duration age = age(now);
        return !age.isNegative() && now.isBefore(until) && age.compareTo(most) <= 0;
    }

    /**
     * Gives it once more, byte for byte; what says a stream's end is left to whoever says it.
     *
     * @return what is used by that
     * @throws CallEnded whatever {@code out} threw
     */
    public Usage give(OutputSink<AnswerChunk> out) throws CallEnded {
        AnswerHead head = new AnswerHead(contentType, Map.of());
        // Before all else, so that it costs the same if it is cut.
        out.emit(AnswerChunk.silent(head, Usage.CACHED));
        for (byte[] piece : pieces) {
            out.emit(new AnswerChunk(head, shape, piece));
        }
        if (last != null) {
            out.emit(AnswerChunk.ending(head, shape, last));
        }
        return Usage.CACHED;
    }
}
