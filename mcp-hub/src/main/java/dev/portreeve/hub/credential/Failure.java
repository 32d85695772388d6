package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutOfTime;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.Unreachable;
import java.io.IOException;

/** Why a request failed, in words that hold nothing a server wrote. */
final class Failure {
    private Failure() {}

    /** @param what did not come about */
    static CredentialUnavailable of(String what, IOException failed) {
        return Thread.currentThread().isInterrupted()
                ? new CredentialUnavailable("the call was given up", failed)
                : new CredentialUnavailable(what + ": " + said(failed), failed);
    }

    private static String said(IOException failed) {
        return switch (failed) {
            case OutboundRefused refused -> String.valueOf(refused.getMessage());
            case Unreachable away -> "no connection: " + away.getMessage();
            case OutOfTime late -> "no answer in time";
            default -> "the connection broke";
        };
    }
}
