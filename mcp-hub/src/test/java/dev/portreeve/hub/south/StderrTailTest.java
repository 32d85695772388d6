package dev.portreeve.hub.south;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StderrTailTest {
    private static String lastLine(String... lines) {
        StderrTail tail = new StderrTail();
        Stream.of(lines).forEach(line -> tail.add(line.getBytes(StandardCharsets.UTF_8)));
        return tail.lastLine();
    }

    @Test
    void theErrorIsSaidAndNotWhatComesAfterIt() {
        assertEquals(
                "Error: Cannot find module '/nowhere/server.js'",
                lastLine(
                        "node:internal",
                        "Error: Cannot find module '/nowhere/server.js'",
                        "    at x",
                        "",
                        "Node.js v20"));
    }

    @Test
    void withoutAnErrorTheLastWordsAreSaid() {
        assertEquals("no token", lastLine("starting", "no token", " "));
        assertEquals("", lastLine());
    }
}
