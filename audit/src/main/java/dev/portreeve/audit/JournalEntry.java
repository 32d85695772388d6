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
 */
public record JournalEntry<P>(
        @Nullable PostingBook<P> book, @Nullable P posting, Supplier<List<AuditEvent>> events) {

    public JournalEntry {
        if ((book == null) != (posting == null)) {
            throw new IllegalArgumentException("a posting needs its book, and a book its posting");
        }
    }

    /** An entry that only records. Its facts are written out now, by this thread, and are not changed from here on. */
    public static JournalEntry<Void> of(AuditEvent event) {
        event.facts().render();
        List<AuditEvent> events = List.of(event);
        return new JournalEntry<>(null, null, () -> events);
    }

    public static <P> JournalEntry<P> of(PostingBook<P> book, P posting, Supplier<List<AuditEvent>> events) {
        return new JournalEntry<>(book, posting, events);
    }
}
