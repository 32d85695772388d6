package dev.portreeve.policy.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Subject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What sessions are labelled with, as replicas on one database see it. */
class PostgresSessionLabelsTest {
    private static final Subject BOT = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "k00000000001");
    private static final Set<String> NONE = Set.of();

    private final TestDatabase database = TestDatabase.fresh();
    private final PostgresJournal journal = PostgresJournal.start(
            database.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random(1));
    private final PostgresSessionLabels labels = replica(SessionConfig.LabelsOf.SESSION);

    private PostgresSessionLabels replica(SessionConfig.LabelsOf of) {
        return new PostgresSessionLabels(
                database.app().dataSource(), new AuditLog(journal), new SessionConfig(Duration.ofHours(1), of));
    }

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    private static Subject in(String session) {
        return BOT.through(new Entrance("", null, session));
    }

    private static Subject child(String session) {
        return new Subject("acme", "support", Subject.Kind.AGENT, "bot", "child0000000")
                .by(new Delegation(List.of(BOT.keyId()), List.of(Confines.NONE)))
                .through(new Entrance("", null, session));
    }

    private void set(Subject subject, String... some) {
        for (String label : some) {
            labels.set(subject, UUID.randomUUID(), Map.of(label, "rule"));
        }
    }

    private void execute(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    @Test
    void anotherReplicaSeesALabelAtOnce() {
        set(in("s1"), "private", "untrusted");
        assertEquals(
                Set.of("private", "untrusted"),
                replica(SessionConfig.LabelsOf.SESSION).of(in("s1")));
        assertEquals(NONE, labels.of(in("s2")), "another conversation");
        assertEquals(
                NONE,
                labels.of(new Subject("other", null, Subject.Kind.AGENT, "bot", BOT.keyId())
                        .through(new Entrance("", null, "s1"))),
                "another tenant");
        assertEquals(
                NONE,
                labels.of(new Subject("acme", null, Subject.Kind.AGENT, "bot", "k00000000002")
                        .through(new Entrance("", null, "s1"))),
                "another key");
    }

    @Test
    void leavingTheNameOutIsNoWayToBeRidOfALabel() {
        set(in("s1"), "private");
        assertEquals(Set.of("private"), labels.of(in("")), "without a name it is any of the key's sessions");
        set(in(""), "untrusted");
        assertEquals(Set.of("private", "untrusted"), labels.of(in("s1")));
        assertEquals(Set.of("untrusted"), labels.of(in("brand-new")), "what was done without a name is said of all");
    }

    @Test
    void aKeyThatAKeyMadeIsOneWithIt() {
        set(in("s1"), "private");
        assertEquals(Set.of("private"), labels.of(child("its-own")), "it was told by the one above");
        set(child("its-own"), "untrusted");
        assertEquals(Set.of("private", "untrusted"), labels.of(in("s1")), "and tells it");
    }

    @Test
    void byKeyNoNameMakesASessionOfItsOwn() {
        PostgresSessionLabels strict = replica(SessionConfig.LabelsOf.KEY);
        strict.set(in("s1"), UUID.randomUUID(), Map.of("private", "rule"));
        assertEquals(Set.of("private"), strict.of(in("s2")));
    }

    @Test
    void aLabelEndsWhenNothingHasSetItForLongEnoughAndIsForgottenThen() {
        set(in("s1"), "private", "untrusted");
        execute(
                "UPDATE policy.session_label SET expires_at = clock_timestamp() - interval '1 second' WHERE label = 'private'");
        assertEquals(Set.of("untrusted"), labels.of(in("s1")));
        execute(
                "UPDATE policy.session_label SET expires_at = clock_timestamp() + interval '10 minutes' WHERE label = 'untrusted'");
        set(in("s1"), "untrusted");
        execute("UPDATE policy.session_label SET expires_at = expires_at - interval '50 minutes'");
        assertEquals(Set.of("untrusted"), labels.of(in("s1")), "it was set again and lasts from then");
        assertEquals(1, PostgresSessionLabels.forget(database.app().dataSource()));
        set(in("s1"), "private");
        assertEquals(Set.of("private", "untrusted"), labels.of(in("s1")));
    }

    @Test
    void beyondSoManySessionsALabelIsSaidOfAll() {
        execute("INSERT INTO policy.session_label (tenant, key_id, session, label, call_id, rule, expires_at)"
                + " SELECT 'acme', 'k00000000001', 's-' || n, 'x', gen_random_uuid(), 'r', now() + interval '1 hour'"
                + " FROM generate_series(1, 10000) n");
        set(in("one-more"), "private");
        assertEquals(Set.of("private"), labels.of(in("yet-another")));
        set(in("s-7"), "own");
        assertEquals(Set.of("private", "x", "own"), labels.of(in("s-7")));
    }

    @Test
    void aLabelThatCannotBeMadeDurableIsSaid() {
        journal.close();
        assertThrows(EvidenceUnavailable.class, () -> set(in("s1"), "private"));
        assertTrue(labels.of(in("s1")).isEmpty());
    }
}
