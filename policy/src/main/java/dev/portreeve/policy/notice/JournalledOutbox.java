package dev.portreeve.policy.notice;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** An outbox that records what operators change in it, in the same transaction. Thread-safe. */
public final class JournalledOutbox implements Outbox {
    private final Outbox messages;
    private final AuditLog audit;
    private final PostgresResending book = new PostgresResending();

    /** @param messages on the same database as the log */
    public JournalledOutbox(Outbox messages, AuditLog audit) {
        this.messages = messages;
        this.audit = audit;
    }

    /** {@inheritDoc} Throws {@link dev.portreeve.audit.EvidenceUnavailable} if it cannot be recorded; then nothing has changed. */
    @Override
    public boolean resend(UUID id) {
        Resending wish = new Resending(id);
        audit.append(JournalEntry.of(book, wish, () -> events(wish))).await();
        return wish.found() != null;
    }

    private static List<AuditEvent> events(Resending wish) {
        Resending.Found found = wish.found();
        if (found == null) {
            return List.of();
        }
        Facts facts = new Facts()
                .put("action", "resend-notice")
                .put("actor", "operator")
                .put("notice", wish.id().toString())
                .put("way", found.way())
                .put("before", new Facts().put("state", "given-up").put("attempts", found.attempts()))
                .put("after", new Facts().put("state", "due").put("attempts", 0));
        return List.of(new AuditEvent(found.tenant(), EventKind.ADMIN_ACTION, null, facts));
    }

    @Override
    public List<Due> claim(Way way, int limit, Duration lease) {
        return messages.claim(way, limit, lease);
    }

    @Override
    public void delivered(Due message) {
        messages.delivered(message);
    }

    @Override
    public void retry(Due message, Duration after, String error) {
        messages.retry(message, after, error);
    }

    @Override
    public void giveUp(Due message, String error) {
        messages.giveUp(message, error);
    }

    @Override
    public List<DeadLetter> dead(int limit) {
        return messages.dead(limit);
    }

    @Override
    public int forget(Duration age) {
        return messages.forget(age);
    }
}
