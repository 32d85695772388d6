package dev.portreeve.policy.version;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the author of a version wrote.
 *
 * @param source a file with {@code policies}
 * @param scenarios a scenario file that has to hold before the version is published; {@code null} for none
 */
public record RulesText(String source, @Nullable String scenarios) {
    /** How large a source may be. */
    public static final int MAX_SOURCE_BYTES = 512 * 1024;

    /** How large a scenario file may be. */
    public static final int MAX_SCENARIO_BYTES = 256 * 1024;

    /** No rules at all. */
    public static final RulesText EMPTY = new RulesText("policies: []\n", null);

    /** @throws IllegalArgumentException if one of them is too large */
    public RulesText {
        requireAtMost(source, MAX_SOURCE_BYTES, "the rules have");
        if (scenarios != null) {
            requireAtMost(scenarios, MAX_SCENARIO_BYTES, "the scenarios have");
        }
    }

    private static void requireAtMost(String text, int bytes, String what) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(what + " a NUL character, which no text has");
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > bytes) {
            throw new IllegalArgumentException(what + " more than " + bytes + " bytes");
        }
    }
}
