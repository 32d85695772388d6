package dev.portreeve.hub.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Decides whether the gateway opens a connection to a URL (server-side request forgery, {@code mcp.md} §8). Asked before
 * every request, not once per server, so that a name which leads elsewhere the second time is refused the second time.
 * Thread-safe; blocks as long as the name takes to resolve.
 *
 * <p>It gives the addresses that it allowed, and one of these is connected to: a name that leads elsewhere a moment later
 * changes nothing.
 */
public final class OutboundGuard {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int FIRST_UNPRIVILEGED = 1024;
    /** The last label of a host that some resolver would read as a number: decimal, octal or hexadecimal. */
    private static final Pattern NUMERIC_END = Pattern.compile("(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)\\.?");

    /** Of AWS: instances, containers of ECS, and those of EKS. */
    private static final Set<InetAddress> METADATA = Set.of(
            InetAddress.ofLiteral("169.254.169.254"),
            InetAddress.ofLiteral("169.254.170.2"),
            InetAddress.ofLiteral("169.254.170.23"),
            InetAddress.ofLiteral("fd00:ec2::254"),
            InetAddress.ofLiteral("fd00:ec2::23"));

    private static final Pattern DOTTED_QUAD = Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");
    private final NameResolver names;

    public OutboundGuard(NameResolver names) {
        this.names = names;
    }

    /**
     * The addresses behind a URL that may be requested; at least one.
     *
     * @throws OutboundRefused if it may not
     * @throws java.net.UnknownHostException if the name has no address
     */
    public List<InetAddress> require(URI url, Reach reach) throws IOException {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        String host = url.getHost();
        if (!scheme.equals("https") && !scheme.equals("http")) {
            throw new OutboundRefused("only https and http addresses are requested");
        }
        if (host == null || host.isEmpty()) {
            throw new OutboundRefused("the address has no host");
        }
        if (url.getRawUserInfo() != null) {
            throw new OutboundRefused("the address holds a user name: credentials have their own keys");
        }
        requirePort(url.getPort(), reach);
        String name = host.toLowerCase(Locale.ROOT);
        if (isNumeric(name) && !isDottedQuad(name)) {
            throw new OutboundRefused("the host is a number in a form that programs read differently");
        }
        boolean plain = scheme.equals("http");
        List<InetAddress> addresses = resolve(name);
        for (InetAddress address : addresses) {
            if (reach != Reach.METADATA || !METADATA.contains(address)) {
                requireAddress(AddressKind.of(address), plain, reach);
            }
        }
        return addresses;
    }

    /** Whether some resolver would read a host as a number. */
    static boolean isNumeric(String host) {
        return NUMERIC_END.matcher(host).matches();
    }

    /** Whether it is the one form of a number that all read alike. */
    static boolean isDottedQuad(String host) {
        return DOTTED_QUAD.matcher(host).matches();
    }

    private static void requirePort(int port, Reach reach) throws OutboundRefused {
        boolean usual = port < 0 || port == HTTP || port == HTTPS || port >= FIRST_UNPRIVILEGED;
        if (!usual && reach != Reach.PRIVATE) {
            throw new OutboundRefused("of the ports below 1024 only 80 and 443 are used without allow-private");
        }
    }

    private List<InetAddress> resolve(String host) throws IOException {
        List<InetAddress> addresses = names.resolve(host);
        if (addresses.isEmpty()) {
            throw new OutboundRefused("the host has no address");
        }
        return addresses;
    }

    // All of a name's addresses must be allowed: which of them is used is the client's choice.
    private static void requireAddress(AddressKind kind, boolean plain, Reach reach) throws OutboundRefused {
        if (kind == AddressKind.NEVER) {
            throw new OutboundRefused("the address is link-local, reserved or a metadata service");
        }
        if (!reach.allows(kind)) {
            throw new OutboundRefused(
                    kind == AddressKind.LOOPBACK
                            ? "the name leads to this machine, which only allow-private permits"
                            : "the address is in a private network, which only allow-private permits");
        }
        if (plain && kind == AddressKind.PUBLIC) {
            throw new OutboundRefused("a public address is reached over https only");
        }
    }
}
