package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.EventScan;
import dev.portreeve.gateway.dialect.Span;
import dev.portreeve.gateway.dialect.Splice;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Passes a provider's event stream on, block by block. Three events are held back: the usage nobody but us asked for, the
 * event that ends the stream, which the edge may say only when the call is settled, and the provider's word that it failed,
 * which the edge says instead of an end. A stream without its end was cut. For one call's thread.
 */
final class MeteredStream {
    private final UpstreamAnswer answer;
    private final EventBlocks blocks;
    private final AnswerHead head;
    private final Dialect dialect;
    private final boolean usageAsked;
    private final AnswerMeter meter;
    private byte[] ending = new byte[0];
    private byte @Nullable [] error;
    private boolean done;

    MeteredStream(UpstreamAnswer answer, int maxEventBytes, AnswerHead head, Dialect dialect, boolean usageAsked) {
        this.answer = answer;
        this.blocks = new EventBlocks(answer.body(), maxEventBytes);
        this.head = head;
        this.dialect = dialect;
        this.usageAsked = usageAsked;
        this.meter = dialect.meter();
    }

    /** The data of the event by which the provider said that it failed, or {@code null}. */
    byte @Nullable [] error() {
        return error;
    }

    /** The event that ended the stream, in its very bytes; empty where it was emitted because it repeats the answer. */
    byte[] ending() {
        return ending;
    }

    /** What was read of the answer beside its bytes. */
    AnswerMeter meter() {
        return meter;
    }

    Usage pump(OutputSink<AnswerChunk> out) throws CallEnded {
        for (byte[] block = next(); block != null && !done; block = done ? null : next()) {
            byte[] passed = screen(block);
            if (passed.length > 0) {
                out.emit(new AnswerChunk(head, dialect.events(), passed));
            }
        }
        if (!done) {
            throw UpstreamFailures.ended(
                    Kind.CUT, answer.status(), "the provider's stream ended without saying so", true);
        }
        if (error != null) {
            throw UpstreamFailures.ended(Kind.REFUSED, 500, "the provider failed in the middle of its answer", true);
        }
        if (dialect.endRepeatsAnswer()) {
            out.emit(AnswerChunk.ending(head, dialect.events(), ending));
            ending = new byte[0];
        }
        // The bytes that end the body are not worth a wait, but the connection is worth keeping.
        answer.drainAside();
        Usage reported = meter.reported();
        return reported == null ? Usage.UNREPORTED : reported;
    }

    private byte @Nullable [] next() throws CallEnded {
        try {
            return blocks.next();
        } catch (IOException | RuntimeException failed) {
            throw UpstreamFailures.inAnswer(failed, answer.status());
        }
    }

    /** Meters the block's events and takes out those that are held back; usually none, and the block stays the same array. */
    private byte[] screen(byte[] block) {
        EventScan scan = new EventScan(block, 0, block.length);
        @Nullable Splice splice = null;
        while (scan.next()) {
            AnswerMeter.Role role = meter.readEvent(block, scan);
            switch (role) {
                case PART -> {}
                case USAGE_ONLY -> {
                    if (!usageAsked) {
                        splice = splice == null ? new Splice(block) : splice;
                        splice.remove(new Span(scan.start(), scan.end()));
                    }
                }
                case END, ERROR -> {
                    done = true;
                    if (role == AnswerMeter.Role.END) {
                        ending = Arrays.copyOfRange(block, scan.start(), scan.end());
                    } else {
                        error = Arrays.copyOfRange(block, scan.dataStart(), scan.dataEnd());
                    }
                    // What follows the end is nobody's.
                    return (splice == null ? new Splice(block) : splice)
                            .remove(new Span(scan.start(), block.length))
                            .apply();
                }
            }
        }
        return splice == null ? block : splice.apply();
    }
}
