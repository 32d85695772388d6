package dev.portreeve.audit.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** However entries come into blocks, a search finds what looking at each of them would, in the same order. */
class BlocksTest {
    private static final Instant START = Instant.parse("2026-03-20T00:00:00.000001Z");
    private static final Sought ANY = Sought.all("acme");
    private final Random random = new Random(17);
    private Database database;
    private PostgresSearch search;

    @BeforeEach
    void open() {
        database = new Database();
        search = new PostgresSearch(database.app(), Duration.ofSeconds(30), true);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void store(List<Entry> entries) throws SQLException {
        try (Connection connection = database.app().getConnection()) {
            connection.setAutoCommit(false);
            Turn turn = new Turn();
            entries.forEach(entry -> turn.add(entry, false));
            turn.store(connection);
            connection.commit();
        }
    }

    private @Nullable String one(String name, int of) {
        return random.nextInt(8) == 0 ? null : name + random.nextInt(of);
    }

    private Entry entry(int n, int sessions) {
        return new Entry(
                random.nextInt(5) == 0 ? "other" : "acme",
                new UUID(random.nextLong(), random.nextLong()),
                // Some at the same time, some long before the others that ended with them; over the end of a month.
                START.plusSeconds(n * 120L / 2 * 2 - (random.nextInt(20) == 0 ? 40_000 : 0)),
                random.nextInt(10) == 0 ? "admin.action" : "call.closed",
                one(random.nextBoolean() ? "user:m" : "agent:m", 40),
                one("key", 700),
                one("type", 3),
                one("tool", 300),
                one("session", sessions),
                one("outcome", 4),
                one("reason", 10));
    }

    private List<Entry> wanted(List<Entry> all, Sought sought) {
        return all.stream()
                .filter(sought::matches)
                .sorted(Entry.OLDEST_FIRST.reversed())
                .toList();
    }

    private void compare(List<Entry> all, Sought sought, int page) {
        List<Entry> wanted = wanted(all, sought);
        List<Entry> found = new ArrayList<>();
        String after = null;
        for (int i = 0; i < 8; i++) {
            PostgresSearch.Page next = search.search(sought, after, page);
            found.addAll(next.entries());
            after = next.next();
            if (after == null) {
                break;
            }
        }
        assertEquals(wanted.subList(0, Math.min(wanted.size(), 8 * page)), found, sought.toString());
    }

    private Sought of(
            @Nullable String member, @Nullable String tool, @Nullable String session, @Nullable String outcome) {
        return new Sought("acme", null, member, null, null, tool, session, outcome, null, null, null, null);
    }

    @Test
    void aSearchFindsWhatLookingAtAllWould() throws SQLException {
        List<Entry> all = new ArrayList<>();
        for (int turn = 0; turn < 60; turn++) {
            List<Entry> read = new ArrayList<>();
            for (int i = random.nextInt(turn == 40 ? 9000 : 300); i >= 0; i--) {
                read.add(entry(all.size() + read.size(), 2000));
            }
            store(read);
            all.addAll(read);
        }
        compare(all, ANY, 50);
        compare(all, ANY, 500);
        compare(all, of("m7", null, null, null), 20);
        compare(all, of("user:m7", null, null, null), 20);
        compare(all, of(null, "tool3", null, null), 7);
        compare(all, of(null, null, "session77", null), 3);
        compare(all, of("m3", "tool9", null, "outcome1"), 50);
        compare(all, of(null, null, null, "nothing"), 50);
        compare(all, of("nobody", "tool3", null, null), 50);
        compare(
                all,
                new Sought(
                        "acme",
                        null,
                        null,
                        "key11",
                        "type1",
                        null,
                        null,
                        null,
                        "reason4",
                        "call.closed",
                        START.plusSeconds(86_400),
                        START.plusSeconds(1_300_000)),
                50);
        Instant far = Instant.MAX;
        compare(all, new Sought("acme", null, null, null, null, null, null, null, null, null, Instant.MIN, far), 500);
        assertTrue(database.number("SELECT count(*) FROM search.block WHERE level < 9 AND tenant = 'acme'") < 100);
        assertEquals(all.size(), database.number("SELECT sum(entries) FROM search.block"));
    }

    @Test
    void turnsThatReadLittleBecomeFewBlocks() throws SQLException {
        List<Entry> all = new ArrayList<>();
        for (int turn = 0; turn < 300; turn++) {
            List<Entry> read = List.of(entry(turn, 10));
            store(read);
            all.addAll(read);
        }
        compare(all, ANY, 100);
        assertTrue(database.number("SELECT count(*) FROM search.block") <= 60);
        assertTrue(database.number("SELECT max(entries) FROM search.block") >= 16);
    }

    @Test
    void theFilterSaysYesToAllThatIsThereAndNoToMostThatIsNot() throws SQLException {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            entries.add(entry(i, 3000));
        }
        Block.Found block = Block.of(entries);
        HashSet<String> sessions = new HashSet<>();
        entries.forEach(entry -> sessions.add(String.valueOf(entry.session())));
        int wrong = 0;
        for (int i = 0; i < 3000; i++) {
            boolean said = says(block.presence(), Presence.hash(Facet.SESSION, "session" + i));
            assertTrue(said || !sessions.contains("session" + i));
            wrong += says(block.presence(), Presence.hash(Facet.SESSION, "absent" + i)) ? 1 : 0;
        }
        assertTrue(wrong < 150, "of 3000 absent ones " + wrong);
        assertEquals(
                entries.stream().sorted(Entry.OLDEST_FIRST).map(Entry::id).toList(),
                block.block().all("acme").stream().map(Entry::id).toList());
    }

    private static boolean says(byte[] presence, long hash) {
        for (int i = 0; i < Presence.PLACES; i++) {
            long bit = Presence.place(hash, i) % (8L * presence.length);
            if (((presence[(int) (bit / 8)] >> (bit % 8)) & 1) == 0) {
                return false;
            }
        }
        return true;
    }
}
