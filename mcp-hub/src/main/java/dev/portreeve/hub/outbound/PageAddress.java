package dev.portreeve.hub.outbound;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a person may be sent to a page that a server names ({@code mcp.md} §8: phishing by elicitation). The address is
 * judged as it is written and never resolved: whoever opens it resolves it on another machine, and a server should not
 * choose what the gateway looks up. What programs read differently is refused. Pure.
 */
public final class PageAddress {
    private static final int MAX_CHARS = 8 * 1024;
    /** Last labels of names that lead nowhere on the public internet. */
    private static final List<String> OWN =
            List.of("localhost", "localdomain", "local", "internal", "intranet", "private", "corp", "home", "lan");

    private static final String HOME = ".home.arpa";

    private PageAddress() {}

    /**
     * Why nobody is sent there; empty if anybody may be.
     *
     * @param allowPrivate whether pages on one's own machine and in private networks are allowed, also over http
     */
    public static Optional<String> refusal(String address, boolean allowPrivate) {
        if (address.length() > MAX_CHARS) {
            return Optional.of("its address is too long");
        }
        URI url;
        try {
            url = new URI(address);
        } catch (URISyntaxException unreadable) {
            return Optional.of("its address is none that all programs read alike");
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return Optional.of("its address is neither https nor http");
        }
        if (url.getRawUserInfo() != null) {
            return Optional.of("its address holds a user name, which hides where it leads");
        }
        String host = url.getHost();
        return host == null
                ? Optional.of("its address has no host that all programs read alike")
                : refusal(kind(host.toLowerCase(Locale.ROOT)), scheme.equals("http"), allowPrivate);
    }

    private static Optional<String> refusal(AddressKind kind, boolean plain, boolean allowPrivate) {
        return switch (kind) {
            case NEVER ->
                Optional.of("its address is link-local, reserved, or a number that programs read differently");
            case PUBLIC -> plain ? Optional.of("a public page is visited over https only") : Optional.empty();
            case LOOPBACK, PRIVATE ->
                allowPrivate
                        ? Optional.empty()
                        : Optional.of("its address leads to one's own machine or into a private network, which only "
                                + "questions.private-pages permits");
        };
    }

    private static AddressKind kind(String host) {
        if (host.startsWith("[") || OutboundGuard.isNumeric(host)) {
            return ofNumber(host);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        String last = name.substring(name.lastIndexOf('.') + 1);
        boolean own = last.equals(name) || OWN.contains(last) || name.endsWith(HOME);
        return own ? AddressKind.PRIVATE : AddressKind.PUBLIC;
    }

    private static AddressKind ofNumber(String host) {
        if (!host.startsWith("[") && !OutboundGuard.isDottedQuad(host)) {
            return AddressKind.NEVER;
        }
        try {
            return AddressKind.of(
                    InetAddress.ofLiteral(host.startsWith("[") ? host.substring(1, host.length() - 1) : host));
        } catch (IllegalArgumentException noAddress) {
            return AddressKind.NEVER;
        }
    }
}
