package dev.portreeve.hub.outbound;

import java.net.URI;
import java.util.Locale;

/** How far into its own networks the gateway may go for somebody. */
public enum Reach {
    /** Addresses of the public internet, over https. */
    PUBLIC,
    /** These, and this machine, also over http. */
    LOOPBACK,
    /** These, and private networks, also over http and on any port. */
    PRIVATE,
    /**
     * Public addresses over https, this machine, and exactly the addresses at which a cloud gives what runs on its machines
     * credentials of its own. For nothing that anybody but the operator has named.
     */
    METADATA;

    /**
     * What a URL in the configuration may reach: an operator who writes a loopback address means it, and needs to say no
     * more. A name that merely resolves to one is not enough, except {@code localhost}.
     *
     * @param allowPrivate what the operator said about private networks
     */
    public static Reach of(URI configured, boolean allowPrivate) {
        if (allowPrivate) {
            return PRIVATE;
        }
        String host = configured.getHost();
        return host != null && isLoopback(host.toLowerCase(Locale.ROOT)) ? LOOPBACK : PUBLIC;
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    boolean allows(AddressKind kind) {
        return switch (kind) {
            case PUBLIC -> true;
            case LOOPBACK -> this != PUBLIC;
            case PRIVATE -> this == PRIVATE;
            case NEVER -> false;
        };
    }
}
