package dev.portreeve.policy.call;

/**
 * A piece of text that guardrails read, and where it belongs.
 *
 * @param channel names the text this run continues: runs with equal channels are one text cut in pieces (for example
 *     {@code choice 0}, or {@code choice 0 tool 1 arguments}); runs with different channels are never joined
 * @param repeat whether it says again what came before in other channels: read like all texts, but not counted twice
 */
public record TextRun(String channel, String text, boolean repeat) {
    /** A text that was not said before. */
    public TextRun(String channel, String text) {
        this(channel, text, false);
    }
}
