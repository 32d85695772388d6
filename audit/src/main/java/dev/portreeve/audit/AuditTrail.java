package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
    /** Whether an earlier round of the call, perhaps in another process, wrote its opening record. */
    private final boolean resumed;

    private boolean left;

    /** @param facts gives nothing where somebody else has ended the call, and recorded that */
    private record Closing<P>(PostingBook<P> book, P posting, Supplier<@Nullable Facts> facts) {
        JournalEntry<P> entry(UnaryOperator<Facts> last, Function<Facts, AuditEvent> event, List<SealedPayload> kept) {
            return JournalEntry.of(book, posting, () -> {
                        Facts said = facts.get();
                        return said == null ? List.<AuditEvent>of() : List.of(event.apply(last.apply(said)));
                    })
                    .with(kept);
        }
    }

    AuditTrail(Journal journal, OpenCalls calls, String tenant, UUID callId, Facts opening) {
        this(journal, calls, tenant, callId, opening, false);
    }

    AuditTrail(Journal journal, OpenCalls calls, String tenant, UUID callId, Facts opening, boolean resumed) {
        this.resumed = resumed;
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
        return isOpened() ? closing : opening;
    }

    private boolean isOpened() {
        return opened != null || resumed;
    }

    /**
     * Adds contents to the record that is written next, which stores them in its own transaction.
     *
     * @param commitment what the record says of them
     */
    public void keep(SealedPayload payload, Facts commitment) {
        facts().put("payload_" + payload.name(), commitment);
        (isOpened() ? closingPayloads : openingPayloads).add(payload);
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
     * @param facts asked for after the book applied the settlement; where they are {@code null} there is no last record, since whoever was
     *     first has written it
     */
    public <P> void settle(PostingBook<P> book, P posting, Supplier<@Nullable Facts> facts) {
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
        EventKind kind = isOpened() ? EventKind.CALL_CLOSED : EventKind.CALL_REFUSED;
        Facts last = new Facts().include(isOpened() ? closing : opening).include(outcome);
        List<SealedPayload> payloads = List.copyOf(isOpened() ? closingPayloads : openingPayloads);
        Closing<?> settled = settlement;
        JournalEntry<?> entry = settled == null
                ? JournalEntry.of(new AuditEvent(tenant, kind, callId, last, payloads))
                : settled.entry(last::include, said -> new AuditEvent(tenant, kind, callId, said, payloads), payloads);
        return entry.keep();
    }

    /**
     * Ends the trail without a last record: the call goes on, and whoever learns of its end resumes the trail. For an admitted call.
     *
     * @throws IllegalStateException if there is no opening record that could stand until then
     */
    public void leave() {
        if (opened == null) {
            throw new IllegalStateException("call " + callId + " was not admitted, so nothing of it goes on");
        }
        left = true;
        if (span != null) {
            span.end();
            span = null;
        }
    }

    /** The receipt of the last record, or {@code null} before {@link #conclude}. */
    public @Nullable Receipt concluded() {
        return concluded;
    }

    /** Ends the trail. Without a conclusion (a bug threw past the recipe) the call is recorded as aborted. */
    @Override
    public void close() {
        if (concluded == null && !left) {
            conclude(new Facts().put("outcome", "aborted"));
        }
    }
}
