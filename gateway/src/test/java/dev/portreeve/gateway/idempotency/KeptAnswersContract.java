package dev.portreeve.gateway.idempotency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What holds of every store of kept answers. */
abstract class KeptAnswersContract {
    static final Subject ANA = new Subject("acme", null, Subject.Kind.USER, "ana", "keykeykey001");
    private static final Subject BOB = new Subject("acme", null, Subject.Kind.USER, "bob", "keykeykey002");
    private static final Subject OTHER_ANA = new Subject("other", null, Subject.Kind.USER, "ana", "keykeykey003");
    static final String TEXT = "data: {\"content\":\"the secret plan\"}\n\n";
    static final KeptAnswer ANSWER = new KeptAnswer(
            "text/event-stream",
            Map.of("openai-version", "2020-10-01"),
            TEXT.getBytes(StandardCharsets.UTF_8),
            "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));

    final UUID call = UUID.randomUUID();

    abstract KeptAnswers store();

    @Test
    void an_answer_comes_back_byte_for_byte_to_whom_it_belongs() {
        store().keep(ANA, call, ANSWER, Duration.ofHours(1));
        KeptAnswer found = store().find(ANA, call).orElseThrow();
        assertEquals(ANSWER.contentType(), found.contentType());
        assertEquals(ANSWER.headers(), found.headers());
        assertArrayEquals(ANSWER.body(), found.body());
        assertArrayEquals(ANSWER.ending(), found.ending());
        assertTrue(store().find(BOB, call).isEmpty());
        assertTrue(store().find(OTHER_ANA, call).isEmpty());
        assertTrue(store().find(ANA, UUID.randomUUID()).isEmpty());
    }

    @Test
    void another_key_of_its_owner_opens_it_too() {
        store().keep(ANA, call, ANSWER, Duration.ofHours(1));
        Subject replaced = new Subject("acme", null, Subject.Kind.USER, "ana", "keykeykey009");
        assertTrue(store().find(replaced, call).isPresent());
    }
}
