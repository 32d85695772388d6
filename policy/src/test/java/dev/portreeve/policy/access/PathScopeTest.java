package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathScopeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/workspace",
                "/workspace/",
                "/workspace/a.txt",
                "/workspace//a/./b",
                "/workspace/a%20b",
                "/workspace/100%",
                "/workspace/.hidden",
                "/workspace/a..b",
                "\\workspace\\a",
                "/workspace/日本.txt"
            })
    void staysInside(String path) {
        assertTrue(PathScope.isUnder(path, "/workspace"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/workspac", "/workspace2/a", "/etc/passwd", "/x/workspace/a", "/100%/a"})
    void staysOutside(String path) {
        assertFalse(PathScope.isUnder(path, "/workspace"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "workspace/a",
                "/Workspace/a",
                "/workspace/../etc/passwd",
                "/etc/../workspace/a",
                "/workspace/a/../b",
                "/workspace/%2e%2e/etc/passwd",
                "/workspace/%2E%2e%2fetc",
                "/workspace/%252e%252e/etc",
                "/workspace/%25252525252e%2e/etc",
                "/workspace\\..\\etc",
                "/workspace/%5c..%5cetc",
                "/workspace/.. /etc",
                "/workspace/.../etc",
                "/workspace/\u0000/a",
                "/workspace/%00",
                "/workspace/a\n",
                "/workspace/%c0%ae%c0%ae/etc",
                "/workspace/%ff",
                "/workspace/．．/etc",
                "/workspace/‥/etc",
                "/work%73pace/a",
                "/work%2573pace/a",
                "/ｗorkspace/a",
                "～/workspace",
                "file:///workspace/a",
                "C:\\workspace\\a"
            })
    void isInsideForSomeReadersOnly(String path) {
        assertThrows(IllegalArgumentException.class, () -> PathScope.isUnder(path, "/workspace"));
    }

    @Test
    void takesRelativeRootsForRelativePaths() {
        assertTrue(PathScope.isUnder("notes/today.md", "notes"));
        assertFalse(PathScope.isUnder("", "notes"));
        assertThrows(IllegalArgumentException.class, () -> PathScope.isUnder("/notes/today.md", "notes"));
        assertTrue(PathScope.isUnder("/anything", "/"));
    }

    @Test
    void refusesADoubtfulRoot() {
        assertThrows(IllegalArgumentException.class, () -> PathScope.isUnder("/a", "/a/.."));
    }
}
