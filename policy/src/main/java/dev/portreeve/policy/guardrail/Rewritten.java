package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.TextRun;
import java.util.List;
import java.util.function.Supplier;

/** Texts that are all there take the way of an answer of one chunk: one algorithm, one law. */
final class Rewritten implements OutputSink<Rewritten.Chunk> {
    private List<TextRun> runs = List.of();

    /** The texts as guardrails leave them. */
    static List<TextRun> by(Supplier<ScreenedText> readers, List<TextRun> texts) throws CallEnded {
        Rewritten rewritten = new Rewritten();
        ScreeningOutput<Chunk> screen = new ScreeningOutput<>(readers, rewritten);
        screen.emit(new Chunk(texts));
        screen.finish();
        return rewritten.runs;
    }

    record Chunk(List<TextRun> text) implements Output<Chunk> {
        @Override
        public Chunk withText(List<TextRun> replaced) {
            return new Chunk(replaced);
        }
    }

    @Override
    public void emit(Chunk chunk) {
        runs = chunk.text();
    }
}
