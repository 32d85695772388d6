package dev.portreeve.gateway.response;

import java.util.Optional;

/** Which member a kept response belongs to. Thread-safe; each method blocks for one statement of the database at most. */
public interface StoredResponses {
    /** The store could not be asked. */
    final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unavailable(Throwable cause) {
            super("it cannot be looked up whose responses are kept", cause);
        }
    }

    /**
     * Remembers whose a response is; durable when it returns. An id that belongs to somebody stays with that one.
     *
     * @throws Unavailable if it cannot be stored
     */
    void keep(StoredResponse response);

    /**
     * The response, if it belongs to this member.
     *
     * @throws Unavailable if nobody can say
     */
    Optional<StoredResponse> find(String tenant, String member, String id);

    /**
     * Forgets a response, after its provider did.
     *
     * @throws Unavailable if it cannot be forgotten
     */
    void forget(String tenant, String member, String id);
}
