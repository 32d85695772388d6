package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolNameTest {
    @Test
    void namesThatFitStay() {
        assertEquals("files__read_file", ToolName.of("files", "read_file"));
        String longest = "x".repeat(64 - "files__".length());
        assertEquals("files__" + longest, ToolName.of("files", longest));
        assertEquals("files", ToolName.slug("files__read__file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "dots.in.name", "ünïcödé", "a/b", "", "x\u0000y", "😀"})
    void everyOtherNameBecomesSafeAndStaysItsOwn(String tool) {
        String name = ToolName.of("files", tool);
        assertTrue(name.matches("[A-Za-z0-9_-]{1,64}"), name);
        assertEquals(name, ToolName.of("files", tool));
    }

    @Test
    void namesThatWouldCollideDoNot() {
        assertNotEquals(ToolName.of("files", "a b"), ToolName.of("files", "a.b"));
        assertNotEquals(ToolName.of("files", "a b"), ToolName.of("files", "a_b"));
        String tooLong = "x".repeat(100);
        assertNotEquals(ToolName.of("files", tooLong + "1"), ToolName.of("files", tooLong + "2"));
        assertEquals(64, ToolName.of("files", tooLong).length());
    }
}
