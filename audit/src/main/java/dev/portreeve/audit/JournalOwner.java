package dev.portreeve.audit;

import java.util.List;
import java.util.UUID;

/**
 * The process that keeps a journal.
 *
 * @param process tells it from others that write to the same log
 * @param tenants whose logs it writes to, beside that of {@link AuditEvent#INSTANCE}
 */
public record JournalOwner(UUID process, List<String> tenants) {
    public JournalOwner {
        tenants = List.copyOf(tenants);
    }
}
