package dev.portreeve.hub.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
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

    /** Over many names, drawn from what trips: every name is safe, the same each time, and no other tool's. */
    @Test
    void anyNameIsSafeStableAndItsOwn() {
        String[] pieces = {
            "a", "B", "9", "_", "__", "-", ".", " ", "/", "é", "е", "😀", "\u200b", "\u202e", "read", "x".repeat(30)
        };
        Random random = new Random(20260728);
        Map<String, String> owners = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String slug = i % 2 == 0 ? "files" : "files-2";
            StringBuilder tool = new StringBuilder();
            for (int n = random.nextInt(6); n >= 0; n--) {
                tool.append(pieces[random.nextInt(pieces.length)]);
            }
            String name = ToolName.of(slug, tool.toString());
            assertTrue(name.matches("[A-Za-z0-9_-]{1,64}"), name);
            assertTrue(name.startsWith(slug + "__"), name);
            assertEquals(slug, ToolName.slug(name));
            assertEquals(name, ToolName.of(slug, tool.toString()));
            String owner = slug + "/" + tool;
            assertEquals(owner, owners.computeIfAbsent(name, first -> owner), name);
            assertTrue(ToolName.ofOneServer(tool.toString()).matches("[A-Za-z0-9_-]{1,64}"));
        }
    }
}
