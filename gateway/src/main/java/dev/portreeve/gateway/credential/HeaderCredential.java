package dev.portreeve.gateway.credential;

import dev.portreeve.policy.call.Deadline;
import java.util.Map;

/** A header that never changes. */
public record HeaderCredential(String header, String value) implements UpstreamCredential {
    public static HeaderCredential bearer(String key) {
        return new HeaderCredential("authorization", "Bearer " + key);
    }

    @Override
    public Map<String, String> headers(Outgoing request, Deadline deadline) {
        return Map.of(header, value);
    }

    @Override
    public String toString() {
        return header;
    }
}
