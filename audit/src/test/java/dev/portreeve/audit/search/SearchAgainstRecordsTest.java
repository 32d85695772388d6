package dev.portreeve.audit.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Receipt;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever is asked, in pages of whatever size: what looking at every record would have found, in the same order. */
class SearchAgainstRecordsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Instant START = Instant.parse("2026-01-30T00:00:00Z");
    private static final List<String> TENANTS = List.of("acme", "other");
    private static final List<String> MEMBERS = List.of("anna", "bot", "a:b", "\ud83d\ude00".repeat(200));
    private static final List<String> RESOURCES =
            List.of("files__read", "files__%", "files__", "x".repeat(299) + "\ud83d\ude00y", "x".repeat(400));
    private static final List<String> OUTCOMES = List.of("completed", "denied", "failed");

    private final Database database = new Database();
    private final Random random = new Random(20_261_122);
    /** Times stand still, jump over months and go back. */
    private Instant now = START;

    private final PostgresJournal journal =
            PostgresJournal.start(database.app(), JournalSettings.defaults(), () -> now, new Random(1));
    private final Map<UUID, Known> calls = new HashMap<>();
    private final List<UUID> running = new ArrayList<>();

    /** What looking at every record of a call tells. */
    private static final class Known {
        private final String tenant;
        private final UUID id;
        private final Map<String, String> values = new HashMap<>();
        private Instant at = Instant.MAX;

        Known(String tenant, UUID id) {
            this.tenant = tenant;
            this.id = id;
        }

        String kind() {
            return String.valueOf(values.get("kind"));
        }
    }

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Receipt write(Known call, EventKind kind, Facts facts) {
        call.at = call.at.isAfter(now) ? now : call.at;
        call.values.put("kind", kind.code());
        return journal.append(JournalEntry.of(new AuditEvent(call.tenant, kind, call.id, facts)));
    }

    private Receipt open() {
        Known call = new Known(one(TENANTS), UUID.randomUUID());
        calls.put(call.id, call);
        String kind = one(List.of("user", "agent"));
        String member = one(MEMBERS);
        String resource = one(RESOURCES);
        String key = "key" + random.nextInt(4);
        Facts subject = new Facts().put("kind", kind).put("member", member).put("key", key);
        call.values.put("member", kind + ":" + member);
        call.values.put("key", key);
        call.values.put("resource", resource);
        call.values.put("type", "tool");
        if (random.nextBoolean()) {
            String session = "s" + random.nextInt(1000);
            subject.put("session", session);
            call.values.put("session", session);
        }
        Facts facts = new Facts().put("type", "tool").put("resource", resource).put("subject", subject);
        if (random.nextInt(10) == 0) {
            call.values.put("outcome", "denied");
            call.values.put("reason", "no_matching_grant");
            return write(
                    call, EventKind.CALL_REFUSED, facts.put("outcome", "denied").put("reason", "no_matching_grant"));
        }
        running.add(call.id);
        return write(call, EventKind.CALL_OPENED, facts);
    }

    private Receipt end() {
        Known call = Objects.requireNonNull(calls.get(running.remove(random.nextInt(running.size()))));
        String outcome = one(OUTCOMES);
        Facts facts = new Facts().put("outcome", outcome);
        call.values.put("outcome", outcome);
        if (!outcome.equals("completed")) {
            String reason = "reason" + random.nextInt(3);
            call.values.put("reason", reason);
            facts.put("reason", reason);
        }
        // Admitted too late for the one who waited for it.
        boolean refused = random.nextInt(5) == 0;
        return write(call, refused ? EventKind.CALL_REFUSED : EventKind.CALL_CLOSED, facts);
    }

    private void tick() {
        switch (random.nextInt(12)) {
            case 0 -> now = now.plus(Duration.ofHours(random.nextInt(30)));
            case 1 -> now = now.minus(Duration.ofHours(random.nextInt(20)));
            case 2, 3, 4 -> now = now.plusNanos(1000L * random.nextInt(1_000_000));
            default -> {
                // The same microsecond.
            }
        }
    }

    private static boolean isSought(Known call, Sought sought) {
        return call.tenant.equals(sought.tenant())
                && (sought.since() == null || !call.at.isBefore(sought.since()))
                && (sought.until() == null || call.at.isBefore(sought.until()))
                && isMember(call, sought.member())
                && is(call, "key", sought.key())
                && is(call, "type", sought.type())
                && is(call, "resource", sought.resource())
                && is(call, "session", sought.session())
                && is(call, "outcome", sought.outcome())
                && is(call, "reason", sought.reason())
                && is(call, "kind", sought.kind());
    }

    private static boolean isMember(Known call, @Nullable String wanted) {
        return wanted == null
                || (wanted.indexOf(':') >= 0
                        ? is(call, "member", wanted)
                        : is(call, "member", "user:" + wanted) || is(call, "member", "agent:" + wanted));
    }

    /** Long texts are told apart by their beginnings only. */
    private static boolean is(Known call, String name, @Nullable String wanted) {
        return wanted == null || beginning(wanted).equals(beginning(String.valueOf(call.values.get(name))));
    }

    private static String beginning(String text) {
        return text.length() <= 300 ? text : text.substring(0, Character.isHighSurrogate(text.charAt(299)) ? 299 : 300);
    }

    private @Nullable String maybe(int oneOf, List<String> values) {
        return random.nextInt(oneOf) == 0 ? one(values) : null;
    }

    private Sought question() {
        Instant since = START.plus(Duration.ofHours(random.nextInt(2000) - 200));
        return new Sought(
                one(TENANTS),
                null,
                maybe(3, List.of("anna", "user:bot", "agent:a:b", "nobody", "user:" + MEMBERS.getLast())),
                maybe(6, List.of("key0", "key3", "key4")),
                maybe(5, List.of("tool", "llm")),
                maybe(3, RESOURCES),
                maybe(8, List.of("s1", "s17", "s500")),
                maybe(3, OUTCOMES),
                maybe(4, List.of("reason0", "reason1", "no_matching_grant")),
                maybe(5, List.of("call.closed", "call.opened", "call.refused")),
                random.nextInt(3) == 0 ? since : null,
                random.nextInt(3) == 0 ? since.plus(Duration.ofHours(random.nextInt(500))) : null);
    }

    private void assertFound(PostgresSearch search, Sought sought) {
        List<String> wanted = calls.values().stream()
                .filter(call -> isSought(call, sought))
                .sorted(Comparator.comparing((Known call) -> call.at)
                        .thenComparing(call -> call.id, Entry::compareIds)
                        .reversed())
                .map(call -> call.at + " " + call.id + " " + call.kind())
                .toList();
        List<String> found = new ArrayList<>();
        String after = null;
        int size = 1 + random.nextInt(random.nextBoolean() ? 30 : 500);
        int most = 20 * size;
        do {
            PostgresSearch.Page page = search.search(sought, after, size);
            page.entries().forEach(entry -> found.add(entry.at() + " " + entry.id() + " " + entry.kind()));
            after = page.next();
        } while (after != null && found.size() < most);
        assertEquals(wanted.subList(0, Math.min(wanted.size(), after == null ? wanted.size() : found.size())), found);
    }

    @Test
    void everyAnswerIsThatOfLookingAtEveryRecord() throws SQLException {
        PostgresSearch search = new PostgresSearch(database.app(), Duration.ofSeconds(30), true);
        try (RecordIndexer indexer = new RecordIndexer(database.app(), SECOND)) {
            long indexed = 0;
            for (int round = 0; round < 36; round++) {
                Receipt last = open();
                for (int i = random.nextInt(round % 20 == 19 ? 3000 : 60); i > 0; i--) {
                    tick();
                    last = running.size() > 20 && random.nextInt(11) > 4 ? end() : open();
                }
                last.await();
                indexed += indexer.runOnce();
                for (int asked = 0; asked < 4; asked++) {
                    assertFound(search, question());
                }
            }
            for (String tenant : TENANTS) {
                assertFound(search, Sought.all(tenant));
            }
            assertEquals(running.size(), database.number("SELECT count(*) FROM search.unfinished"));
            RecordIndexer.empty(database.app());
            assertEquals(indexed, indexer.runOnce());
            for (int asked = 0; asked < 20; asked++) {
                assertFound(search, question());
            }
        }
    }
}
