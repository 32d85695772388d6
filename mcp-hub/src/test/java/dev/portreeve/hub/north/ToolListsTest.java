package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ServerMemory;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.definition.InMemoryDefinitionStore;
import dev.portreeve.hub.fixture.Governance;
import dev.portreeve.hub.fixture.HubEdge;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerProfile;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists that do not fit one page. */
class ToolListsTest {
    private static final Subject ALICE = HubEdge.subject("alice");
    private final Governance governance = new Governance(Duration.ofMillis(10));
    private final InstantSource clock = InstantSource.system();
    private final ToolCatalog catalog = new ToolCatalog(
            new InMemoryDefinitionStore().definitions(new AuditLog(governance.journal()), clock),
            ServerMemory.none(),
            clock,
            Duration.ofMinutes(5));
    private final ToolLists lists = new ToolLists(
            catalog,
            governance::access,
            new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), clock, new SecureRandom()),
            300,
            false);

    /** Has forty tools. */
    private static final class Forty implements ToolServer {
        @Override
        public List<RawJson> list(Listing listing, Deadline deadline) {
            return IntStream.range(10, 50)
                    .mapToObj(n -> RawJson.of("{\"name\":\"t" + n + "\",\"inputSchema\":{\"type\":\"object\"}}"))
                    .toList();
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
            // Nobody has come.
        }

        @Override
        public void endUnused() {
            // Nothing is open.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @BeforeEach
    void start() throws Exception {
        catalog.add(new ServerEntry(
                "files",
                "http",
                new Forty(),
                false,
                Duration.ofSeconds(1),
                NanoUsd.ZERO,
                DefinitionPolicy.TRUST,
                Map.of()));
        catalog.start();
        assertTrue(catalog.awaitFirstContact(Duration.ofSeconds(20)));
    }

    @AfterEach
    void stop() {
        catalog.close();
        governance.close();
    }

    private RawJson page(Subject subject, String view, RawJson cursor) {
        RawJson params = cursor == null ? RawJson.EMPTY_OBJECT : RawJson.object(Map.of("cursor", cursor));
        return lists.list(subject, catalog.view(view).orElseThrow(), params, Map.of());
    }

    @Test
    void pagesTogetherAreTheWholeListInOrder() {
        List<String> names = new ArrayList<>();
        RawJson cursor = null;
        int pages = 0;
        do {
            RawJson page = page(ALICE, "", cursor);
            page.member("tools").elements().forEach(tool -> names.add(String.valueOf(tool.member("name"))));
            cursor = page.member("nextCursor");
            pages++;
        } while (cursor != null);
        assertTrue(pages > 5, pages + " pages");
        assertEquals(
                IntStream.range(10, 50).mapToObj(n -> "\"files__t" + n + "\"").toList(), names);
    }

    @Test
    void aCursorOpensForItsCallerOnItsViewOnly() {
        RawJson cursor = page(ALICE, "", null).member("nextCursor");
        assertThrows(BadMessage.class, () -> page(HubEdge.subject("bob"), "", cursor));
        assertThrows(BadMessage.class, () -> page(ALICE, "files", cursor));
        assertThrows(BadMessage.class, () -> page(ALICE, "", RawJson.string("")));
        assertThrows(BadMessage.class, () -> page(ALICE, "", RawJson.of("7")));
    }
}
