package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.policy.access.Remember.Scope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresStandingTest extends StandingContract {
    private final Database database = new Database();
    private final PostgresJournal journal = journal();
    private final AuditLog audit = new AuditLog(journal);

    private PostgresJournal journal() {
        return PostgresJournal.start(database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(9));
    }

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    @Override
    ApprovalStore store() {
        return new PostgresApprovalStore(database.app());
    }

    @Override
    AuditLog audit() {
        return audit;
    }

    @Override
    List<String> leaves() {
        try {
            return database.leaves("acme");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** The database's clock cannot be moved, so everything that happened moves into the past. */
    @Override
    void letTimePass(Duration time) {
        try (Connection connection = database.owner().getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "UPDATE policy.standing_approval SET given_at = given_at - ? * interval '1 second',"
                                + " expires_at = expires_at - ? * interval '1 second'")) {
            statement.setLong(1, time.toSeconds());
            statement.setLong(2, time.toSeconds());
            int unused = statement.executeUpdate();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void usesOfTwoGatewaysAreCountedTogetherAndEndWithTheRevocation() throws Exception {
        StandingApproval standing = remember(wish(null, Scope.KEY, "true"));
        try (PostgresJournal other = journal()) {
            Tickets there = new Tickets(store(), new AuditLog(other), PEPPER);
            AtomicBoolean revoked = new AtomicBoolean();
            AtomicInteger ran = new AtomicInteger();
            AtomicInteger ranAfter = new AtomicInteger();
            try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
                List<Future<?>> deeds = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    Tickets at = i % 2 == 0 ? tickets() : there;
                    boolean revokes = i == 25;
                    deeds.add(threads.submit(() -> {
                        if (revokes) {
                            assertInstanceOf(
                                    StandingApprovals.Revocation.Done.class,
                                    approvals(there).remembered().revoke("acme", standing.id(), "maria", null));
                            revoked.set(true);
                            return;
                        }
                        boolean late = revoked.get();
                        if (attempt(at, pay(SHOWN), ask()).isEmpty()) {
                            ran.incrementAndGet();
                            ranAfter.addAndGet(late ? 1 : 0);
                        }
                    }));
                }
                for (Future<?> deed : deeds) {
                    deed.get();
                }
            }
            assertEquals(0, ranAfter.get(), "no call that began after it was revoked");
            StandingApproval now =
                    approvals().remembered().find("acme", standing.id()).orElseThrow();
            assertEquals(ran.get(), now.uses());
            assertTrue(ran.get() > 0 && ran.get() < 60, "both came to their turn: " + ran);
            assertFalse(attempt(there, pay(SHOWN), ask()).isEmpty());
        }
    }

    @Test
    void theLastUsesGoToAsManyCallsAsThereAreUses() throws Exception {
        UUID ticket = asked(pay(SHOWN), ask());
        assertInstanceOf(
                VoteResult.Decided.class,
                approvals().decide("acme", ticket, ballot(yes(), new Wish(null, Scope.KEY, null, Map.of(), 5))));
        assertTrue(runs(SHOWN));
        try (PostgresJournal other = journal();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            Tickets there = new Tickets(store(), new AuditLog(other), PEPPER);
            List<Future<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Tickets at = i % 2 == 0 ? tickets() : there;
                calls.add(threads.submit(() -> attempt(at, pay(SHOWN), ask()).isEmpty()));
            }
            int ran = 0;
            for (Future<Boolean> call : calls) {
                ran += call.get() ? 1 : 0;
            }
            assertEquals(5, ran);
        }
        assertEquals(
                StandingApproval.State.USED_UP,
                approvals().remembered().list("acme", true, 10).getFirst().state());
    }

    @Test
    void theDatabaseItselfRefusesWhatLastsTooLong() {
        remember(wish(null, null, null));
        SQLException refused = assertThrows(
                SQLException.class,
                () -> database.texts(
                        "UPDATE policy.standing_approval SET expires_at = now() + interval '9 hours' RETURNING state"));
        assertTrue(String.valueOf(refused.getMessage()).contains("check constraint"), refused.getMessage());
    }
}
