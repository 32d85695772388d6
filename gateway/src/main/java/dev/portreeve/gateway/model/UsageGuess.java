package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.Usage;

/**
 * What an answer used whose provider does not say: the input's upper bound, and one output token for each byte of text, which
 * is never too few. Never above what was held.
 */
final class UsageGuess {
    private UsageGuess() {}

    static Usage of(Estimate estimate, AnswerChunk chunk) {
        return of(estimate, bytes(chunk));
    }

    static Usage of(Estimate estimate, long textBytes) {
        long output = Math.min(textBytes, estimate.outputTokens());
        return new Usage(estimate.inputTokens(), 0, output, Usage.Basis.ESTIMATED);
    }

    static long bytes(AnswerChunk chunk) {
        long bytes = 0;
        for (TextRun run : chunk.text()) {
            bytes += utf8Length(run.text());
        }
        return bytes;
    }

    private static long utf8Length(String text) {
        long length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A surrogate is half of four bytes.
                length += c >= 0x800 && !Character.isSurrogate(c) ? 2 : 1;
            }
        }
        return length;
    }
}
