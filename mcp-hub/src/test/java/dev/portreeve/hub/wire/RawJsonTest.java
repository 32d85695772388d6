package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RawJsonTest {
    @Test
    void membersAreTheVeryBytes() {
        RawJson object =
                RawJson.of(" {\"ü\" : [1.0, {\"x\":1e5}] ,\"n\":-0.10,\n\"s\":\"a\\u00fc😀\",\"o\":{ } , \"t\" :true}");
        Map<String, RawJson> members = object.members();
        assertEquals(List.of("ü", "n", "s", "o", "t"), List.copyOf(members.keySet()));
        assertEquals("[1.0, {\"x\":1e5}]", members.get("ü").toString());
        assertEquals("-0.10", members.get("n").toString());
        assertEquals("\"a\\u00fc😀\"", members.get("s").toString());
        assertEquals("aü😀", members.get("s").asString().orElseThrow());
        assertEquals("{ }", members.get("o").toString());
        assertEquals(
                List.of("1.0", "{\"x\":1e5}"),
                members.get("ü").elements().stream().map(RawJson::toString).toList());
        assertEquals("1e5", members.get("ü").elements().get(1).member("x").toString());
    }

    @Test
    void treesKeepTheExactValueOfNumbers() {
        String json = "{\"a\":123456789012345678901234567890.10,\"b\":12345678901234567890,\"c\":1.50}";
        assertEquals(json, RawJson.of(RawJson.of(json).tree()).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":2}",
                "{\"deep\":{\"a\":1,\"a\":2}}",
                "{\"a\":1} x",
                "{\"a\":1",
                "[1]",
                "",
                "{\"a\":01}",
            })
    void whatIsNoSoundObjectIsRefused(String json) {
        assertThrows(BadMessage.class, () -> RawJson.of(json).members());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "[-1E+9007254740993]", "{\"n\":9007e99254740993}"})
    void aNumberBeyondAllNumbersIsRefused(String json) {
        assertThrows(BadMessage.class, RawJson.of(json)::tree);
    }

    @Test
    void nestingIsBounded() {
        String deep = "{\"a\":" + "[".repeat(JsonBytes.MAX_DEPTH) + "]".repeat(JsonBytes.MAX_DEPTH) + "}";
        assertThrows(BadMessage.class, () -> RawJson.of(deep).members());
    }

    @Test
    void otherEncodingsAreRefusedInsteadOfCutInTheWrongPlaces() {
        byte[] utf16 = "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE);
        assertThrows(BadMessage.class, () -> RawJson.of(utf16).members());
    }
}
