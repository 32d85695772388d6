package dev.portreeve.policy.key;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.util.List;

class InMemoryKeyDirectoryTest extends KeyDirectoryContract {
    private final InMemoryJournal journal = new InMemoryJournal(clock);
    private final InMemoryKeyRows rows = new InMemoryKeyRows(clock);
    private final Pepper pepper = Pepper.of(new byte[Pepper.BYTES]);

    @Override
    KeyDirectory open() {
        rows.member("acme", "support", Subject.Kind.AGENT, "bot");
        rows.member("globex", null, Subject.Kind.USER, "ana");
        return replica();
    }

    @Override
    KeyDirectory replica() {
        return rows.directory(new AuditLog(journal), pepper);
    }

    @Override
    void retire(String tenant, String member) {
        rows.retire(tenant, member);
    }

    @Override
    void breakDown() {
        rows.breakDown(true);
    }

    @Override
    List<String> leaves() {
        return journal.records().stream()
                .map(record -> new String(record.leaf(), StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    void close() {
        journal.close();
    }
}
