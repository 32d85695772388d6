package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.PostgresOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresApprovalTest extends ApprovalContract {
    private final Database database = new Database();
    private final Semaphore connections = new Semaphore(16);
    private PostgresJournal journal = journal();
    private AuditLog audit = new AuditLog(journal);

    private PostgresJournal journal() {
        return PostgresJournal.start(database.app(), JournalSettings.defaults(), InstantSource.system(), new Random(9));
    }

    @AfterEach
    void close() {
        journal.close();
        database.close();
    }

    private void restart() {
        journal.close();
        journal = journal();
        audit = new AuditLog(journal);
        forgetEverythingInMemory();
    }

    @Override
    ApprovalStore store() {
        return new BoundedReads(new PostgresApprovalStore(database.app()), connections);
    }

    /** Reads with as many connections as a pool would have: the server has fewer than a hundred. */
    private record BoundedReads(ApprovalStore store, Semaphore connections) implements ApprovalStore {
        private <T> T bounded(Supplier<T> read) {
            connections.acquireUninterruptibly();
            try {
                return read.get();
            } finally {
                connections.release();
            }
        }

        @Override
        public Optional<Ticket> latest(String tenant, String binding) {
            return bounded(() -> store.latest(tenant, binding));
        }

        @Override
        public Optional<Ticket> find(String tenant, UUID id) {
            return bounded(() -> store.find(tenant, id));
        }

        @Override
        public List<Ticket> list(String tenant, @Nullable TicketState state, int limit) {
            return bounded(() -> store.list(tenant, state, limit));
        }

        @Override
        public List<Ticket> overdue(int limit) {
            return bounded(() -> store.overdue(limit));
        }

        @Override
        public void apply(Transaction transaction, List<TicketChange> changes) throws SQLException {
            store.apply(transaction, changes);
        }
    }

    @Override
    Outbox outbox() {
        return new PostgresOutbox(database.app());
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
        for (String sql : List.of(
                "UPDATE policy.approval SET requested_at = requested_at - ? * interval '1 second',"
                        + " expires_at = expires_at - ? * interval '1 second',"
                        + " decided_at = decided_at - ? * interval '1 second',"
                        + " redeem_before = redeem_before - ? * interval '1 second'",
                "UPDATE policy.notice SET next_at = next_at - ? * interval '1 second'")) {
            try (Connection connection = database.owner().getConnection();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 1; i <= sql.chars().filter(c -> c == '?').count(); i++) {
                    statement.setLong(i, time.toSeconds());
                }
                statement.executeUpdate();
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static List<Optional<CallOutcome>> together(int count, Supplier<Optional<CallOutcome>> attempt)
            throws Exception {
        CountDownLatch ready = new CountDownLatch(count);
        List<Optional<CallOutcome>> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Optional<CallOutcome>>> attempts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                attempts.add(threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return attempt.get();
                }));
            }
            for (Future<Optional<CallOutcome>> outcome : attempts) {
                outcomes.add(outcome.get());
            }
        }
        return outcomes;
    }

    @Test
    void aHundredRepeatsOfAnApprovedCallRunOnce() throws Exception {
        UUID ticket = ticket(attempt("{\"n\":1}"));
        approve(ticket);
        ApprovalGate here = gate(Duration.ZERO, "v1");
        forgetEverythingInMemory();
        ApprovalGate there = gate(Duration.ZERO, "v1");
        Random random = new Random(100);
        List<Optional<CallOutcome>> outcomes =
                together(100, () -> attempt(random.nextBoolean() ? here : there, write("{\"n\":1}"), ask()));
        assertEquals(1, outcomes.stream().filter(Optional::isEmpty).count());
        assertEquals(
                1,
                outcomes.stream()
                        .filter(Optional::isPresent)
                        .map(PostgresApprovalTest::ticket)
                        .distinct()
                        .count());
        assertEquals(
                1,
                leaves().stream()
                        .filter(leaf -> leaf.contains("approval.redeemed"))
                        .count());
        assertEquals(2, database.number("SELECT count(*) FROM policy.approval"));
    }

    @Test
    void callsThatAskAtTheSameMomentShareATicket() throws Exception {
        List<Optional<CallOutcome>> outcomes = together(40, () -> attempt("{\"n\":2}"));
        assertEquals(
                1,
                outcomes.stream().map(PostgresApprovalTest::ticket).distinct().count());
        assertEquals(1, database.number("SELECT count(*) FROM policy.notice"));
    }

    @Test
    void votesAtTheSameMomentDecideOnce() throws Exception {
        UUID ticket = ticket(attempt("{\"n\":3}"));
        List<VoteResult> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<VoteResult>> votes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Vote vote = vote("approver-" + i, i % 2 == 0 ? Vote.Choice.APPROVE : Vote.Choice.DENY);
                votes.add(threads.submit(() -> approvals().decide("acme", ticket, vote)));
            }
            for (Future<VoteResult> vote : votes) {
                results.add(vote.get());
            }
        }
        assertEquals(
                1, results.stream().filter(VoteResult.Decided.class::isInstance).count());
        assertEquals(1, database.number("SELECT count(*) FROM policy.approval_vote"));
    }

    @Test
    void aYesOutlivesARestartAndItsUseToo() {
        UUID ticket = ticket(attempt("{\"n\":4}"));
        restart();
        assertEquals(ticket, ticket(attempt("{\"n\":4}")));
        approve(ticket);
        restart();
        assertEquals(Optional.empty(), attempt("{\"n\":4}"));
        restart();
        assertTrue(attempt("{\"n\":4}").isPresent());
    }

    @Test
    void ticketRowsSayWhoUsedThem() throws SQLException {
        UUID ticket = ticket(attempt("{\"n\":5}"));
        approve(ticket);
        assertEquals(Optional.empty(), attempt("{\"n\":5}"));
        assertEquals(
                List.of("t"),
                database.texts(
                        "SELECT redeemed_by_call IS NOT NULL AND redeemed_by_call <> requested_by_call"
                                + " FROM policy.approval WHERE id = ?",
                        ticket));
    }

    @Test
    void nothingPassesWhileTheJournalIsClosed() {
        UUID ticket = ticket(attempt("{\"n\":6}"));
        approve(ticket);
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        journal.close();
        assertThrows(dev.portreeve.audit.EvidenceUnavailable.class, () -> attempt(gate, write("{\"n\":6}"), ask()));
        restart();
        assertEquals(Optional.empty(), attempt("{\"n\":6}"));
    }
}
