package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.Nullable;

/**
 * A request that cannot be read. Thrown while reading only, before there is a call to govern; the edge answers it in the
 * caller's dialect. Its message is for the caller: names and positions, never contents.
 */
public final class BadRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String param;

    public BadRequest(int status, String code, @Nullable String param, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.param = param;
    }

    static BadRequest invalid(String code, String param, String message) {
        return new BadRequest(400, code, param, message);
    }

    public int status() {
        return status;
    }

    /** A word for programs, such as {@code invalid_type}. */
    public String code() {
        return code;
    }

    /** The member of the body it is about ({@code messages[2].content}), if it is about one. */
    public @Nullable String param() {
        return param;
    }

    /** The message, which is never absent. */
    public String detail() {
        String message = getMessage();
        return message == null ? code : message;
    }
}
