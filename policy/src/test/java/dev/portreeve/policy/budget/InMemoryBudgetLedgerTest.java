package dev.portreeve.policy.budget;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.audit.PostingBook;
import java.util.List;
import java.util.UUID;

class InMemoryBudgetLedgerTest extends BudgetLedgerContract {
    @Override
    PurseFixture open() {
        TestClock clock = new TestClock(NOON);
        InMemoryJournal journal = new InMemoryJournal(clock);
        InMemoryBudgetLedger ledger = new InMemoryBudgetLedger(OrganisationConfig.EMPTY, clock);
        AuditLog audit = new AuditLog(journal);
        return new PurseFixture() {
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
            public Balance balance(WindowKey window) {
                return ledger.balance(window);
            }

            @Override
            public List<String> records(UUID callId) {
                return journal.events(callId).stream()
                        .map(event -> event.kind().code())
                        .toList();
            }

            @Override
            public void close() {
                journal.close();
            }
        };
    }
}
