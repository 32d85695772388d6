package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HttpFixture;
import dev.portreeve.hub.fixture.HubWorld;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a caller shows to be let in here is for the gateway alone. */
class CallersCredentialsTest {
    private static final String SECRET = "callers-own-secret";

    @Test
    void nothingOfItReachesAServer() throws Exception {
        try (HttpFixture modern = HttpFixture.modern();
                HttpFixture legacy = HttpFixture.legacy();
                HubWorld world =
                        HubWorld.with(HubWorld.http("new", modern.url()), HubWorld.http("old", legacy.url()))) {
            for (String header : List.of("Authorization", "Cookie", "X-Api-Key", "X-Goog-Api-Key", "Api-Key")) {
                for (String tool : List.of("new__echo", "old__echo")) {
                    String said = world.caller("alice")
                            .modernWith(
                                    Map.of(header, "Bearer " + SECRET, "Mcp-Name", tool),
                                    "tools/call",
                                    "\"name\":\"" + tool + "\",\"arguments\":{\"text\":\"here\"}")
                            .text();
                    assertTrue(said.contains("here"), header + " to " + tool + ": " + said);
                }
            }
            for (HttpFixture server : List.of(modern, legacy)) {
                assertTrue(server.headers().size() > 10, "the server records what it gets");
                assertEquals(
                        List.of(),
                        server.headers().stream()
                                .filter(line -> line.contains(SECRET)
                                        || line.matches(
                                                "(?i)(authorization|cookie|x-api-key|x-goog-api-key|api-key):.*"))
                                .toList());
            }
        }
    }
}
