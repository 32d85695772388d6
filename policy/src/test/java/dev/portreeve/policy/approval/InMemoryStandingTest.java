package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.InMemoryJournal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

class InMemoryStandingTest extends StandingContract {
    private final AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);
    private final InMemoryApprovalStore store =
            new InMemoryApprovalStore(() -> Instant.now().plus(passed.get()));
    private final InMemoryJournal journal = new InMemoryJournal();
    private final AuditLog audit = new AuditLog(journal);

    @Override
    ApprovalStore store() {
        return store;
    }

    @Override
    AuditLog audit() {
        return audit;
    }

    @Override
    List<String> leaves() {
        return journal.records().stream()
                .map(record -> new String(record.leaf(), StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    void letTimePass(Duration time) {
        passed.updateAndGet(before -> before.plus(time));
    }
}
