package dev.portreeve.hub.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The form in which the modern era mirrors body values into HTTP headers: printable ASCII as it is, everything else as
 * {@code =?base64?…?=} around its UTF-8 bytes.
 */
public final class HeaderValue {
    public static final String VERSION = "MCP-Protocol-Version";
    public static final String METHOD = "Mcp-Method";
    public static final String NAME = "Mcp-Name";
    public static final String SESSION = "Mcp-Session-Id";
    public static final String LAST_EVENT = "Last-Event-ID";

    private static final String PREFIX = "=?base64?";
    private static final String SUFFIX = "?=";

    private HeaderValue() {}

    public static String encode(String value) {
        return isSafe(value)
                ? value
                : PREFIX + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + SUFFIX;
    }

    /** The value a header stands for; empty if its base64 or UTF-8 is broken. */
    public static Optional<String> decode(String header) {
        String trimmed = header.strip();
        if (!isSentinel(trimmed)) {
            return Optional.of(trimmed);
        }
        try {
            String encoded = trimmed.substring(PREFIX.length(), trimmed.length() - SUFFIX.length());
            if (encoded.length() % 4 != 0) {
                // The decoder forgives missing padding; the protocol does not.
                return Optional.empty();
            }
            byte[] bytes = Base64.getDecoder().decode(encoded);
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException | CharacterCodingException broken) {
            return Optional.empty();
        }
    }

    private static boolean isSafe(String value) {
        return !value.isEmpty()
                && value.equals(value.strip())
                && !isSentinel(value)
                && value.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static boolean isSentinel(String value) {
        return value.length() >= PREFIX.length() + SUFFIX.length()
                && value.startsWith(PREFIX)
                && value.endsWith(SUFFIX);
    }
}
