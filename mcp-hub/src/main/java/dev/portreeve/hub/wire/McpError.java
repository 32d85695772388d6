package dev.portreeve.hub.wire;

import org.jspecify.annotations.Nullable;

/**
 * A JSON-RPC error object.
 *
 * @param message for the caller: lower case, no contents of other people
 * @param data anything more, if the code defines it
 */
public record McpError(int code, String message, @Nullable RawJson data) {
    public static final int PARSE_ERROR = -32700;
    public static final int INVALID_REQUEST = -32600;
    public static final int METHOD_NOT_FOUND = -32601;
    public static final int INVALID_PARAMS = -32602;
    public static final int INTERNAL_ERROR = -32603;
    /** What implementations of the older era use for anything of the transport; the session is gone, for example. */
    public static final int TRANSPORT = -32000;

    public static final int SESSION_NOT_FOUND = -32001;
    /** Of the older era; the modern one says {@link #INVALID_PARAMS} instead. */
    public static final int RESOURCE_NOT_FOUND = -32002;

    /** Of 2025-11-25: a page must be visited before the request is repeated. */
    public static final int URL_ELICITATION_REQUIRED = -32042;

    public static final int HEADER_MISMATCH = -32020;
    public static final int MISSING_CLIENT_CAPABILITY = -32021;
    public static final int UNSUPPORTED_VERSION = -32022;

    public McpError(int code, String message) {
        this(code, message, null);
    }

    /** Whether only a server of the modern era answers with this code. */
    public boolean isModernOnly() {
        return code == HEADER_MISMATCH || code == MISSING_CLIENT_CAPABILITY || code == UNSUPPORTED_VERSION;
    }
}
