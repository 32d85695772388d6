package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SseReaderTest {
    private static SseReader reader(String stream, int max) {
        return new SseReader(new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8)), max);
    }

    private static String next(SseReader reader) throws IOException {
        byte[] event = reader.next();
        return event == null ? "<end>" : new String(event, StandardCharsets.UTF_8);
    }

    @Test
    void onlyDataCounts() throws IOException {
        SseReader reader = reader(
                ": hello\n\nid: 1\nretry: 10\ndata:\n\nevent: message\r\ndata: {\"ü\":1}\r\n\r\n"
                        + "data:a\ndata: b\n\ndata: cut off",
                100);
        assertEquals("{\"ü\":1}", next(reader));
        assertEquals("a\nb", next(reader));
        assertEquals("<end>", next(reader));
        assertNull(reader.next());
    }

    @Test
    void anEventBeyondTheBoundIsRefused() {
        assertThrows(
                SseReader.TooLarge.class,
                () -> reader("data: " + "x".repeat(200) + "\n\n", 100).next());
        assertThrows(
                SseReader.TooLarge.class,
                () -> reader(("data: " + "x".repeat(50) + "\n").repeat(3) + "\n", 100)
                        .next());
    }
}
