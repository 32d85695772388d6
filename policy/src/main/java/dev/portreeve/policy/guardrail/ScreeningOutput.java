package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.TextRun;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Holds chunks back until all their text is settled, then releases them in order.
 *
 * <p>A chunk waits for at most {@link Guardrail#MAX_HOLD_BACK} more characters of its own text. It may also wait behind a chunk of another
 * channel; when too many wait, the text they wait for is taken to be complete, since nothing more of it has come for so long.
 */
final class ScreeningOutput<C extends Output<C>> implements ScreenedOutput<C> {
    private static final int MAX_WAITING_CHUNKS = 4_096;
    private static final long MAX_WAITING_CHARS = 1 << 18;
    private static final int MAX_CHANNELS = 4_096;

    private final Supplier<ScreenedText> texts;
    private final OutputSink<C> client;
    private final Map<String, ScreenedText> channels = new HashMap<>();
    private final Deque<Waiting<C>> waiting = new ArrayDeque<>();
    private long waitingChars;

    /** A chunk with the texts its runs belong to, and where in them each run begins. */
    private record Waiting<C>(C chunk, List<TextRun> runs, List<ScreenedText> texts, long[] starts, long chars) {
        boolean isSettled() {
            for (int i = 0; i < starts.length; i++) {
                if (texts.get(i).settled() < starts[i] + runs.get(i).text().length()) {
                    return false;
                }
            }
            return true;
        }
    }

    ScreeningOutput(Supplier<ScreenedText> texts, OutputSink<C> client) {
        this.texts = texts;
        this.client = client;
    }

    @Override
    public void emit(C chunk) throws CallEnded {
        List<TextRun> runs = chunk.text();
        List<ScreenedText> owners = new ArrayList<>(runs.size());
        long[] starts = new long[runs.size()];
        long chars = 0;
        for (int i = 0; i < starts.length; i++) {
            TextRun run = runs.get(i);
            ScreenedText text = channels.computeIfAbsent(run.channel(), unused -> texts.get());
            owners.add(text);
            starts[i] = text.length();
            chars += run.text().length();
            text.read(run.text(), false);
        }
        if (channels.size() > MAX_CHANNELS) {
            throw new CallEnded(new CallOutcome.Denied(new Denial(
                    Denial.Stage.OUTPUT_GUARDRAIL,
                    Denial.Reason.GUARDRAIL_FAILED,
                    "the answer has more than " + MAX_CHANNELS + " separate texts, more than guardrails can watch")));
        }
        waiting.add(new Waiting<>(chunk, runs, owners, starts, chars));
        waitingChars += chars;
        release();
        while (waiting.size() > MAX_WAITING_CHUNKS || (waiting.size() > 1 && waitingChars > MAX_WAITING_CHARS)) {
            complete(waiting.element());
            release();
        }
    }

    /** Takes the texts a chunk waits for as complete; what still comes for their channels is read as new texts. */
    private void complete(Waiting<C> chunk) throws CallEnded {
        for (ScreenedText text : chunk.texts()) {
            if (text.settled() < text.length()) {
                text.read("", true);
                channels.values().remove(text);
            }
        }
    }

    @Override
    public void finish() throws CallEnded {
        for (ScreenedText text : channels.values()) {
            text.read("", true);
        }
        release();
    }

    private void release() throws CallEnded {
        while (!waiting.isEmpty() && waiting.element().isSettled()) {
            Waiting<C> next = waiting.remove();
            waitingChars -= next.chars();
            client.emit(rewritten(next));
        }
    }

    private static <C extends Output<C>> C rewritten(Waiting<C> chunk) {
        List<TextRun> runs = new ArrayList<>(chunk.runs().size());
        boolean changed = false;
        for (int i = 0; i < chunk.starts().length; i++) {
            TextRun run = chunk.runs().get(i);
            String text = chunk.texts().get(i).release(chunk.starts()[i], run.text());
            changed |= !text.equals(run.text());
            runs.add(new TextRun(run.channel(), text, run.repeat()));
        }
        return changed ? chunk.chunk().withText(runs) : chunk.chunk();
    }
}
