package dev.portreeve.hub.outbound;

import java.io.IOException;

/** The gateway does not connect there. The message says why, without names or addresses. */
public final class OutboundRefused extends IOException {
    private static final long serialVersionUID = 1L;

    OutboundRefused(String message) {
        super(message);
    }
}
