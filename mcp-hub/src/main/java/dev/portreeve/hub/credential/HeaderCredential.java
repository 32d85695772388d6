package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Deadline;
import java.util.Map;

/** A credential that never changes, so that there is nothing to be done about a refusal. */
final class HeaderCredential implements Credential {
    private final Map<String, String> headers;

    HeaderCredential(Map<String, String> headers) {
        this.headers = Map.copyOf(headers);
    }

    @Override
    public Map<String, String> headers(Deadline deadline) {
        return headers;
    }

    @Override
    public boolean renew(Refusal refusal, Deadline deadline) {
        return false;
    }
}
