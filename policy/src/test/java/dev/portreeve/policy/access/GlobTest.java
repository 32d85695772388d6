package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "fast, fast, true",
        "fast, faster, false",
        "fast, Fast, false",
        "*, anything, true",
        "files__read_*, files__read_file, true",
        "files__read_*, files__read_, true",
        "files__read_*, files__write_file, false",
        "*__delete, files__delete, true",
        "*__delete, files__delete_all, false",
        "a*b*c, aXbYc, true",
        "a*b*c, abbc, true",
        "a*b*c, acb, false",
        "openai/*, openai/gpt-5, true",
        "f.st, fast, false",
        "[a], a, false"
    })
    void matchesWholeNames(String pattern, String name, boolean expected) {
        assertEquals(expected, new Glob(pattern).matches(name));
    }

    @Test
    void agreesWithARegularExpression() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            String pattern = text(random, "ab*");
            String name = text(random, "ab");
            boolean expected = Pattern.matches(pattern.replace("*", ".*"), name);
            assertEquals(expected, new Glob(pattern).matches(name), pattern + " on " + name);
        }
    }

    private static String text(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(7); n > 0; n--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
