package dev.portreeve.hub.outbound;

/** Where the body of an answer ends (RFC 9112, section 6.3). */
sealed interface Framing {
    Framing CHUNKED = new Chunked();
    Framing UNTIL_CLOSED = new UntilClosed();

    static Framing length(long bytes) {
        return new Length(bytes);
    }

    /** After so many bytes. */
    record Length(long bytes) implements Framing {}

    /** After the chunk without bytes. */
    record Chunked() implements Framing {}

    /** With the connection; whether it was cut cannot be told. */
    record UntilClosed() implements Framing {}
}
