package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import tools.jackson.databind.node.ObjectNode;

/** A server cannot go on without something the caller did not declare; never leaves this package. */
final class MissingCapability extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int BAD_REQUEST = 400;
    private final transient McpError error;

    private MissingCapability(McpError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /** @param capability by its name, with a dot before its part */
    static MissingCapability of(String capability) {
        ObjectNode data = JsonRpc.object();
        ObjectNode required = data.putObject("requiredCapabilities");
        for (String part : capability.split("\\.", -1)) {
            required = required.putObject(part);
        }
        return new MissingCapability(new McpError(
                McpError.MISSING_CLIENT_CAPABILITY,
                "the server needs the client capability \"" + capability + "\", which was not declared",
                RawJson.of(data)));
    }

    static MissingCapability ofExtension(String extension) {
        ObjectNode data = JsonRpc.object();
        data.putObject("requiredCapabilities").putObject("extensions").putObject(extension);
        return new MissingCapability(new McpError(
                McpError.MISSING_CLIENT_CAPABILITY,
                "this needs the client capability \"" + extension + "\", which was not declared",
                RawJson.of(data)));
    }

    /** What a server said itself. */
    static MissingCapability said(McpError error) {
        return new MissingCapability(
                new McpError(error.code(), "the server needs a client capability that was not declared", error.data()));
    }

    String words() {
        return error.message();
    }

    McpError error() {
        return error;
    }

    Reply reply() {
        return new Reply.Error(BAD_REQUEST, error);
    }
}
