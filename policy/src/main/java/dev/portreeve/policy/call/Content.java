package dev.portreeve.policy.call;

import java.util.List;

/**
 * The text of a request that guardrails may read and rewrite. Order and number of runs never change; whoever made the
 * content finds rewritten runs by position and splices them into the bytes it kept.
 */
public record Content(List<TextRun> runs) {
    public static final Content EMPTY = new Content(List.of());

    public Content {
        runs = List.copyOf(runs);
    }
}
