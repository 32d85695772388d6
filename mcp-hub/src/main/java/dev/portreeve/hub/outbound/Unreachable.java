package dev.portreeve.hub.outbound;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** There is no connection, so nothing of the request was sent. The message says why, without names or addresses. */
public final class Unreachable extends IOException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static Unreachable because(@Nullable IOException failed) {
        return new Unreachable(
                switch (failed) {
                    case SocketTimeoutException silent -> "nobody answers there";
                    case ConnectException refused -> "the connection is refused";
                    case SSLException distrusted -> "its certificate, or its kind of TLS, is not accepted";
                    case null, default -> "the connection breaks at once";
                },
                failed);
    }
}
