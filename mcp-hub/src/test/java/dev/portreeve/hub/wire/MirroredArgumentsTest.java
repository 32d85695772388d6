package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MirroredArgumentsTest {
    private static final RawJson SCHEMA = RawJson.of("{\"type\":\"object\",\"properties\":{"
            + "\"region\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"},"
            + "\"where\":{\"type\":\"object\",\"properties\":{\"floor\":{\"type\":\"integer\",\"x-mcp-header\":\"Floor\"}}},"
            + "\"dry\":{\"type\":\"boolean\",\"x-mcp-header\":\"Dry\"},"
            + "\"free\":{\"type\":\"string\"}}}");

    @Test
    void whatIsThereIsMirroredSafely() {
        RawJson arguments =
                RawJson.of("{\"region\":\" Zürich\\r\\nX: y\",\"where\":{\"floor\":-3},\"dry\":false,\"free\":\"no\"}");
        Map<String, String> headers = MirroredArguments.of(SCHEMA).headers(arguments);
        assertEquals(
                Map.of(
                        "Mcp-Param-Region",
                        HeaderValue.encode(" Zürich\r\nX: y"),
                        "Mcp-Param-Floor",
                        "-3",
                        "Mcp-Param-Dry",
                        "false"),
                headers);
        assertEquals(Optional.empty(), MirroredArguments.of(SCHEMA).mismatch(arguments, headers::get));
    }

    @Test
    void whatIsAbsentOrNullIsNotMirrored() {
        RawJson arguments = RawJson.of("{\"region\":null,\"where\":7,\"dry\":{\"x\":1}}");
        MirroredArguments mirrored = MirroredArguments.of(SCHEMA);
        assertEquals(Map.of(), mirrored.headers(arguments));
        assertEquals(
                Optional.of("Mcp-Param-Region"),
                mirrored.mismatch(arguments, Map.of("Mcp-Param-Region", "made up")::get));
    }

    @Test
    void aSchemaWithoutMirrorsAsksForNothing() {
        RawJson arguments = RawJson.of("{\"region\":\"x\"}");
        assertEquals(Map.of(), MirroredArguments.of(RawJson.EMPTY_OBJECT).headers(arguments));
        assertEquals(Map.of(), MirroredArguments.of(null).headers(arguments));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":7}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"My Region\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A:B\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"Région\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\\r\\nB\"}}",
                "{\"a\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}}",
                "{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}",
                "{\"a\":{\"type\":[\"string\",\"null\"],\"x-mcp-header\":\"A\"}}",
                "{\"a\":{\"x-mcp-header\":\"A\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},\"b\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}}",
                "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},"
                        + "\"b\":{\"properties\":{\"c\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}}",
            })
    void whatCannotBeMirroredIsRefused(String properties) {
        RawJson schema = RawJson.of("{\"properties\":" + properties + "}");
        assertThrows(BadMessage.class, () -> MirroredArguments.of(schema));
    }
}
