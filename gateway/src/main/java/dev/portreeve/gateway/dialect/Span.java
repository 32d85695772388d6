package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;

/** A range of bytes in a body: from {@code start} up to, not including, {@code end}. */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("impossible span " + start + " to " + end);
        }
    }

    /** What stands there. */
    String text(byte[] body) {
        return new String(body, start, length(), StandardCharsets.UTF_8);
    }

    public int length() {
        return end - start;
    }
}
