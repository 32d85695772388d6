package dev.portreeve.hub.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderValueTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"echo", "a b", "", " padded", "grüße", "line\nbreak", "=?base64?eA==?=", "=?base64?=", "\u0000"})
    void everyValueComesBackAndIsSafeToSend(String value) {
        String header = HeaderValue.encode(value);
        assertTrue(header.chars().allMatch(c -> c >= ' ' && c <= '~'), header);
        assertEquals(Optional.of(value), HeaderValue.decode(header));
    }

    @Test
    void plainValuesStayReadable() {
        assertEquals("files__read", HeaderValue.encode("files__read"));
        assertEquals("=?base64?SGVsbG8sIOS4lueVjA==?=", HeaderValue.encode("Hello, 世界"));
    }

    @Test
    void brokenEncodingsAreNoValue() {
        assertEquals(Optional.empty(), HeaderValue.decode("=?base64?***?="));
        assertEquals(Optional.empty(), HeaderValue.decode("=?base64?/w==?="));
    }
}
