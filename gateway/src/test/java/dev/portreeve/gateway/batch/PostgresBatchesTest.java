package dev.portreeve.gateway.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.batch.Batch.State;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.hub.seal.SealKey;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Rates;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches in PostgreSQL: which ways there are, and who looks after one. */
class PostgresBatchesTest {
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final UUID HERE = new UUID(1, 1);
    private static final UUID THERE = new UUID(2, 2);
    private static TestDatabase database;
    private static long ids = 1;

    private PostgresBatches batches;

    @BeforeAll
    static void open() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void empty() throws Exception {
        execute("DELETE FROM gateway.batch");
        batches = on(InstantSource.system());
    }

    private static PostgresBatches on(InstantSource clock) {
        SealedTokens seal =
                new SealedTokens(new SealKey(new byte[SealKey.BYTES]), List.of(), clock, new SecureRandom());
        return new PostgresBatches(database.app().dataSource(), seal, Duration.ofDays(29), clock);
    }

    private static void execute(String sql) throws Exception {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Price price() {
        Rates rates = Rates.of(new NanoUsd(1_000), new NanoUsd(100), new NanoUsd(2_000));
        Price.Tier large = new Price.Tier(200_000, rates.scaled(new NanoUsd(2_000), new NanoUsd(4_000)));
        return new Price(
                rates,
                List.of(large),
                Map.of(
                        ServiceTier.BATCH,
                        new Price.Schedule(rates.scaled(new NanoUsd(500), new NanoUsd(1_000)), List.of())),
                new Fees(Map.of(HostedService.WEB_SEARCH, new NanoUsd(7)), Map.of(), Fees.Searching.ONCE),
                new NanoUsd(3),
                "v1");
    }

    private static Batch batch(String tenant, String member, int items) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return new Batch(
                new UUID(0x7000L + ids++, 1L << 63),
                new Subject(tenant, "team", Subject.Kind.AGENT, member, "abcdefghijkl"),
                Dialect.ANTHROPIC_MESSAGES,
                Operation.CHAT,
                "{}",
                "claude",
                "",
                State.PREPARING,
                null,
                List.of(price()),
                items,
                now,
                now.plus(BatchDesk.TIME),
                null,
                false,
                null);
    }

