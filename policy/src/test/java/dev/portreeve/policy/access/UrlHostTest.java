package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlHostTest {
    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/v1?x=@evil.com, api.example.com",
        "HTTPS://API.Example.COM:8443/, api.example.com",
        "http://example.com./, example.com",
        "http://[::1]:80/, [::1]"
    })
    void namesTheHost(String url, String host) {
        assertEquals(host, UrlHost.of(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.com",
                "/path",
                "mailto:joe@example.com",
                "https://example.com@evil.com/",
                "https://user:pw@example.com/",
                "https://example.com\\@evil.com/",
                "https://exa mple.com/",
                "https://a_b.example.com/",
                "https:///path",
                "https://example.com%2eevil.com/"
            })
    void refusesDoubt(String url) {
        assertThrows(IllegalArgumentException.class, () -> UrlHost.of(url));
    }
}
