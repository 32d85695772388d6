package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.BadRequest;
import org.junit.jupiter.api.Test;

/** Notes and refusals may hold words of the caller: they stay short, and on one line. */
class NotesTest {
    private static final String TYPE = "it has content of type \"a\r\nx: y\u0007" + "z".repeat(100_000) + "\"";

    @Test
    void a_refusal_says_no_more_of_the_body_than_fits_a_line() {
        BadRequest refused =
                assertThrows(BadRequest.class, () -> new Notes(Unsupported.USUAL).without("messages", TYPE));
        assertTrue(refused.detail().length() < 300, refused.detail());
        assertTrue(refused.detail().contains("it has content of type \"a??x: y?zzz"), refused.detail());
    }

    @Test
    void a_note_says_no_more_of_the_body_than_fits_a_line() {
        Notes notes = new Notes(Unsupported.DROP);
        notes.without("messages", TYPE);
        assertEquals(1, notes.all().size());
        String what = notes.all().getFirst().what();
        assertTrue(what.length() < 200, what);
        assertTrue(what.startsWith("dropped, it has content of type \"a??x: y?zzz"), what);
    }
}
