package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static String canonical(String json) {
        return new String(CanonicalJson.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** RFC 8785, appendix B: the bits of a double and its text. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2"
    })
    void writesDoublesAsEcmaScriptDoes(String bits, String text) {
        assertEquals(text, CanonicalJson.ecmaScript(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))));
    }

    @Test
    void everyDoubleComesBackFromItsText() {
        Random random = new Random(8785);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                String text = CanonicalJson.ecmaScript(value);
                assertEquals(value, Double.parseDouble(text), 0.0);
                assertTrue(CanonicalJson.isExactDouble(text) || value == 0, text);
                assertEquals(text, CanonicalJson.number(text));
            }
        }
    }

    /** RFC 8785, section 3.2.2 and 3.2.3. */
    @Test
    void sortsAndSpellsAsTheRfcShows() {
        assertEquals(
                "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}",
                canonical("""
                        { "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                          "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                          "literals": [null, true, false] }""".replace("333333333.33333329", "333333333.3333333")));
        assertEquals(
                "{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\ufb33\":7}",
                canonical("{\"€\":5,\"\\r\":1,\"\ufb33\":7,\"1\":2,\"😀\":6,\"\u0080\":3,\"ö\":4}"));
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740993, 9007199254740993",
        "1e400, 1e400",
        "-1e400, -1e400",
        "333333333.33333329, 333333333.33333329",
        "0.10, 0.1",
        "1.0, 1",
        "1e0, 1",
        "-0, 0",
        "500.00, 500",
        "100000000000000000000000, 1e+23",
        "0e99999999999999999999, 0e99999999999999999999",
        "1e99999999999999999999, 1e99999999999999999999"
    })
    void neverRoundsANumber(String sent, String kept) {
        assertEquals("[" + kept + "]", canonical("[" + sent + "]"));
    }

    @Test
    void takesOneSpellingForEqualValues() {
        assertEquals(
                canonical("{\"a\":[1,{\"b\":\"x\"}],\"c\":\"é\"}"),
                canonical(" { \"c\" : \"\\u00e9\" , \"a\" : [ 1.0e0 , { \"b\" : \"\\u0078\" } ] } "));
    }

    @Test
    void keepsNestedEmptyValues() {
        assertEquals("{\"a\":{},\"b\":[],\"c\":[[],{}]}", canonical("{\"c\":[[],{}],\"b\":[],\"a\":{}}"));
        assertEquals("\"x\"", canonical("\"x\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1",
                "{\"a\":1}x",
                "{\"a\":1} {}",
                "nul",
                "[01]",
                "[1,]",
                "{'a':1}",
                "[NaN]",
                "\"\t\""
            })
    void refusesWhatIsNoJson(String text) {
        MalformedJson refused = assertThrows(MalformedJson.class, () -> canonical(text));
        assertEquals(JsonProblem.Kind.SYNTAX, refused.problem().kind());
    }

    @Test
    void refusesOtherEncodings() {
        for (var charset : new java.nio.charset.Charset[] {
            StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16
        }) {
            assertThrows(MalformedJson.class, () -> CanonicalJson.of("{\"a\":1}".getBytes(charset)));
        }
        assertThrows(MalformedJson.class, () -> CanonicalJson.of("\ufeff{\"a\":1}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void knowsWhichNumbersADoubleHolds() {
        assertTrue(CanonicalJson.isExactDouble("0.1"));
        assertFalse(CanonicalJson.isExactDouble("9007199254740993"));
        assertFalse(CanonicalJson.isExactDouble("1e400"));
    }
}
