package dev.portreeve.hub.credential;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a server asks for in {@code WWW-Authenticate} with the scheme {@code Bearer} (RFC 6750, section 3, and RFC 9728,
 * section 5.1).
 */
record Challenge(
        @Nullable String error, Scopes scopes, @Nullable URI resourceMetadata) {
    static final Challenge NONE = new Challenge(null, Scopes.NONE, null);
    private static final int MAX_CHARS = 8192;
    private static final Pattern BEARER = Pattern.compile("(?:^|,\\s*)bearer(?=\\s|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern PARAMETER =
            Pattern.compile("\\G\\s*,?\\s*([A-Za-z0-9_-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");

    boolean wantsMoreScope() {
        return "insufficient_scope".equals(error) && !scopes.isEmpty();
    }

    /** The first bearer challenge among the values of the header. */
    static Challenge read(List<String> values) {
        for (String value : values) {
            Matcher bearer = BEARER.matcher(value);
            if (value.length() <= MAX_CHARS && bearer.find()) {
                return of(parameters(value, bearer.end()));
            }
        }
        return NONE;
    }

    private static Challenge of(Map<String, String> parameters) {
        return new Challenge(
                parameters.get("error"),
                Scopes.parse(parameters.get("scope")),
                uri(parameters.get("resource_metadata")));
    }

    private static Map<String, String> parameters(String value, int from) {
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(value);
        parameter.region(from, value.length());
        while (parameter.find()) {
            String quoted = parameter.group(2);
            String given = quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1");
            parameters.putIfAbsent(parameter.group(1).toLowerCase(Locale.ROOT), given);
        }
        return parameters;
    }

    private static @Nullable URI uri(@Nullable String text) {
        try {
            return text == null ? null : URI.create(text);
        } catch (IllegalArgumentException notOne) {
            return null;
        }
    }
}
