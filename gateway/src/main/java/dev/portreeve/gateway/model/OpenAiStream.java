package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.EventScan;
import dev.portreeve.gateway.dialect.Span;
import dev.portreeve.gateway.dialect.Splice;
import dev.portreeve.gateway.dialect.UsageMeter;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Passes a provider's event stream on, block by block. Two events are held back: the usage nobody but us asked for, and
 * {@code [DONE]}, which the edge may say only when the call is settled. A stream without {@code [DONE]} was cut. For one
 * call's thread.
 */
final class OpenAiStream {
    private final UpstreamAnswer answer;
    private final EventBlocks blocks;
    private final AnswerHead head;
    private final boolean usageAsked;
    private final UsageMeter meter = new UsageMeter();
    private byte[] ending = new byte[0];
    private boolean done;

    OpenAiStream(UpstreamAnswer answer, int maxEventBytes, AnswerHead head, boolean usageAsked) {
        this.answer = answer;
        this.blocks = new EventBlocks(answer.body(), maxEventBytes);
        this.head = head;
        this.usageAsked = usageAsked;
    }

    /** The event that ended the stream, in its very bytes. */
    byte[] ending() {
        return ending;
    }

    Usage pump(OutputSink<AnswerChunk> out) throws CallEnded {
        for (byte[] block = next(); block != null && !done; block = done ? null : next()) {
            byte[] passed = screen(block);
            if (passed.length > 0) {
                out.emit(new AnswerChunk(head, AnswerChunk.Shape.CHAT_EVENTS, passed));
            }
        }
        if (!done) {
            throw UpstreamFailures.ended(
                    Kind.CUT, answer.status(), "the provider's stream ended without saying so", true);
        }
        // The bytes that end the body are not worth a wait, but the connection is worth keeping.
        answer.drainAside();
        Usage reported = meter.reported();
        return reported == null ? OpenAiProvider.NOT_REPORTED : reported;
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
            if (scan.isDone()) {
                ending = Arrays.copyOfRange(block, scan.start(), scan.end());
                done = true;
                // What follows the end is nobody's.
                return (splice == null ? new Splice(block) : splice)
                        .remove(new Span(scan.start(), block.length))
                        .apply();
            }
            boolean usageOnly = scan.hasData() && meter.readEvent(block, scan.dataStart(), scan.dataEnd());
            if (usageOnly && !usageAsked) {
                splice = splice == null ? new Splice(block) : splice;
                splice.remove(new Span(scan.start(), scan.end()));
            }
        }
        return splice == null ? block : splice.apply();
    }
}
