package dev.portreeve.hub.definition;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.JournalEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The definitions of all servers and the verdicts on them: read from memory, changed in the store together with a record.
 * What the store cannot record does not happen, so a definition that could not be recorded is not in use. Thread-safe; what
 * changes or refreshes blocks on the store.
 */
public final class Definitions {
    /** The longest reason that is kept. */
    public static final int MAX_REASON_CHARS = 500;

    private final DefinitionStore store;
    private final AuditLog audit;
    private final InstantSource clock;
    private final ReentrantLock refreshing = new ReentrantLock();
    private volatile long revision = -1;
    private volatile Map<String, List<StoredDefinition>> byServer = Map.of();

    Definitions(DefinitionStore store, AuditLog audit, InstantSource clock) {
        this.store = store;
        this.audit = audit;
        this.clock = clock;
    }

    /** Definitions in PostgreSQL, read once now. */
    public static Definitions on(DataSource database, AuditLog audit, InstantSource clock) {
        Definitions definitions = new Definitions(new PostgresDefinitionStore(database), audit, clock);
        boolean unused = definitions.refresh();
        return definitions;
    }

    /** For a hub without servers, which needs no database: there are none, and none are taken. */
    public static Definitions none(AuditLog audit, InstantSource clock) {
        return new Definitions(new NoDefinitions(), audit, clock);
    }

    /** What a person decides. */
    public enum Choice {
        ACCEPT,
        REJECT
    }

    /** Grows with each change of {@link #of}; read it before, so that what is made of the two is never taken for newer. */
    public long revision() {
        return revision;
    }

    /** Everything known of a server, in no particular order; never blocks. */
    public List<StoredDefinition> of(String server) {
        return byServer.getOrDefault(server, List.of());
    }

    /** Those of one kind, as {@link #of(String)}. */
    public List<StoredDefinition> of(String server, DefinitionKind kind) {
        return of(server).stream().filter(row -> row.kind() == kind).toList();
    }

    /** The definition that a row would replace, or has replaced: in force now, or last; empty for a tool's first. */
    public Optional<StoredDefinition> previous(StoredDefinition row) {
        List<StoredDefinition> others = of(row.server(), row.kind()).stream()
                .filter(other ->
                        other.name().equals(row.name()) && !other.hash().equals(row.hash()))
                .toList();
        return others.stream()
                .filter(other -> other.verdict().inForce())
                .findFirst()
                .or(() -> others.stream()
                        .filter(other -> other.verdict() == Verdict.SUPERSEDED)
                        .max(Comparator.comparing(Definitions::decidedAt)));
    }

    private static Instant decidedAt(StoredDefinition row) {
        Instant decided = row.decidedAt();
        return decided == null ? row.seenAt() : decided;
    }

    /**
     * Reads what other replicas changed.
     *
     * @return whether anything is different
     * @throws RuntimeException if the store does not answer; what is known stays
     */
    public boolean refresh() {
        refreshing.lock();
        try {
            long now = store.revision();
            if (now == revision) {
                return false;
            }
            byServer = Map.copyOf(store.read().stream().collect(Collectors.groupingBy(StoredDefinition::server)));
            revision = now;
            return true;
        } finally {
            refreshing.unlock();
        }
    }

    /**
     * Takes a server's complete list of one kind. Nothing is written if nothing is different.
     *
     * @param listed all of that kind
     * @return what waits for a person since this list, for a log
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public List<StoredDefinition> listed(
            String server, DefinitionKind kind, List<Definition> listed, DefinitionPolicy policy) {
        Instant now = clock.instant();
        DefinitionPosting trial = new DefinitionPosting(server, kind, shelf -> shelf.list(listed, policy, now));
        if (trial.decide(of(server, kind)).isEmpty()) {
            return List.of();
        }
        DefinitionPosting posting = new DefinitionPosting(server, kind, shelf -> shelf.list(listed, policy, now));
        audit.append(JournalEntry.of(store, posting, () -> DefinitionEvents.listed(posting.decided(), policy)))
                .await();
        boolean unused = refresh();
        Shelf.Change change = posting.decided();
        return change.put().stream()
                .filter(row -> row.offered() && row.verdict().waits())
                .filter(row -> change.before(row)
                        .map(before -> before.verdict() != row.verdict())
                        .orElse(true))
                .toList();
    }

    /**
     * Takes a person's decision about exactly the definition they saw.
     *
     * @param by who decided, for the record
     * @param via by which way: {@code api} or {@code console}
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public Decided decide(StoredDefinition seen, Choice choice, String by, String via, @Nullable String reason) {
        Instant now = clock.instant();
        String why = reason == null || reason.isBlank() ? null : shorten(reason.strip());
        DefinitionPosting posting = new DefinitionPosting(
                seen.server(),
                seen.kind(),
                shelf -> shelf.offered(seen.name(), seen.hash()).ifPresent(row -> {
                    switch (choice) {
                        case ACCEPT -> {
                            if (row.verdict() != Verdict.ACCEPTED) {
                                shelf.accept(row, now, by, why);
                            }
                        }
                        case REJECT -> {
                            if (row.verdict() != Verdict.REJECTED) {
                                shelf.reject(row, now, by, why);
                            }
                        }
                    }
                }));
        audit.append(JournalEntry.of(
                        store, posting, () -> DefinitionEvents.decided(posting.decided(), seen, choice, via)))
                .await();
        boolean unused = refresh();
        Shelf.Change change = posting.decided();
        Optional<StoredDefinition> row = find(seen.server(), seen.kind(), seen.hash());
        if (row.isEmpty() || !row.get().offered()) {
            return new Decided.NotOffered();
        }
        return change.isEmpty() ? new Decided.Already(row.get()) : new Decided.Done(row.get());
    }

    private static String shorten(String text) {
        return text.length() <= MAX_REASON_CHARS ? text : text.substring(0, MAX_REASON_CHARS);
    }

    /** One row, if there is such a one; a hash speaks for the name too. */
    public Optional<StoredDefinition> find(String server, DefinitionKind kind, String hash) {
        return of(server, kind).stream().filter(row -> row.hash().equals(hash)).findFirst();
    }
}
