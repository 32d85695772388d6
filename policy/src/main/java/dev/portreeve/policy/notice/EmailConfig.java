package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where notices go by e-mail.
 *
 * @param from the sender's address
 * @param to addresses that get notices, at most 20; without any, only approvers with an address of their own get mail
 * @param host the SMTP server
 * @param port 587 with {@code starttls}, 465 with {@code tls} and 25 with {@code none}, if absent
 * @param security {@code starttls} (if absent), {@code tls} from the first byte, or {@code none}; with the first two nothing is said to a
 *     server whose certificate is not valid for its name
 * @param user with a password, if the server wants one
 * @param password of that user; never sent without encryption
 */
public record EmailConfig(
        String from,
        List<String> to,
        String host,
        @Nullable Integer port,
        Security security,
        @Nullable String user,
        @Nullable Secret password) {
    /** Plain enough to be sure that it is one address and adds no header. */
    private static final Pattern ADDRESS = Pattern.compile("[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,253}");

    private static final int MOST_RECEIVERS = 20;
    private static final int MAX_PORT = 65_535;

    /** How the connection is kept from being read. */
    public enum Security {
        STARTTLS(587),
        TLS(465),
        NONE(25);

        private final int port;

        Security(int port) {
            this.port = port;
        }
    }

    public EmailConfig {
        security = security == null ? Security.STARTTLS : security;
        port = port == null ? Integer.valueOf(security.port) : port;
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("port is from 1 to " + MAX_PORT);
        }
        to = to == null ? List.of() : List.copyOf(to);
        if (to.size() > MOST_RECEIVERS) {
            throw new IllegalArgumentException("to has at most " + MOST_RECEIVERS + " addresses");
        }
        to.forEach(EmailConfig::checkAddress);
        if (from != null) {
            checkAddress(from);
        }
        if ((user == null) != (password == null)) {
            throw new IllegalArgumentException("user and password belong together: write both or none");
        }
        if (password != null && security == Security.NONE) {
            throw new IllegalArgumentException(
                    "a password would be readable on its way: write security: starttls or tls, or leave user and password out");
        }
    }

    /** @throws IllegalArgumentException unless it is one plain address */
    public static void checkAddress(String address) {
        if (!ADDRESS.matcher(address).matches()) {
            throw new IllegalArgumentException(
                    "\"" + address + "\" is no e-mail address: write it plain, such as ops@example.com");
        }
    }
}
