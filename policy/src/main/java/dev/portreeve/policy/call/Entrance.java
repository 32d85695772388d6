package dev.portreeve.policy.call;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * By which way a call came in. Two subjects are equal whatever that is.
 *
 * @param view what of {@code /mcp/{view}} was asked for; empty for {@code /mcp} itself and for calls of models
 * @param address where the request came from; {@code null} where no request did
 * @param session the name a caller gave its conversation in a header of its own; empty where only a connection has a name, which
 *     is another one after each new connection
 */
public record Entrance(String view, @Nullable InetAddress address, String session) {
    /** Not known. */
    public static final Entrance NONE = new Entrance("", null, "");
}
