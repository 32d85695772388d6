package dev.portreeve.gateway.model;

import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What the exceptions of an HTTP client mean for a call: how the upstream failed, and whether it may bill us. */
final class UpstreamFailures {
    private static final int MAX_CAUSES = 10;

    private UpstreamFailures() {}

    static CallEnded ended(Kind kind, int status, String detail, boolean billable) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(kind, status, detail, billable)));
    }

    /** No head of an answer arrived. Only where no connection was made is it certain that no work was done. */
    static UpstreamFault beforeAnswer(Throwable failed) {
        Throwable cause = known(failed);
        return switch (cause) {
            case UnknownHostException _ -> unreachable("the provider's host name is unknown");
            case NoRouteToHostException _ -> unreachable("there is no route to the provider");
            case ConnectException _ -> unreachable("the provider refused the connection");
            case SSLException _ -> unreachable("no trusted tls connection to the provider");
            case SocketTimeoutException timeout
            when isConnect(timeout) -> unreachable("no connection to the provider in time");
            case SocketTimeoutException _ ->
                new UpstreamFault(Kind.TIMEOUT, 0, "the provider did not answer in time", true);
            case java.io.IOException _ ->
                new UpstreamFault(Kind.CUT, 0, "the provider closed the connection without an answer", true);
            case null, default ->
                isEndOfData(failed)
                        ? new UpstreamFault(Kind.CUT, 0, "the provider closed the connection without an answer", true)
                        : new UpstreamFault(Kind.GARBAGE, 0, "the provider's answer is not http", true);
        };
    }

    /** The head arrived, the body broke. */
    static CallEnded inAnswer(Throwable failed, int status) {
        Throwable cause = known(failed);
        return switch (cause) {
            case EventBlocks.EventTooLong _ ->
                ended(Kind.TOO_LARGE, status, "an event of the provider's answer is too large", true);
            case EventBlocks.EventCut _ -> ended(Kind.CUT, status, "the provider's answer ends inside an event", true);
            case SocketTimeoutException _ -> ended(Kind.TIMEOUT, status, "the provider fell silent", true);
            case java.io.IOException _ -> ended(Kind.CUT, status, "the provider's answer was cut", true);
            case null, default ->
                isEndOfData(failed)
                        ? ended(Kind.CUT, status, "the provider's answer was cut", true)
                        : ended(Kind.GARBAGE, status, "the provider's answer is not http", true);
        };
    }

    private static UpstreamFault unreachable(String detail) {
        return new UpstreamFault(Kind.UNREACHABLE, 0, detail, false);
    }

    private static boolean isConnect(SocketTimeoutException timeout) {
        String message = timeout.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains("connect");
    }

    /** The client says the end of a connection by an exception of its own that is no {@link java.io.IOException}. */
    private static boolean isEndOfData(Throwable failed) {
        Throwable cause = failed;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause.getClass().getSimpleName().startsWith("InsufficientDataAvailable")) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** The innermost I/O exception in a chain of causes. */
    private static @Nullable Throwable known(Throwable failed) {
        Throwable known = null;
        Throwable cause = failed;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
            if (cause instanceof java.io.IOException) {
                known = cause;
            }
            cause = cause.getCause();
        }
        return known;
    }
}
