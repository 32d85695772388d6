package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundRefused;
import java.io.IOException;
import java.net.http.HttpTimeoutException;

/** Why a request failed, in words that hold nothing a server wrote. */
final class Failure {
    private Failure() {}

    static String said(IOException failed) {
        return switch (failed) {
            case OutboundRefused refused -> String.valueOf(refused.getMessage());
            case HttpTimeoutException late -> "no answer in time";
            default -> "no connection";
        };
    }
}
