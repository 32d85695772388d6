package dev.portreeve.gateway.model;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The provider's headers that callers may see. A fixed list, because the others speak of our account there: its
 * organisation, its cookies, the rate limits that all our callers share.
 */
final class UpstreamHeaders {
    static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");

    private static final List<HeaderName> PASSED =
            List.of(HeaderNames.create("openai-processing-ms"), HeaderNames.create("openai-version"));
    private static final List<HeaderName> PASSED_WITH_ERRORS =
            List.of(HeaderNames.RETRY_AFTER, HeaderNames.create("retry-after-ms"));

    private UpstreamHeaders() {}

    static Map<String, String> passed(UpstreamAnswer answer) {
        return choose(answer, PASSED);
    }

    static Map<String, String> passedWithError(UpstreamAnswer answer) {
        return choose(answer, PASSED_WITH_ERRORS);
    }

    private static Map<String, String> choose(UpstreamAnswer answer, List<HeaderName> names) {
        Map<String, String> chosen = Map.of();
        for (HeaderName name : names) {
            String value = answer.header(name);
            if (value != null) {
                if (chosen.isEmpty()) {
                    chosen = new HashMap<>();
                }
                chosen.put(name.lowerCase(), value);
            }
        }
        return chosen;
    }
}
