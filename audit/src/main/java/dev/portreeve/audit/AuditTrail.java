package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The evidence of one governed call, from {@link AuditLog#open} to {@link #close}. Used by the call's own thread only.
 *
 * <p>At most two records: {@code call.opened} when the call is admitted, in the transaction of its hold, and {@code
 * call.closed} when it ended, in the transaction of its settlement. A call that was never admitted leaves one {@code
 * call.refused} with the facts of both.
 */
public final class AuditTrail implements AutoCloseable {
    private final Journal journal;
    private final OpenCalls calls;
    private final String tenant;
    private final UUID callId;
    private final Facts opening;
    private final Facts closing = new Facts();
    private final List<SealedPayload> openingPayloads = new ArrayList<>(0);
    private final List<SealedPayload> closingPayloads = new ArrayList<>(0);
    private @Nullable Receipt opened;
    private @Nullable Receipt concluded;
    private OpenCalls.@Nullable Span span;
    private @Nullable Closing<?> settlement;

    private record Closing<P>(PostingBook<P> book, P posting, Supplier<Facts> facts) {
        JournalEntry<P> entry(Supplier<AuditEvent> event, List<SealedPayload> payloads) {
            return JournalEntry.of(book, posting, () -> List.of(event.get())).with(payloads);
        }
    }

    AuditTrail(Journal journal, OpenCalls calls, String tenant, UUID callId, Facts opening) {
        this.journal = journal;
        this.calls = calls;
        this.tenant = tenant;
        this.callId = callId;
        this.opening = opening;
    }

    public UUID callId() {
        return callId;
    }

    public String tenant() {
        return tenant;
    }

    /** The facts of the record that is written next: the opening one until {@link #admit}, then the closing one. */
    public Facts facts() {
        return opened == null ? opening : closing;
    }

    /**
     * Adds contents to the record that is written next, which stores them in its own transaction.
     *
     * @param commitment what the record says of them
     */
    public void keep(SealedPayload payload, Facts commitment) {
        facts().put("payload_" + payload.name(), commitment);
        (opened == null ? openingPayloads : closingPayloads).add(payload);
    }

    /**
     * Queues the opening record together with the hold. The events are made after the book decided: if {@code refusal}
     * then says the hold was not admitted, no opening record is written (the trail will end as refused).
     *
     * @param outcome gives, after the decision, the facts of the hold, or {@code null} if it was refused
     */
    public <P> Receipt admit(PostingBook<P> book, P hold, Supplier<@Nullable Facts> outcome) {
        return admit(book, hold, outcome, List::of);
    }

    /**
     * As the other, for a hold that ends something else with it.
     *
     * @param ended gives, after the decision, the events of what it ended; they come before the opening record
     */
    public <P> Receipt admit(
            PostingBook<P> book, P hold, Supplier<@Nullable Facts> outcome, Supplier<List<AuditEvent>> ended) {
        Facts before = new Facts().include(opening);
        List<SealedPayload> payloads = List.copyOf(openingPayloads);
        JournalEntry<P> entry = JournalEntry.of(book, hold, () -> {
            List<AuditEvent> events = new ArrayList<>(ended.get());
            Facts held = outcome.get();
            if (held != null) {
                events.add(new AuditEvent(
                        tenant,
                        EventKind.CALL_OPENED,
                        callId,
                        new Facts().include(before).include(held),
                        payloads));
            }
            return List.copyOf(events);
        });
        return journal.append(entry.with(payloads));
    }

    /** Queues the opening record of a call that holds no money. */
    public Receipt admit() {
        return admit(new Facts());
    }

    /**
     * Queues the opening record of a call whose money was set aside before.
     *
     * @param held the facts of the hold
     */
    public Receipt admit(Facts held) {
        Receipt receipt = journal.appendAhead(JournalEntry.of(new AuditEvent(
                        tenant,
                        EventKind.CALL_OPENED,
                        callId,
                        new Facts().include(opening).include(held),
                        openingPayloads))
                .keep());
        admitted(receipt);
        return receipt;
    }

    /** Queues something that the admitted call needs beside its hold while it runs; no record speaks of it before the last one. */
    public <P> Receipt post(PostingBook<P> book, P posting) {
        return journal.append(JournalEntry.of(book, posting, List::of));
    }

    /** Says that the hold queued by {@link #admit(PostingBook, Object, Supplier)} was admitted, so an opening record exists. */
    public void admitted(Receipt receipt) {
        opened = receipt;
        span = calls.begin();
    }

    /** The receipt of the opening record, or {@code null} while the call is not admitted. */
    public @Nullable Receipt opened() {
        return opened;
    }

    /**
     * Leaves the settlement that must commit with the closing record; written by {@link #conclude} or {@link #close}.
     *
     * @param facts asked for after the book applied the settlement
     */
    public <P> void settle(PostingBook<P> book, P posting, Supplier<Facts> facts) {
        settlement = new Closing<>(book, posting, facts);
    }

    /** Queues the last record with the outcome's facts, and the settlement if there is one. */
    public Receipt conclude(Facts outcome) {
        return concluded(journal.append(last(outcome)));
    }

    /** As {@link #conclude}, for an end nobody waits for: it may share the commit of others. */
    public Receipt concludeUnhurried(Facts outcome) {
        // The end must not come before the beginning.
        boolean begun = opened != null && opened.isDurable();
        return begun ? concluded(journal.appendUnhurried(last(outcome))) : conclude(outcome);
    }

    private Receipt concluded(Receipt receipt) {
        concluded = receipt;
        if (span != null) {
            span.end();
            span = null;
        }
        return receipt;
    }

    private JournalEntry<?> last(Facts outcome) {
        if (concluded != null) {
            throw new IllegalStateException("the trail of call " + callId + " is concluded already");
        }
        EventKind kind = opened == null ? EventKind.CALL_REFUSED : EventKind.CALL_CLOSED;
        Facts last = new Facts().include(opened == null ? opening : closing).include(outcome);
        List<SealedPayload> payloads = List.copyOf(opened == null ? openingPayloads : closingPayloads);
        Closing<?> settled = settlement;
        JournalEntry<?> entry = settled == null
                ? JournalEntry.of(new AuditEvent(tenant, kind, callId, last, payloads))
                : settled.entry(
                        () -> new AuditEvent(
                                tenant,
                                kind,
                                callId,
                                last.include(settled.facts().get()),
                                payloads),
                        payloads);
        return entry.keep();
    }

    /** The receipt of the last record, or {@code null} before {@link #conclude}. */
    public @Nullable Receipt concluded() {
        return concluded;
    }

    /** Ends the trail. Without a conclusion (a bug threw past the recipe) the call is recorded as aborted. */
    @Override
    public void close() {
        if (concluded == null) {
            conclude(new Facts().put("outcome", "aborted"));
        }
    }
}
