package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.EventScan;
import dev.portreeve.gateway.dialect.Span;
import dev.portreeve.gateway.dialect.Splice;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
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
 * which the edge says instead of an end. A stream without its end was cut. Where a dialect has no event that ends a stream, what ends
 * the answer is held back until the stream closes, and a stream that closes before it was cut. For one call's thread.
 */
final class MeteredStream {
    private static final byte[] NOTHING = new byte[0];

    private final UpstreamAnswer answer;
    private final EventInput blocks;
    private final AnswerHead head;
    private final Dialect dialect;
    private final boolean usageAsked;
    private final AnswerMeter meter;
    private final int maxHeld;
    private byte[] ending = NOTHING;
    private byte[] held = NOTHING;
    private byte @Nullable [] error;
    private boolean done;

    MeteredStream(UpstreamAnswer answer, int maxEventBytes, AnswerHead head, Dialect dialect, boolean usageAsked) {
        this.answer = answer;
        this.blocks = dialect == Dialect.BEDROCK_CONVERSE
                ? new AwsFrames(answer.body(), maxEventBytes)
                : new EventBlocks(answer.body(), maxEventBytes);
        this.head = head;
        this.dialect = dialect;
        this.usageAsked = usageAsked;
        this.meter = dialect.meter();
        this.maxHeld = maxEventBytes;
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
            Usage soFar = meter.reported();
            if (passed.length > 0) {
                out.emit(new AnswerChunk(head, dialect.events(), passed, soFar));
            } else if (soFar != null) {
                out.emit(AnswerChunk.silent(head, soFar));
            }
        }
        if (!done && held.length == 0) {
            throw UpstreamFailures.ended(
                    Kind.CUT, answer.status(), "the provider's stream ended without saying so", true);
        }
        if (error != null) {
            throw UpstreamFailures.ended(
                    Kind.REFUSED, meter.errorStatus(), "the provider failed in the middle of its answer", true);
        }
        if (held.length > 0) {
            out.emit(AnswerChunk.ending(head, dialect.events(), held));
        } else if (dialect.endRepeatsAnswer()) {
            out.emit(AnswerChunk.ending(head, dialect.events(), ending));
            ending = NOTHING;
        }
        // The bytes that end the body are not worth a wait, but the connection is worth keeping.
        answer.drainAside();
        Usage reported = meter.reported();
        return reported == null ? Usage.UNREPORTED : reported;
    }

    private byte @Nullable [] next() throws CallEnded {
        try {
            return blocks.next();
        } catch (UnreadableAnswer garbage) {
            throw garbage;
        } catch (IOException | RuntimeException failed) {
            throw UpstreamFailures.inAnswer(failed, answer.status());
        }
    }

    /** Meters the block's events and takes out those that are held back; usually none, and the block stays the same array. */
    private byte[] screen(byte[] block) throws CallEnded {
        EventScan scan = new EventScan(block, 0, block.length);
        Splice splice = new Splice(block);
        boolean more = false;
        int last = -1;
        while (scan.next()) {
            AnswerMeter.Role role = meter.readEvent(block, scan);
            switch (role) {
                case PART -> {
                    more |= scan.hasData();
                    last = scan.hasData() ? -1 : last;
                }
                case USAGE_ONLY -> {
                    if (!usageAsked) {
                        splice.remove(new Span(scan.start(), scan.end()));
                    }
                }
                case LAST -> last = last < 0 ? scan.start() : last;
                case END, ERROR -> {
                    end(block, scan, role);
                    // What follows the end is nobody's.
                    return released(
                            splice.remove(new Span(scan.start(), block.length)).apply());
                }
            }
        }
        if (last >= 0) {
            splice.remove(new Span(last, block.length));
        }
        byte[] passed = more ? released(splice.apply()) : splice.apply();
        if (last >= 0) {
            held = joined(held, Arrays.copyOfRange(block, last, block.length));
            if (held.length > maxHeld) {
                throw UpstreamFailures.ended(
                        Kind.TOO_LARGE, answer.status(), "the end of the provider's answer is too large", true);
            }
        }
        return passed;
    }

    private void end(byte[] block, EventScan scan, AnswerMeter.Role role) {
        done = true;
        if (role == AnswerMeter.Role.END) {
            ending = Arrays.copyOfRange(block, scan.start(), scan.end());
        } else {
            error = Arrays.copyOfRange(block, scan.dataStart(), scan.dataEnd());
        }
    }

    /** What was held back, since it was not the last, and then {@code passed}. */
    private byte[] released(byte[] passed) {
        byte[] both = joined(held, passed);
        held = NOTHING;
        return both;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        if (first.length == 0) {
            return second;
        }
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