    private static List<HeldItem> items(int count) {
        List<HeldItem> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(new HeldItem(
                    i,
                    "i" + i,
                    new CallId(new UUID(0x7000L, (1L << 63) | ids++)),
                    "m",
                    "up",
                    0,
                    10,
                    20,
                    0,
                    Map.of(HostedService.WEB_SEARCH, 2L),
                    null));
        }
        return items;
    }

    private Batch running(String member, int items) {
        Batch batch = batch("acme", member, items);
        assertTrue(batches.begin(batch, items(items), HERE, LEASE, 10));
        assertTrue(batches.sending(batch));
        assertTrue(batches.running(batch, "up_1", Duration.ZERO));
        return batches.find("acme", member, batch.id()).orElseThrow();
    }

    private static EndedItem end(int ordinal, End end, String body) {
        return new EndedItem(ordinal, "i" + ordinal, end, 200, body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aBatchComesBackAsItWasWithItsPrices() {
        Batch batch = batch("acme", "bot", 2);
        assertTrue(batches.begin(batch, items(2), HERE, LEASE, 10));
        assertTrue(batches.find("acme", "bot", batch.id()).isEmpty(), "not before it was sent");
        assertTrue(batches.sending(batch));
        assertFalse(batches.sending(batch), "once");
        assertTrue(batches.running(batch, "up_1", Duration.ZERO));
        assertFalse(batches.running(batch, "up_2", Duration.ZERO), "it has its name");
        Batch found = batches.find("acme", "bot", batch.id()).orElseThrow();
        assertEquals(List.of(price()), found.prices());
        assertEquals(batch.owner(), found.owner());
        assertEquals("up_1", found.providerBatch());
        assertEquals(batch.expiresAt(), found.expiresAt());
        assertEquals(batch.id(), Batch.id(found.name()).orElseThrow());
        HeldItem item = batches.item(found, "i1").orElseThrow();
        assertEquals(Map.of(HostedService.WEB_SEARCH, 2L), item.uses());
        assertEquals(
                price().atMost(10, 20, item.call(found).estimate().terms().getFirst(), item.uses()),
                item.call(found).estimate().worstCase());
        assertTrue(batches.find("acme", "other", batch.id()).isEmpty());
        assertTrue(batches.find("globex", "bot", batch.id()).isEmpty());
        assertFalse(batches.refused(found), "it was sent");
    }

    @Test
    void anItemHasOneEndAndAllMustHaveOne() {
        Batch batch = running("bot", 3);
        batches.end(batch, List.of(end(0, End.SUCCEEDED, "first"), end(1, End.CANCELED, "")));
        batches.end(batch, List.of(end(0, End.ERRORED, "second")));
        assertEquals("first", new String(batches.ended(batch, -1, 10).getFirst().body(), StandardCharsets.UTF_8));
        assertFalse(batches.settled(batch), "one is open");
        assertEquals(
                List.of("i2"),
                batches.open(batch, -1, 10).stream().map(HeldItem::customId).toList());
        assertFalse(batches.forget(batch));
        batches.end(batch, List.of(end(2, End.EXPIRED, "")));
        assertTrue(batches.settled(batch));
        assertFalse(batches.settled(batch));
        assertEquals(Map.of(End.SUCCEEDED, 1, End.CANCELED, 1, End.EXPIRED, 1), batches.counts(batch));
        assertEquals(2, batches.ended(batch, 0, 10).size());
        assertTrue(batches.find("acme", "bot", batch.id()).orElseThrow().state().isOver());
        assertFalse(batches.askCancel(batch));
        assertTrue(batches.forget(batch));
        assertTrue(batches.find("acme", "bot", batch.id()).isEmpty());
    }

    @Test
    void oneGatewayLooksAfterItAndAnotherWhenThatFallsSilent() throws Exception {
        Batch batch = running("bot", 1);
        assertEquals(1, batches.claim(HERE, LEASE, 4).size());
        assertEquals(0, batches.claim(THERE, LEASE, 4).size());
        assertTrue(batches.renew(batch, HERE, LEASE));
        execute("UPDATE gateway.batch SET owned_until = now() - interval '1 second'");
        assertEquals(1, batches.claim(THERE, LEASE, 4).size());
        assertFalse(batches.renew(batch, HERE, LEASE));
        batches.later(batch, HERE, Duration.ZERO);
        assertEquals(0, batches.claim(HERE, LEASE, 4).size(), "it is not its to leave");
        batches.later(batch, THERE, Duration.ofMinutes(5));
        assertEquals(0, batches.claim(HERE, LEASE, 4).size(), "not yet");
        assertTrue(batches.askCancel(batch));
        assertFalse(batches.askCancel(batch), "once");
        assertEquals(1, batches.claim(HERE, LEASE, 4).size(), "there is something to do");
    }

    @Test
    void aTenantHasSoManyOpenAndWhatIsOverDoesNotCount() {
        Batch first = batch("acme", "bot", 1);
        assertTrue(batches.begin(first, items(1), HERE, LEASE, 1));
        assertFalse(batches.begin(batch("acme", "other", 1), items(1), HERE, LEASE, 1));
        assertTrue(batches.begin(batch("globex", "bot", 1), items(1), HERE, LEASE, 1));
        assertTrue(batches.refused(first));
        Batch second = running("bot", 1);
        batches.end(second, List.of(end(0, End.ERRORED, "x")));
        assertTrue(batches.settled(second));
        assertTrue(batches.begin(batch("acme", "other", 1), items(1), HERE, LEASE, 1));
    }

    @Test
    void whatIsLostHasAnEndForEachItemAndWhatAMemberSaidIsForgotten() {
        Batch batch = running("bot", 2);
        batches.end(batch, List.of(end(1, End.SUCCEEDED, "kept")));
        assertTrue(batches.lost(batch, "gone".getBytes(StandardCharsets.UTF_8)));
        assertFalse(batches.lost(batch, new byte[0]));
        List<EndedItem> ended = batches.ended(batch, -1, 10);
        assertEquals("gone", new String(ended.getFirst().body(), StandardCharsets.UTF_8));
        assertEquals("kept", new String(ended.getLast().body(), StandardCharsets.UTF_8));
        assertEquals(2, batches.forget("acme", "bot"));
        assertEquals(0, batches.ended(batch, -1, 10).getLast().body().length);
        assertEquals(0, batches.claim(HERE, LEASE, 4).size());
        assertTrue(batches.find("acme", "bot", batch.id()).isEmpty(), "what is over goes with the next look");
    }
}
