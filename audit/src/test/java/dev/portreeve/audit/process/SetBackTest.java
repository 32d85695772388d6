package dev.portreeve.audit.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalOwner;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.Gap;
import dev.portreeve.audit.verify.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A clock that is set back while calls are recorded: the log says so, and the verifier takes its word for what seems back-dated. */
class SetBackTest {
    private static final Duration BY = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    private static void record(AuditLog log, int n) {
        log.append(new AuditEvent("acme", EventKind.ADMIN_ACTION, null, new Facts().put("n", n)))
                .await();
    }

    /** Three records, an hour back, three more, and on to after the hour was lived again. */
    private Verification verified(@Nullable JournalOwner owner) throws Exception {
        try (LogFixture fixture = new LogFixture(folder)) {
            try (PostgresJournal journal = PostgresJournal.start(
                    fixture.database().app(), JournalSettings.defaults(), now::get, new Random(1), owner)) {
                AuditLog log = new AuditLog(journal);
                for (int n = 0; n < 6; n++) {
                    if (n == 3) {
                        now.set(now.get().minus(BY));
                    }
                    record(log, n);
                    now.set(now.get().plusSeconds(1));
                }
                now.set(now.get().plus(BY));
                record(log, 6);
            }
            fixture.turn();
            List<String> leaves = fixture.database().leaves("acme");
            if (owner != null) {
                assertTrue(leaves.get(3).contains("\"kind\":\"clock.set_back\""), leaves.toString());
                assertEquals(8, leaves.size());
                assertEquals(1, fixture.database().leaves(AuditEvent.INSTANCE).size());
            }
            return new AuditVerifier(fixture.signer.verifierKey(), Progress.none())
                    .database(fixture.database().app(), null, List.of());
        }
    }

    @Test
    void whatTheLogSaysOfItsClockIsAGapAndNoHarm() throws Exception {
        Verification found = verified(new JournalOwner(UUID.randomUUID(), List.of("acme")));
        assertEquals(List.of(), found.findings());
        assertEquals(
                List.of(Gap.Kind.CLOCK_SET_BACK, Gap.Kind.CLOCK_SET_BACK),
                found.gaps().stream().map(Gap::kind).toList());
        assertEquals(
                List.of(0L, 3L), found.gaps().stream().map(Gap::index).sorted().toList());
    }

    @Test
    void withoutThatTheRecordSeemsBackDated() throws Exception {
        Verification found = verified(null);
        assertEquals(Finding.Kind.BACKDATED, found.findings().getFirst().kind());
        assertEquals(3L, found.findings().getFirst().index());
    }
}
