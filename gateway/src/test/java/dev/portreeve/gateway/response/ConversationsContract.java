package dev.portreeve.gateway.response;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.response.Conversation.Status;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds of every store of responses that the gateway keeps. */
abstract class ConversationsContract {
    static final int MAX_BYTES = 2_000;

    private String id = "";
    private UUID maker = UUID.randomUUID();

    @BeforeEach
    void anew() {
        id = "resp_" + UUID.randomUUID();
        maker = UUID.randomUUID();
    }

    abstract Conversations store();

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Conversation conversation(Status status) {
        return new Conversation("acme", "ana", id, "fast", status, bytes("[\"read\"]"), bytes("{\"said\":1}"));
    }

    private Status status() {
        return store().find("acme", "ana", id).orElseThrow().status();
    }

    @Test
    void it_is_its_members_only() {
        assertTrue(store().keep(conversation(Status.COMPLETED)));
        Conversation found = store().find("acme", "ana", id).orElseThrow();
        assertEquals("fast", found.model());
        assertEquals(Status.COMPLETED, found.status());
        assertArrayEquals(bytes("[\"read\"]"), found.input());
        assertArrayEquals(bytes("{\"said\":1}"), found.response());
        assertEquals(Optional.empty(), store().find("acme", "bob", id));
        assertEquals(Optional.empty(), store().find("other", "ana", id));
        store().forget("acme", "bob", id);
        assertTrue(store().find("acme", "ana", id).isPresent());
        store().forget("acme", "ana", id);
        assertEquals(Optional.empty(), store().find("acme", "ana", id));
    }

    @Test
    void what_is_too_long_is_not_kept() {
        byte[] large = new byte[MAX_BYTES + 1];
        assertFalse(store().keep(new Conversation("acme", "ana", id, "fast", Status.COMPLETED, large, bytes("{}"))));
        assertFalse(store().keep(new Conversation("acme", "ana", id, "fast", Status.COMPLETED, bytes("[]"), large)));
        assertEquals(Optional.empty(), store().find("acme", "ana", id));
        assertTrue(store().begin(conversation(Status.IN_PROGRESS), maker));
        assertFalse(store().end(conversation(Status.IN_PROGRESS).ended(Status.COMPLETED, large)));
        assertEquals(Status.IN_PROGRESS, status());
    }

    @Test
    void one_that_is_made_ends_once() {
        Conversation begun = conversation(Status.IN_PROGRESS);
        assertTrue(store().begin(begun, maker));
        assertEquals(Status.IN_PROGRESS, status());
        assertTrue(store().end(begun.ended(Status.COMPLETED, bytes("{\"said\":2}"))));
        assertFalse(store().end(begun.ended(Status.FAILED, bytes("{}"))));
        assertFalse(store().cancel("acme", "ana", id));
        Conversation ended = store().find("acme", "ana", id).orElseThrow();
        assertEquals(Status.COMPLETED, ended.status());
        assertArrayEquals(bytes("{\"said\":2}"), ended.response());
    }

    @Test
    void its_owner_cancels_it_and_its_maker_hears_that() {
        Conversation begun = conversation(Status.IN_PROGRESS);
        store().begin(begun, maker);
        assertEquals(Set.of(), store().stillMaking(maker, Set.of(id)));
        assertFalse(store().cancel("acme", "bob", id));
        assertTrue(store().cancel("acme", "ana", id));
        assertEquals(Status.CANCELLED, status());
        assertFalse(store().end(begun.ended(Status.COMPLETED, bytes("{}"))));
        assertEquals(Set.of(id), store().stillMaking(maker, Set.of(id)));
    }

    @Test
    void its_maker_hears_that_it_was_forgotten() {
        store().begin(conversation(Status.IN_PROGRESS), maker);
        store().forget("acme", "ana", id);
        assertEquals(Set.of(id), store().stillMaking(maker, Set.of(id)));
    }
}
