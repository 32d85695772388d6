package dev.portreeve.hub.wire;

import tools.jackson.core.JacksonException;

/**
 * A message that cannot be accepted as it stands. Thrown while reading, before anything is done; the dispatchers answer it
 * with {@link #error()} and {@link #status()}. Carries no contents of the message.
 */
public final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int BAD_REQUEST = 400;
    private final int status;
    private final transient McpError error;

    public BadMessage(int status, McpError error) {
        super(error.message(), null, false, false);
        this.status = status;
        this.error = error;
    }

    static BadMessage notJson(JacksonException malformed) {
        var at = malformed.getLocation();
        return notJson(
                at == null || at.getLineNr() < 0
                        ? "the body is not well-formed json"
                        : "the body is not well-formed json, or repeats a member, or is nested too deep, near line "
                                + at.getLineNr() + " column " + at.getColumnNr());
    }

    static BadMessage notJson(String message) {
        return new BadMessage(BAD_REQUEST, new McpError(McpError.PARSE_ERROR, message));
    }

    /** Well-formed JSON that is no JSON-RPC message. */
    public static BadMessage invalid(String message) {
        return new BadMessage(BAD_REQUEST, new McpError(McpError.INVALID_REQUEST, message));
    }

    public McpError error() {
        return error;
    }

    /** The HTTP status to answer with. */
    public int status() {
        return status;
    }
}
