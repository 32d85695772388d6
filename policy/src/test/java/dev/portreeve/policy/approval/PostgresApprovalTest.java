package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Database;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.PostgresOutbox;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
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
        public StandingStore standing() {
            return store.standing();
        }

        @Override
        public Optional<Ticket> latest(String tenant, String binding) {
            return bounded(() -> store.latest(tenant, binding));
        }

        @Override
        public List<Ticket> ofCall(String tenant, String call) {
            return bounded(() -> store.ofCall(tenant, call));
        }

        @Override
        public Optional<Ticket> lastUsed(Ticket ticket) {
            return bounded(() -> store.lastUsed(ticket));
        }

        @Override
        public Optional<Ticket> find(String tenant, UUID id) {
            return bounded(() -> store.find(tenant, id));
        }

        @Override
        public List<Ticket> list(String tenant, TicketFilter filter, @Nullable TicketPlace before, int limit) {
            return bounded(() -> store.list(tenant, filter, before, limit));
        }

        @Override
        public List<Ticket> escalating(int limit) {
            return bounded(() -> store.escalating(limit));
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
                        + " redeem_before = redeem_before - ? * interval '1 second',"
                        + " refused_until = refused_until - ? * interval '1 second',"
                        + " session_refused_until = session_refused_until - ? * interval '1 second',"
                        + " escalates_at = escalates_at - ? * interval '1 second'",
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

    /** The fifth of five that may wait is one call's, however many come at once at two gateways. */
    @Test
    void racingCallsAtTwoGatewaysDoNotPassWhatMayWait() throws Exception {
        try (PostgresJournal other = journal()) {
            ApprovalGate here = gate(5);
            ApprovalGate there = gate(new Tickets(store(), new AuditLog(other), Pepper.of(new byte[Pepper.BYTES])), 5);
            AtomicInteger next = new AtomicInteger();
            List<Optional<CallOutcome>> outcomes = together(60, () -> {
                int n = next.getAndIncrement();
                return attempt(n % 2 == 0 ? here : there, write("{\"n\":" + n + "}"), ask());
            });
            assertEquals(5, database.number("SELECT count(*) FROM policy.approval"));
            assertEquals(
                    55,
                    outcomes.stream()
                            .map(Optional::orElseThrow)
                            .filter(outcome -> outcome instanceof CallOutcome.Denied(Denial denial, var b, var a)
                                    && denial.reason() == Denial.Reason.TOO_MANY_WAITING)
                            .count());
        }
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

    /** Everything that can happen to a ticket happens at once, at two gateways; what stands in the end follows from one order of it. */
    @Test
    void racingVotesWithdrawalsAndUsesHaveOneOutcome() throws Exception {
        try (PostgresJournal other = journal()) {
            Approvals there = new Approvals(
                    new Tickets(store(), new AuditLog(other), Pepper.of(new byte[Pepper.BYTES])),
                    config(Duration.ZERO),
                    LINKS);
            Random random = new Random(7);
            for (int round = 0; round < 12; round++) {
                race(there, "{\"round\":" + round + "}", random.nextLong());
            }
        }
    }

    private void race(Approvals there, String arguments, long seed) throws Exception {
        Decision.Ask ask = askFor(2, "ann", "bob", "carla", "dave");
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        UUID ticket = ticket(attempt(gate, write(arguments), ask));
        Random random = new Random(seed);
        List<Supplier<Optional<CallOutcome>>> deeds = new ArrayList<>();
        List<VoteResult.Decided> deciders = Collections.synchronizedList(new ArrayList<>());
        for (String approver : List.of("ann", "bob", "carla", "dave", "ann", "bob")) {
            Approvals at = random.nextBoolean() ? approvals() : there;
            Vote.Choice choice = random.nextInt(5) == 0 ? Vote.Choice.DENY : Vote.Choice.APPROVE;
            deeds.add(() -> {
                if (at.decide("acme", ticket, vote(approver, choice)) instanceof VoteResult.Decided decided) {
                    deciders.add(decided);
                }
                return Optional.of(new CallOutcome.Abandoned());
            });
        }
        AtomicInteger withdrawn = new AtomicInteger();
        for (int i = 0; i < 2 && random.nextBoolean(); i++) {
            deeds.add(() -> {
                if (there.withdraw("acme", ticket, "maria", null) instanceof Withdrawal.Done) {
                    withdrawn.incrementAndGet();
                }
                return Optional.of(new CallOutcome.Abandoned());
            });
        }
        for (int i = 0; i < 8; i++) {
            deeds.add(() -> attempt(gate, write(arguments), ask));
        }
        AtomicInteger next = new AtomicInteger();
        List<Optional<CallOutcome>> outcomes =
                together(deeds.size(), () -> deeds.get(next.getAndIncrement()).get());
        long ran = outcomes.stream().filter(Optional::isEmpty).count();
        TicketState end = approvals().find("acme", ticket).orElseThrow().state();
        assertTrue(deciders.size() <= 1, deciders.toString());
        assertEquals(end instanceof TicketState.Redeemed ? 1 : 0, ran, end.toString());
        assertEquals(end instanceof TicketState.Withdrawn ? 1 : 0, withdrawn.get(), end.toString());
        switch (end) {
            case TicketState.Redeemed redeemed -> assertEquals(2, redeemed.yes().size());
            case TicketState.Approved approved -> assertEquals(2, approved.yes().size());
            case TicketState.Denied ignored -> assertEquals(1, deciders.size());
            case TicketState.Withdrawn ignored -> assertEquals(1, withdrawn.get());
            case TicketState.Waiting waiting -> assertTrue(waiting.yes().size() < 2);
            case TicketState.Expired ignored -> throw new AssertionError("no time has passed");
        }
    }

    @Test
    void theDatabaseItselfRefusesAnApprovalByTooFew() {
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write("{}"), askFor(2, "ann", "bob")));
        SQLException refused = assertThrows(
                SQLException.class,
                () -> database.texts(
                        "UPDATE policy.approval SET state = 'approved', approved_by = '{ann}', redeem_before = now()"
                                + " WHERE id = ? RETURNING state",
                        ticket));
        assertTrue(String.valueOf(refused.getMessage()).contains("approved_by_enough"), refused.getMessage());
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

    /** With ten thousand that wait for another, and a hundred thousand that are over. */
    @Test
    void pagesAreFoundByTheirIndexes() throws SQLException {
        ticket(attempt("{\"n\":7}"));
        String like = "INSERT INTO policy.approval (tenant, id, binding, call_digest, member, key_id, server, tool,"
                + " definition_hash, arguments, rule_id, approvers, policy_version, state, requested_by_call, requested_at,"
                + " expires_at) SELECT 'acme', gen_random_uuid(), sha256(convert_to(%1$s || 'b' || i, 'UTF8')),"
                + " sha256(convert_to('c' || i, 'UTF8')), 'crowd', 'k', 's', 't', '', '\\x7b7d', 'r', '{bob}', 'v', %1$s,"
                + " gen_random_uuid(), now() - i * interval '1 second', now() + interval '1 day'"
                + " FROM generate_series(1, %2$d) i";
        try (Connection connection = database.owner().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(like.formatted("'pending'", 10_000));
            statement.execute(like.formatted("'expired'", 20_000));
            statement.execute("ANALYZE policy.approval");
        }
        Map<TicketFilter, String> indexes = Map.of(
                new TicketFilter.All(), "approval_newest",
                new TicketFilter.Waiting(), "approval_paged",
                new TicketFilter.In(TicketState.Name.EXPIRED), "approval_paged",
                new TicketFilter.In(TicketState.Name.PARTIALLY_APPROVED), "approval_partly",
                new TicketFilter.WaitingFor("bob"), "approval_paged",
                new TicketFilter.WaitingFor("ann"), "approval_asked");
        PostgresApprovalStore store = new PostgresApprovalStore(database.app());
        indexes.forEach((filter, index) -> {
            String plan = store.plan("acme", filter, new TicketPlace(Instant.now(), UUID.randomUUID()), 51);
            assertTrue(plan.contains(index) && !plan.contains("Seq Scan"), filter + ": " + plan);
        });
        assertEquals(
                1,
                store.list("acme", new TicketFilter.WaitingFor("ann"), null, 51).size());
        assertEquals(
                50,
                approvals()
                        .page(List.of("acme"), new TicketFilter.Waiting(), null, 50)
                        .tickets()
                        .size());
    }
}
