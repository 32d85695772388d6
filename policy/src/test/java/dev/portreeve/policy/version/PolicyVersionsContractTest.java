package dev.portreeve.policy.version;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.FaultyDatabase;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions on a real database: two gateways that change them at once, and commits whose line breaks. */
class PolicyVersionsContractTest {
    private static final JournalSettings SETTINGS = new JournalSettings(
            64,
            16,
            Duration.ofMillis(5),
            Duration.ofMillis(20),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10));
    private static final List<Rule> FILE = List.of(rule("base", Rule.Effect.ALLOW));

    private final Database database = new Database();
    private final FaultyDatabase faulty = new FaultyDatabase(database.app());
    private final List<PostgresJournal> journals = new ArrayList<>();
    private PolicyVersions here;
    private PolicyVersions there;

    /** In a language of its own: the ids of rules that allow, with commas between; {@code !} stands before those that deny. */
    private static final class Ids implements RuleReader {
        @Override
        public List<Rule> read(String source) {
            if (source.equals(RulesText.EMPTY.source())) {
                return List.of();
            }
            return List.of(source.split(",")).stream()
                    .map(id ->
                            id.startsWith("!") ? rule(id.substring(1), Rule.Effect.DENY) : rule(id, Rule.Effect.ALLOW))
                    .toList();
        }

        @Override
        public void check(List<Rule> rules) {
            if (rules.stream().anyMatch(rule -> rule.id().equals("unusable"))) {
                throw new UnusableRules("not here");
            }
        }
    }

    private static Rule rule(String id, Rule.Effect effect) {
        return new Rule(id, effect, Rule.Who.ANYBODY, List.of(), List.of(id + "__*"), null, List.of(), null);
    }

    @BeforeEach
    void open() {
        here = open(SETTINGS);
        there = open(SETTINGS);
    }

    private PolicyVersions open(JournalSettings settings) {
        PostgresJournal journal = PostgresJournal.start(faulty, settings, InstantSource.system(), new Random(1));
        journals.add(journal);
        PolicyVersions versions =
                PolicyVersions.load(database.app(), FILE, AccessPolicy::of, new Ids(), new AuditLog(journal), false);
        versions.inForce().recordStart();
        return versions;
    }

    @AfterEach
    void close() {
        faulty.up();
        journals.forEach(PostgresJournal::close);
        database.close();
    }

    private static RulesText text(String source) {
        return new RulesText(source, null);
    }

    private static long done(RulesResult result) {
        return assertInstanceOf(RulesResult.Done.class, result).version().number();
    }

    private long records(String action) throws SQLException {
        return database.leaves("_instance").stream()
                .filter(leaf -> leaf.contains("\"action\":\"" + action + "\""))
                .count();
    }

    private List<String> ids(PolicyVersions at) {
        return at.inForce().get().ruleIds();
    }

    @Test
    void ofSeveralWhoPublishAtOnceOneDoes() throws Exception {
        int drafts = 12;
        for (int i = 0; i < drafts; i++) {
            done(here.draft(0, text("r" + i), "ann", "a race"));
        }
        List<RulesResult> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RulesResult>> running = new ArrayList<>();
            for (int i = 1; i <= drafts; i++) {
                long number = i;
                PolicyVersions at = i % 2 == 0 ? here : there;
                running.add(threads.submit(() -> at.publish(number, "bob")));
            }
            for (Future<RulesResult> each : running) {
                results.add(each.get());
            }
        }
        List<Long> winners = results.stream()
                .filter(RulesResult.Done.class::isInstance)
                .map(PolicyVersionsContractTest::done)
                .toList();
        assertEquals(1, winners.size(), results.toString());
        long winner = winners.getFirst();
        assertEquals(
                drafts - 1,
                results.stream()
                        .filter(new RulesResult.Outdated(0, winner)::equals)
                        .count());
        assertEquals(1, records("policy-publish"));
        for (PolicyVersions at : List.of(here, there)) {
            at.inForce().refresh();
            assertEquals(List.of("base", "r" + (winner - 1)), ids(at));
        }
        assertEquals(here.inForce().get().version(), there.inForce().get().version());
    }

    @Test
    void ofTwoWhoRollBackAtOnceNeitherUndoesTheOtherUnseen() throws Exception {
        done(here.publish(done(here.draft(0, text("a"), "ann", "first")), "ann"));
        done(here.publish(done(here.draft(1, text("b"), "ann", "second")), "ann"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RulesResult> one = threads.submit(() -> here.rollback(1, "ann", "back"));
            Future<RulesResult> other = threads.submit(() -> there.rollback(0, "bob", "back"));
            long wins = List.of(one.get(), other.get()).stream()
                    .filter(RulesResult.Done.class::isInstance)
                    .count();
            // One after the other is fine too: then the second saw what the first did.
            assertEquals(wins, records("policy-rollback"));
            assertTrue(wins >= 1);
        }
        assertEquals(1, database.number("SELECT count(*) FROM policy.rules_version WHERE state = 'published'"));
    }

    @ParameterizedTest
    @EnumSource(FaultyDatabase.Fault.class)
    void aPublicationWhoseLineBreaksHappensOnce(FaultyDatabase.Fault fault) throws Exception {
        long draft = done(here.draft(0, text("a"), "ann", "a fault"));
        faulty.commits(fault);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<RulesResult> published = threads.submit(() -> here.publish(draft, "bob"));
            if (fault == FaultyDatabase.Fault.LOST_THEN_COMMITTED) {
                faulty.commitLate();
            }
            assertEquals(draft, done(published.get()));
        }
        assertEquals(1, records("policy-publish"));
        assertEquals(List.of("base", "a"), ids(here));
        assertEquals(
                "published",
                database.texts("SELECT state FROM policy.rules_version").getFirst());
        assertEquals(1, database.number("SELECT number FROM policy.revision WHERE subject = 'rules'"));
    }

    @Test
    void whatCannotBeRecordedDoesNotHappen() throws Exception {
        JournalSettings impatient = new JournalSettings(
                8,
                4,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                Duration.ofSeconds(5),
                Duration.ofSeconds(10));
        PolicyVersions hasty = open(impatient);
        long draft = done(here.draft(0, text("a"), "ann", "an outage"));
        there.inForce().refresh();
        faulty.down();
        assertThrows(EvidenceUnavailable.class, () -> hasty.publish(draft, "bob"));
        assertEquals(List.of("base"), ids(hasty));
        faulty.up();
        there.inForce().refresh();
        assertEquals(List.of("base"), ids(there));
        assertEquals(0, database.number("SELECT count(*) FROM policy.rules_version WHERE state = 'published'"));
        assertEquals(0, records("policy-publish"));
        done(there.publish(draft, "bob"));
    }

    @Test
    void whoeverWasNotToldFindsItByLookingAndRecordsWhatItTakesUp() throws Exception {
        AccessPolicy before = there.inForce().get();
        done(here.publish(done(here.draft(0, text("a"), "ann", "news")), "bob"));
        assertSame(before, there.inForce().get());
        there.inForce().refresh();
        assertEquals(List.of("base", "a"), ids(there));
        List<String> loaded = database.leaves("_instance").stream()
                .filter(leaf -> leaf.contains("policy.loaded") && leaf.contains("\"rules_version\":1"))
                .toList();
        assertEquals(2, loaded.size(), "each gateway says from when on it decides by them");
        assertTrue(loaded.getFirst().contains(there.inForce().get().version()), loaded.toString());
        assertEquals(
                1,
                database.number(
                        "SELECT count(*) FROM policy.policy_version WHERE version = ?",
                        there.inForce().get().version()));
    }

    @Test
    void whatCannotBeUsedHereIsRefusedAndNothingOfItIsInForce() throws Exception {
        long draft = done(here.draft(0, text("unusable,a"), "ann", "wrong"));
        assertThrows(UnusableRules.class, () -> here.publish(draft, "bob"));
        assertThrows(UnusableRules.class, () -> here.publish(done(here.draft(0, text("base"), "ann", "twice")), "bob"));
        assertEquals(0, records("policy-publish"));
        // As another gateway may, whose file differs.
        database.tamper("UPDATE policy.rules_version SET state = 'published', published_by = 'x', published_at = now()"
                + " WHERE number = " + draft);
        here.inForce().refresh();
        RulesInForce.State state = here.inForce().state();
        assertEquals(List.of("base"), state.policy().ruleIds());
        assertEquals(new RulesInForce.Refused(draft, List.of("not here")), state.refused());
        assertThrows(UnusableRules.class, () -> open(SETTINGS));
    }

    @Test
    void aVersionIsNeverAltered() {
        done(here.draft(0, text("a"), "ann", "mine"));
        for (String sql : List.of(
                "UPDATE policy.rules_version SET source = 'b'",
                "UPDATE policy.rules_version SET author = 'bob'",
                "UPDATE policy.rules_version SET reason = 'other'",
                "DELETE FROM policy.rules_version")) {
            SQLException refused = assertThrows(SQLException.class, () -> run(sql));
            assertEquals("42501", refused.getSQLState(), sql);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = database.app().getConnection();
                Statement statement = connection.createStatement()) {
            boolean unused = statement.execute(sql);
        }
    }

    @Test
    void whatIsTooMuchIsRefused() {
        for (int i = 0; i < PostgresRulesVersions.MAX_DRAFTS; i++) {
            done(here.draft(0, text("a"), "ann", "one more"));
        }
        assertEquals(
                new RulesResult.TooManyDrafts(PostgresRulesVersions.MAX_DRAFTS),
                here.draft(0, text("a"), "ann", "one more"));
        done(here.withdraw(1, "ann", "too many"));
        done(here.draft(0, text("a"), "ann", "one more"));
        assertThrows(IllegalArgumentException.class, () -> text("x".repeat(RulesText.MAX_SOURCE_BYTES + 1)));
        assertThrows(IllegalArgumentException.class, () -> here.draft(0, text("a"), "ann", " "));
        assertThrows(IllegalArgumentException.class, () -> here.draft(0, text("a"), "a".repeat(101), "why"));
        assertEquals(new RulesResult.Unknown(500), here.draft(500, text("a"), "ann", "from nowhere"));
        assertEquals(
                List.of(101L, 100L),
                here.page(Long.MAX_VALUE, 2).stream().map(RulesVersion::number).toList());
        assertEquals(
                List.of(2L, 1L),
                here.page(3, 50).stream().map(RulesVersion::number).toList());
    }

    @Test
    void onlyWhatWasInForceComesBack() {
        long first = done(here.publish(done(here.draft(0, text("a"), "ann", "first")), "bob"));
        long never = done(here.draft(first, text("b"), "ann", "never"));
        assertInstanceOf(RulesResult.NeverInForce.class, here.rollback(never, "bob", "back"));
        assertInstanceOf(RulesResult.NoDraft.class, here.publish(first, "bob"));
        assertInstanceOf(RulesResult.NoDraft.class, here.withdraw(first, "bob", "away"));
        done(here.rollback(0, "bob", "none"));
        assertEquals(List.of("base"), ids(here));
        long back = done(here.rollback(first, "bob", "after all"));
        assertEquals(List.of("base", "a"), ids(here));
        RulesVersion version = here.find(back).orElseThrow().version();
        assertEquals(first, version.copyOf());
        assertEquals("bob", version.author());
        assertEquals(new RulesResult.Outdated(first, back), here.publish(never, "bob"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDiffSaysWhatChangedRuleByRule(boolean other) {
        done(here.draft(0, text("a,b,c"), "ann", "first"));
        done(here.draft(0, text("c,!b,d"), "ann", "second"));
        RulesDiff diff =
                other ? there.diff(1, 2).orElseThrow() : here.diff(1, 2).orElseThrow();
        assertEquals(
                List.of("d"), diff.added().stream().map(RulesDiff.Entry::id).toList());
        assertEquals(
                List.of("a"), diff.removed().stream().map(RulesDiff.Entry::id).toList());
        assertEquals(
                List.of(new RulesDiff.Change("b", List.of(new RulesDiff.Member("effect", "\"allow\"", "\"deny\"")))),
                diff.changed());
        assertTrue(here.diff(1, 1).orElseThrow().isEmpty());
        assertTrue(here.diff(1, 9).isEmpty());
        Rule asks = new Rule(
                "asks",
                Rule.Effect.REQUIRE_APPROVAL,
                Rule.Who.ANYBODY,
                rule("x", Rule.Effect.ALLOW).about(),
                null,
                List.of("ann", "bob"),
                Duration.ofMinutes(1),
                2,
                List.of(new Rule.Escalation(Duration.ofSeconds(5), List.of("cleo"))));
        RulesDiff.Entry added =
                RulesDiff.between(List.of(), List.of(asks)).added().getFirst();
        assertEquals("2", added.members().get("quorum"));
        assertEquals("[{\"after\":\"PT5S\",\"to\":[\"cleo\"]}]", added.members().get("escalate"));
        assertEquals("\"PT1M\"", added.members().get("timeout"));
    }
}
