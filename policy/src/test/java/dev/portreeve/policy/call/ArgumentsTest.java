package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.portreeve.policy.call.JsonProblem.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    private static Arguments arguments(String json) {
        return assertInstanceOf(Arguments.Valid.class, Arguments.parse(json.getBytes(StandardCharsets.UTF_8)))
                .arguments();
    }

    private static JsonProblem problem(byte[] json) {
        return assertInstanceOf(Arguments.Invalid.class, Arguments.parse(json)).problem();
    }

    @Test
    void keepsTheBytesThatWereSent() {
        byte[] sent = "{ \"b\" : 1.50, \"a\":\"\\u00e9\" }".getBytes(StandardCharsets.UTF_8);
        Arguments arguments =
                assertInstanceOf(Arguments.Valid.class, Arguments.parse(sent)).arguments();
        assertSame(sent, arguments.raw());
        assertEquals("{\"a\":\"é\",\"b\":1.5}", new String(arguments.canonical(), StandardCharsets.UTF_8));
    }

    @Test
    void hasTheDigestOfItsCanonicalForm() {
        // printf '{}' | sha256sum
        assertEquals("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", Arguments.NONE.digest());
        assertEquals(
                arguments("{\"a\":1,\"b\":2}").digest(),
                arguments("{ \"b\":2.0, \"a\":1 }").digest());
        assertNotEquals(
                arguments("{\"a\":9007199254740993}").digest(),
                arguments("{\"a\":9007199254740992}").digest());
    }

    @Test
    void refusesWhatTwoReadersCouldReadDifferently() {
        assertEquals(
                Kind.DUPLICATE_KEY, problem(utf8("{\"to\":\"a\",\"to\":\"b\"}")).kind());
        assertEquals(
                Kind.DUPLICATE_KEY,
                problem(utf8("{\"x\":[{\"to\":1,\"\\u0074o\":2}]}")).kind());
        assertEquals(Kind.LONE_SURROGATE, problem(utf8("{\"a\":\"\\ud800\"}")).kind());
        assertEquals(
                Kind.LONE_SURROGATE, problem(utf8("{\"a\":\"\\udc00\\ud800\"}")).kind());
        assertEquals(Kind.SYNTAX, problem(utf8("{\"\\ud800x\":1}")).kind());
        assertEquals(Kind.NOT_AN_OBJECT, problem(utf8("[1]")).kind());
        assertEquals(Kind.SYNTAX, problem(utf8("{\"a\":1}}")).kind());
        assertEquals(
                "an object with the same key twice",
                problem(utf8("{\"a\":1,\"a\":2}")).message().split(" \\(")[0]);
    }

    /** Overlong forms, surrogates and stray bytes; RFC 3629 forbids them all. */
    @ParameterizedTest
    @CsvSource({
        "c080, 2",
        "e080af, 2",
        "eda080, 2",
        "f0808080, 2",
        "f4908080, 2",
        "80, 2",
        "ff, 2",
        "c3, 2",
        "e282, 2",
        "41e282, 3"
    })
    void refusesBadUtf8AndSaysWhere(String hex, long offset) {
        byte[] bad = java.util.HexFormat.of().parseHex("7b22" + hex + "223a317d");
        assertEquals(new JsonProblem(Kind.NOT_UTF8, offset), problem(bad));
    }

    @Test
    void boundsDepthAndSize() {
        String deep = "{\"a\":".repeat(63) + "{}" + "}".repeat(63);
        assertEquals(deep, new String(arguments(deep).canonical(), StandardCharsets.UTF_8));
        String deeper = "{\"a\":".repeat(64) + "{}" + "}".repeat(64);
        assertEquals(Kind.TOO_DEEP, problem(utf8(deeper)).kind());
        byte[] large = utf8("{\"a\":\"" + "x".repeat(Arguments.MAX_BYTES) + "\"}");
        assertEquals(Kind.TOO_LARGE, problem(large).kind());
        assertEquals(
                Kind.TOO_LARGE,
                problem(utf8("{\"a\":" + "1".repeat(2000) + "}")).kind());
    }

    @Test
    void splicesTextsAndNothingElse() {
        Arguments sent =
                arguments("{ \"to\" : \"joe@example.com\", \"n\":1.50, \"l\":[ \"é😀\", {\"k\":\"a\\/b\"} ] }");
        assertEquals(
                List.of(
                        new TextRun("/to", "joe@example.com"),
                        new TextRun("/l/0", "é😀"),
                        new TextRun("/l/1/k", "a/b")),
                sent.texts());
        Arguments masked = sent.withTexts(List.of(
                new TextRun("/to", "[email] \"q\"\n"), new TextRun("/l/0", "é😀"), new TextRun("/l/1/k", "a/b")));
        assertEquals(
                "{ \"to\" : \"[email] \\\"q\\\"\\n\", \"n\":1.50, \"l\":[ \"é😀\", {\"k\":\"a\\/b\"} ] }",
                new String(masked.raw(), StandardCharsets.UTF_8));
        assertNotEquals(sent.digest(), masked.digest());
        assertSame(sent, sent.withTexts(sent.texts()));
    }

    @Test
    void showsNoValueInLogs() {
        assertFalse(arguments("{\"password\":\"hunter2\"}").toString().contains("hunter2"));
        assertFalse(problem(utf8("{\"password\":\"hunter2\",,}")).message().contains("hunter2"));
    }

    @Test
    void isEqualByValue() {
        assertEquals(arguments("{\"a\":1}"), arguments("{ \"a\": 1.0 }"));
        assertEquals(
                arguments("{\"a\":1}").hashCode(), arguments("{ \"a\": 1.0 }").hashCode());
        assertNotEquals(arguments("{\"a\":1}"), arguments("{\"a\":\"1\"}"));
        assertArrayEquals(utf8("{}"), Arguments.NONE.canonical());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
