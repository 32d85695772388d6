package dev.portreeve.gateway.response;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds of every store of kept responses. */
abstract class StoredResponsesContract {
    private final String id = "resp_" + UUID.randomUUID();

    abstract StoredResponses store();

    private StoredResponse response(String tenant, String member, long tokens) {
        return new StoredResponse(tenant, id, member, "openai", "fast", tokens);
    }

    @Test
    void a_response_is_its_members_only() {
        store().keep(response("acme", "ana", 7));
        assertEquals(Optional.of(response("acme", "ana", 7)), store().find("acme", "ana", id));
        assertEquals(Optional.empty(), store().find("acme", "bob", id));
        assertEquals(Optional.empty(), store().find("other", "ana", id));
        assertEquals(Optional.empty(), store().find("acme", "ana", id + "x"));
    }

    @Test
    void an_id_stays_with_whom_it_belongs_to() {
        store().keep(response("acme", "ana", 7));
        store().keep(response("acme", "bob", 8));
        store().keep(response("acme", "ana", 9));
        assertEquals(Optional.of(response("acme", "ana", 7)), store().find("acme", "ana", id));
        assertEquals(Optional.empty(), store().find("acme", "bob", id));
    }

    @Test
    void only_its_owner_has_it_forgotten() {
        store().keep(response("acme", "ana", 7));
        store().forget("acme", "bob", id);
        assertEquals(Optional.of(response("acme", "ana", 7)), store().find("acme", "ana", id));
        store().forget("acme", "ana", id);
        assertEquals(Optional.empty(), store().find("acme", "ana", id));
    }
}
