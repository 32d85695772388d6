package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.audit.PostingBook;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** A replica in memory. */
final class InMemoryPurse implements PurseFixture {
    private final TestClock clock;
    private final InMemoryJournal journal;
    private final InMemoryClaims claims = new InMemoryClaims();
    private final InMemoryBudgetLedger ledger;
    private final AuditLog audit;

    InMemoryPurse(String now) {
        this.clock = new TestClock(now);
        this.journal = new InMemoryJournal(clock);
        this.ledger = new InMemoryBudgetLedger(OrganisationConfig.EMPTY, clock, claims);
        this.audit = new AuditLog(journal);
    }

    @Override
    public BudgetLedger ledger() {
        return ledger;
    }

    @Override
    public PostingBook<BudgetPosting> book() {
        return ledger;
    }

    @Override
    public AuditLog audit() {
        return audit;
    }

    @Override
    public TestClock clock() {
        return clock;
    }

    @Override
    public void organise(OrganisationConfig organisation) {
        ledger.organise(organisation);
    }

    @Override
    public void become(String budgetId, BudgetStatus.State state, String reason) {
        ledger.become(budgetId, new BudgetStatus(state, reason, "ops", clock.instant()));
    }

    @Override
    public void raise(String budgetId, String by, Duration time) {
        ledger.raise(budgetId, new BigDecimal(by), clock.instant().plus(time));
    }

    @Override
    public Balance balance(WindowKey window) {
        return ledger.balance(window);
    }

    @Override
    public IdempotentRuns runs() {
        return claims;
    }

    @Override
    public void presumeDead() {
        claims.presumeDead();
    }

    @Override
    public void age(Duration time) {
        clock.advance(time);
    }

    @Override
    public List<String> records(UUID callId) {
        return journal.events(callId).stream().map(event -> event.kind().code()).toList();
    }

    @Override
    public void close() {
        journal.close();
    }
}
