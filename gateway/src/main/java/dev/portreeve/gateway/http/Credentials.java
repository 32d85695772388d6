package dev.portreeve.gateway.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the vendors' SDKs put a key. The first place that holds anything counts, so that two keys are never mixed. */
final class Credentials {
    private static final String BEARER = "Bearer ";
    /** Where clients of other gateways put the gateway's key, because {@code Authorization} has the provider's. */
    private static final List<HeaderName> FOR_GATEWAYS =
            List.of(Names.LITELLM_API_KEY, Names.PORTKEY_API_KEY, Names.CLOUDFLARE_KEY);

    private static final List<HeaderName> PLACES = List.of(Names.API_KEY, Names.GOOG_API_KEY, Names.AZURE_API_KEY);

    /** Where Google's older clients put it. */
    private static final String QUERY = "key";

    private Credentials() {}

    /** What the caller presented in a header, or else, where that is accepted, in the address. */
    static @Nullable String presented(ServerRequest request, boolean inQuery) {
        String presented = presented(request.headers());
        return presented == null && inQuery && request.query().contains(QUERY)
                ? request.query().get(QUERY)
                : presented;
    }

    /** What the caller presented, without the name of a scheme, or {@code null}. */
    static @Nullable String presented(ServerRequestHeaders headers) {
        for (HeaderName place : FOR_GATEWAYS) {
            if (headers.contains(place)) {
                return withoutScheme(headers.get(place).get());
            }
        }
        if (headers.contains(HeaderNames.AUTHORIZATION)) {
            return withoutScheme(headers.get(HeaderNames.AUTHORIZATION).get());
        }
        for (HeaderName place : PLACES) {
            if (headers.contains(place)) {
                return headers.get(place).get();
            }
        }
        return null;
    }

    private static String withoutScheme(String value) {
        return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? value.substring(BEARER.length()).strip()
                : value;
    }
}
