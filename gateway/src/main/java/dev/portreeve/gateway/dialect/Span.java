package dev.portreeve.gateway.dialect;

/** A range of bytes in a body: from {@code start} up to, not including, {@code end}. */
public record Span(int start, int end) {
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("impossible span " + start + " to " + end);
        }
    }

    public int length() {
        return end - start;
    }
}
