package dev.portreeve.hub.catalog;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ToolCatalogTest {
    private final ToolCatalog catalog = new ToolCatalog(InstantSource.system(), Duration.ofMinutes(5));

    @AfterEach
    void close() {
        catalog.close();
    }

    /** A server that lists what it is told to, or fails. */
    private static final class Listed implements ToolServer {
        private final AtomicReference<List<RawJson>> tools = new AtomicReference<>();

        Listed(String... definitions) {
            set(definitions);
        }

        void set(String... definitions) {
            tools.set(Arrays.stream(definitions).map(RawJson::of).toList());
        }

        @Override
        public List<RawJson> list(Listing listing, Deadline deadline) {
            List<RawJson> now = tools.get();
            if (now.isEmpty()) {
                throw new ToolServerFault(new UpstreamFault(UpstreamFault.Kind.UNREACHABLE, 0, "not there", false));
            }
            return now;
        }

        @Override
        public Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline) {
            throw new IllegalStateException("nobody calls it");
        }

        @Override
        public ServerProfile profile() {
            return new ServerProfile("2026-07-28", RawJson.EMPTY_OBJECT, null);
        }

        @Override
        public void leave(String partyKey) {
            // Nobody has a session.
        }

        @Override
        public void endUnused() {
            // Nobody has a session.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static String tool(String name, String more) {
        return "{\"name\":\"" + name + "\",\"inputSchema\":{\"type\":\"object\"}" + more + "}";
    }

    private static ServerEntry entry(String slug, ToolServer server) {
        return new ServerEntry(slug, "http", server, false, Duration.ofSeconds(1), NanoUsd.ZERO);
    }

    private String hash(String name) {
        return catalog.snapshot().find(name).orElseThrow().resource().definitionHash();
    }

    @Test
    void twoServersWithOneSlugAreRefused() {
        catalog.add(entry("files", new Listed()));
        String message = assertThrows(IllegalArgumentException.class, () -> catalog.add(entry("files", new Listed())))
                .getMessage();
        assertTrue(message.contains("\"files\""), message);
    }

    @Test
    void deadServersHideNobodyAndTheirToolsStay() throws Exception {
        Listed living = new Listed(tool("read", ""));
        Listed dead = new Listed(tool("find", ""));
        catalog.add(entry("zeta", living));
        catalog.add(entry("alpha", dead));
        catalog.add(entry("never", new Listed()));
        catalog.start();
        assertTrue(catalog.awaitFirstContact(Duration.ofSeconds(20)));
        dead.set();
        catalog.refreshSoon("alpha");
        await().until(() -> catalog.status().get(1).state() == ServerStatus.State.DOWN);
        assertEquals(
                List.of("alpha__find", "zeta__read"),
                catalog.snapshot().tools().stream().map(CatalogTool::name).toList());
        assertEquals(
                List.of(ServerStatus.State.UP, ServerStatus.State.DOWN, ServerStatus.State.DOWN),
                catalog.status().stream().map(ServerStatus::state).toList());
        assertEquals("not there", catalog.status().get(2).problem());
    }

    @Test
    void theHashSpeaksForTheWholeDefinitionAndForNothingElse() throws Exception {
        Listed server = new Listed(tool("read", ",\"description\":\"Reads\",\"x\":{\"a\":1.0,\"b\":2}"));
        catalog.add(entry("files", server));
        catalog.start();
        assertTrue(catalog.awaitFirstContact(Duration.ofSeconds(20)));
        String first = hash("files__read");
        server.set("{ \"x\":{\"b\":2,\"a\":1}, \"description\":\"Re\\u0061ds\", \"inputSchema\":{\"type\":\"object\"},"
                + "\"name\":\"read\"}");
        catalog.refreshSoon("files");
        await().until(() -> catalog.snapshot()
                .find("files__read")
                .orElseThrow()
                .listing()
                .toString()
                .contains("Re\\u0061ds"));
        assertEquals(first, hash("files__read"), "order, spelling and white space do not count");
        server.set(tool("read", ",\"description\":\"Reads\",\"x\":{\"a\":1.0,\"b\":3}"));
        catalog.refreshSoon("files");
        await().untilAsserted(() -> assertNotEquals(first, hash("files__read"), "an unknown member counts"));
    }

    @Test
    void anUnknownToolAsksItsServerAgain() throws Exception {
        Listed server = new Listed(tool("read", ""));
        catalog.add(entry("files", server));
        catalog.start();
        assertTrue(catalog.awaitFirstContact(Duration.ofSeconds(20)));
        server.set(tool("read", ""), tool("write", ""));
        assertFalse(catalog.snapshot().find("files__write").isPresent());
        catalog.missed(ToolCatalog.EVERYTHING, "files__write");
        await().until(() -> catalog.snapshot().find("files__write").isPresent());
    }

    @Test
    void hintsAreBelievedOnlyWhereTheOperatorTrusts() throws Exception {
        String reading = tool("read", ",\"annotations\":{\"readOnlyHint\":true}");
        catalog.add(entry("stranger", new Listed(reading)));
        catalog.add(new ServerEntry("friend", "http", new Listed(reading), true, Duration.ofSeconds(1), NanoUsd.ZERO));
        catalog.start();
        assertTrue(catalog.awaitFirstContact(Duration.ofSeconds(20)));
        assertFalse(catalog.snapshot().find("stranger__read").orElseThrow().readOnly());
        assertTrue(catalog.snapshot().find("friend__read").orElseThrow().readOnly());
    }
}
