package dev.portreeve.gateway.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about answers that are kept, in the words of HTTP, Portkey or Cloudflare. It can only want less of it than the
 * operator allows: what cannot be understood counts as wanting none.
 *
 * @param read whether it takes one
 * @param keep whether its own may be kept
 * @param oldest how old one may be that it takes
 * @param longest how long its own may be kept
 * @param namespace apart from others, where it names one
 */
record CacheWish(boolean read, boolean keep, Duration oldest, Duration longest, String namespace) {
    private static final Duration ANY = Duration.ofDays(10_000);
    private static final CacheWish USUAL = new CacheWish(true, true, ANY, ANY, "");
    private static final CacheWish NONE = new CacheWish(false, false, ANY, ANY, "");

    private static final HeaderName PORTKEY_REFRESH = HeaderNames.create("x-portkey-cache-force-refresh");
    private static final HeaderName PORTKEY_NAMESPACE = HeaderNames.create("x-portkey-cache-namespace");
    private static final HeaderName CLOUDFLARE_SKIP = HeaderNames.create("cf-aig-skip-cache");
    private static final HeaderName CLOUDFLARE_TTL = HeaderNames.create("cf-aig-cache-ttl");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

    static CacheWish of(ServerRequestHeaders headers) {
        CacheWish wish = USUAL;
        String control = text(headers, HeaderNames.CACHE_CONTROL);
        for (String directive : control == null ? new String[0] : control.split(",", -1)) {
            wish = wish.and(directive.strip().toLowerCase(Locale.ROOT));
        }
        if (isTrue(text(headers, CLOUDFLARE_SKIP))) {
            return NONE;
        }
        if (isTrue(text(headers, PORTKEY_REFRESH))) {
            wish = wish.refreshing();
        }
        String ttl = text(headers, CLOUDFLARE_TTL);
        if (ttl != null) {
            wish = SECONDS.matcher(ttl).matches() ? wish.keptFor(seconds(ttl)) : NONE;
        }
        String namespace = text(headers, PORTKEY_NAMESPACE);
        return namespace == null ? wish : wish.in(namespace);
    }

    /** A directive of {@code Cache-Control}; those that say nothing about this are passed over. */
    private CacheWish and(String directive) {
        int is = directive.indexOf('=');
        String name = is < 0 ? directive : directive.substring(0, is);
        return switch (name) {
            case "no-store" -> NONE;
            case "no-cache" -> refreshing();
            case "max-age" -> {
                String age = directive.substring(is + 1).replace("\"", "").strip();
                if (is < 0 || !SECONDS.matcher(age).matches()) {
                    yield NONE;
                }
                Duration most = seconds(age);
                yield most.isZero() ? refreshing() : new CacheWish(read, keep, most, longest, namespace);
            }
            default -> this;
        };
    }

    private CacheWish refreshing() {
        return new CacheWish(false, keep, oldest, longest, namespace);
    }

    private CacheWish keptFor(Duration time) {
        return new CacheWish(read, keep && !time.isZero(), oldest, time, namespace);
    }

    private CacheWish in(String name) {
        return new CacheWish(read, keep, oldest, longest, name);
    }

    private static Duration seconds(String text) {
        return Duration.ofSeconds(Long.parseLong(text));
    }

    private static boolean isTrue(@Nullable String text) {
        return text != null && text.strip().equalsIgnoreCase("true");
    }

    private static @Nullable String text(ServerRequestHeaders headers, HeaderName name) {
        return headers.contains(name) ? String.join(",", headers.get(name).allValues()) : null;
    }
}
