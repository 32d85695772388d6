package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BoundedLinesTest {
    @Test
    void longLinesKeepTheirBeginningAndTheirEnd() throws IOException {
        String huge = "head" + "x".repeat(100_000) + "tail";
        BoundedLines lines = new BoundedLines(
                new ByteArrayInputStream(("one\r\n\n" + huge + "\nlast").getBytes(StandardCharsets.UTF_8)), 1000);
        assertEquals("one", text(lines.next().bytes()));
        assertEquals("", text(lines.next().bytes()));
        BoundedLines.Line cut = lines.next();
        assertTrue(cut.tooLong());
        assertEquals(1000, cut.bytes().length);
        assertTrue(text(cut.bytes()).startsWith("head"));
        assertTrue(text(cut.tail()).endsWith("tail"));
        assertEquals(256, cut.tail().length);
        assertEquals("last", text(lines.next().bytes()));
        assertNull(lines.next());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
