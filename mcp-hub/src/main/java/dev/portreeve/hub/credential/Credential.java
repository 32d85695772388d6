package dev.portreeve.hub.credential;

import dev.portreeve.policy.call.Deadline;
import java.util.List;
import java.util.Map;

/** A credential for one downstream server. Thread-safe; both methods may block until the deadline. */
public interface Credential {
    /**
     * The headers that show it; they go to the server itself and nowhere else.
     *
     * @throws CredentialUnavailable if it cannot be had now
     */
    Map<String, String> headers(Deadline deadline) throws CredentialUnavailable;

    /**
     * The server refused a request; perhaps another credential helps. Called at most a few times for one request.
     *
     * @return whether the same request is worth repeating, with what {@link #headers} gives now
     * @throws CredentialUnavailable if another one should help but cannot be had now
     */
    boolean renew(Refusal refusal, Deadline deadline) throws CredentialUnavailable;

    /**
     * A server's refusal.
     *
     * @param status 401 or 403
     * @param challenges the values of {@code WWW-Authenticate}
     * @param sent the headers that showed the credential
     * @param renewals how often this very request was repeated already
     */
    record Refusal(int status, List<String> challenges, Map<String, String> sent, int renewals) {
        public Refusal {
            challenges = List.copyOf(challenges);
            sent = Map.copyOf(sent);
        }

        /** Without the credential (INV-7). */
        @Override
        public String toString() {
            return "status " + status;
        }
    }
}
