package dev.portreeve.audit;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What must become durable in one piece: at most one posting, and the events that speak of it.
 *
 * @param book whose rows the posting changes; {@code null} when there are only events
 * @param posting the change, and the place where the book leaves its decision
 * @param events asked for after the book has decided, so that a record can say what was decided; may be empty
 * @param weight bytes of contents that wait with it, which the journal bounds
 * @param kept whether it waits for a database that takes nothing, also when whoever awaits it was told that it is not stored: records of calls,
 *     which happened. Any other then is not stored at all, so that what was refused is not done later
 */
public record JournalEntry<P>(
        @Nullable PostingBook<P> book,
        @Nullable P posting,
        Supplier<List<AuditEvent>> events,
        int weight,
        boolean kept) {
    /** An entry without contents. */
    public JournalEntry(@Nullable PostingBook<P> book, @Nullable P posting, Supplier<List<AuditEvent>> events) {
        this(book, posting, events, 0, false);
    }

    public JournalEntry {
        if ((book == null) != (posting == null)) {
            throw new IllegalArgumentException("a posting needs its book, and a book its posting");
        }
    }

    /** An entry that only records. Its facts are written out now, by this thread, and are not changed from here on. */
    public static JournalEntry<Void> of(AuditEvent event) {
        event.facts().render();
        List<AuditEvent> events = List.of(event);
        return new JournalEntry<>(null, null, () -> events, weight(event.payloads()), false);
    }

    /** The same entry, whose events will bring these contents. */
    JournalEntry<P> with(List<SealedPayload> payloads) {
        return payloads.isEmpty() ? this : new JournalEntry<>(book, posting, events, weight(payloads), kept);
    }

    /** The same entry, which stays until it is stored. */
    JournalEntry<P> keep() {
        return new JournalEntry<>(book, posting, events, weight, true);
    }

    private static int weight(List<SealedPayload> payloads) {
        int bytes = 0;
        for (SealedPayload payload : payloads) {
            bytes = Math.addExact(bytes, payload.sealed().length);
        }
        return bytes;
    }

    public static <P> JournalEntry<P> of(PostingBook<P> book, P posting, Supplier<List<AuditEvent>> events) {
        return new JournalEntry<>(book, posting, events);
    }
}
