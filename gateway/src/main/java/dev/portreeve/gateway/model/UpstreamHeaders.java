package dev.portreeve.gateway.model;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The provider's headers that callers may see. A fixed list, because the others speak of our account there: its
 * organisation, its cookies, the rate limits that all our callers share.
 */
final class UpstreamHeaders {
    /** OpenAI's name for it, Anthropic's, and Amazon's. */
    private static final List<HeaderName> REQUEST_IDS = List.of(
            HeaderNames.create("x-request-id"),
            HeaderNames.create("request-id"),
            HeaderNames.create("x-amzn-requestid"));

    private static final List<HeaderName> PASSED =
            List.of(HeaderNames.create("openai-processing-ms"), HeaderNames.create("openai-version"));
    private static final List<HeaderName> PASSED_WITH_ERRORS =
            List.of(HeaderNames.RETRY_AFTER, HeaderNames.create("retry-after-ms"));

    private UpstreamHeaders() {}

    /** What the provider calls the request, or {@code null}. */
    static @Nullable String requestId(UpstreamAnswer answer) {
        for (HeaderName name : REQUEST_IDS) {
            String id = answer.header(name);
            if (id != null) {
                return id;
            }
        }
        return null;
    }

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
