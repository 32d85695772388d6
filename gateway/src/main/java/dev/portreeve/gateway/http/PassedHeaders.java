package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.policy.call.Correlation;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The caller's headers a provider may see; never its credential, and nothing that would join callers' accounts. */
final class PassedHeaders {
    private static final HeaderName CLIENT_REQUEST_ID = HeaderNames.create("x-client-request-id");
    private static final HeaderName TRACE_PARENT = HeaderNames.create("traceparent");
    private static final List<HeaderName> PASSED = List.of(
            HeaderNames.create("openai-beta"), CLIENT_REQUEST_ID, TRACE_PARENT, HeaderNames.create("tracestate"));

    private static final String ANTHROPIC = "anthropic-";
    private static final int MAX_PASSED = 50;

    private PassedHeaders() {}

    /** What the caller's own records know the request by. */
    static Correlation correlation(ServerRequestHeaders headers) {
        return Correlation.of(first(headers, TRACE_PARENT), first(headers, CLIENT_REQUEST_ID));
    }

    private static @Nullable String first(ServerRequestHeaders headers, HeaderName name) {
        return headers.contains(name) ? headers.get(name).get() : null;
    }

    /** Anthropic's headers belong to members of the body that we may not know, so all of them go together. */
    static Map<String, String> of(Dialect dialect, ServerRequestHeaders headers) {
        Map<String, String> passed = new HashMap<>();
        for (HeaderName name : PASSED) {
            if (headers.contains(name)) {
                passed.put(name.lowerCase(), headers.get(name).get());
            }
        }
        if (dialect == Dialect.ANTHROPIC_MESSAGES) {
            for (Header header : headers) {
                String name = header.headerName().lowerCase();
                if (name.startsWith(ANTHROPIC) && passed.size() < MAX_PASSED) {
                    passed.put(name, String.join(",", header.allValues()));
                }
            }
        }
        return passed;
    }
}
