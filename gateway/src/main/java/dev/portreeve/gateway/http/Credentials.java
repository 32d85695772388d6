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
        if (headers.contains(HeaderNames.AUTHORIZATION)) {
            String value = headers.get(HeaderNames.AUTHORIZATION).get();
            return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
                    ? value.substring(BEARER.length()).strip()
                    : value;
        }
        for (HeaderName place : PLACES) {
            if (headers.contains(place)) {
                return headers.get(place).get();
            }
        }
        return null;
    }
}
