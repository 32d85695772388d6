package dev.portreeve.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.gateway.config.HostPort;
import dev.portreeve.gateway.config.ServerConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostAllowListTest {
    private final HostAllowList hosts = new HostAllowList(new ServerConfig(
            HostPort.parse("127.0.0.1:8080"),
            HostPort.parse("[fd00::1]:8081"),
            null,
            URI.create("https://admin.example.com/"),
            List.of("gateway.internal"),
            Path.of("data"),
            false));

    @ParameterizedTest
    @CsvSource({
        "localhost:8081, true",
        "LocalHost, true",
        "127.0.0.1:9, true",
        "[::1]:8081, true",
        "[::1], true",
        "[fd00::1]:8081, true",
        "admin.example.com, true",
        "gateway.internal:8081, true",
        "evil.example.com, false",
        "localhost.evil.example.com:8081, false",
        "127.0.0.1.evil.example.com, false",
        "'', false",
    })
    void only_known_names_are_answered(String authority, boolean allowed) {
        assertEquals(allowed, hosts.allows(authority));
    }
}
