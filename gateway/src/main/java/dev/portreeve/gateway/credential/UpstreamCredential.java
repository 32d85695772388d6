package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.policy.call.Deadline;
import java.net.URI;
import java.util.Map;

/**
 * What opens a provider's door. One instance serves all calls to a provider; thread-safe. It prints without its secret (INV-7).
 * Closed by the connection to the provider, after the last call.
 */
public sealed interface UpstreamCredential extends AutoCloseable
        permits HeaderCredential, SignedCredential, TokenCredential {
    /**
     * A request about to be sent.
     *
     * @param uri in the very form that is sent
     * @param contentType the header of that name
     * @param body not to be written to
     */
    record Outgoing(String method, URI uri, String contentType, byte[] body) {
        /** Without the body (INV-7). */
        @Override
        public String toString() {
            return method + " " + uri;
        }
    }

    /**
     * The headers for one request, names in lower case. May block, until the deadline at most.
     *
     * @throws CredentialUnavailable if it cannot be had now
     */
    Map<String, String> headers(Outgoing request, Deadline deadline) throws CredentialUnavailable;

    /**
     * The provider answered with 401 to what {@link #headers} gave. Never blocks.
     *
     * @return whether the request is worth repeating once, with new headers
     */
    default boolean refused(Map<String, String> sent) {
        return false;
    }

    @Override
    default void close() {}
}
