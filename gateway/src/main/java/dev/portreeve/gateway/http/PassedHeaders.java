package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.Dialect;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The caller's headers a provider may see; never its credential, and nothing that would join callers' accounts. */
final class PassedHeaders {
    private static final List<HeaderName> PASSED = List.of(
            HeaderNames.create("openai-beta"),
            HeaderNames.create("x-client-request-id"),
            HeaderNames.create("traceparent"),
            HeaderNames.create("tracestate"));

    private static final String ANTHROPIC = "anthropic-";
    private static final int MAX_PASSED = 50;

    private PassedHeaders() {}

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
