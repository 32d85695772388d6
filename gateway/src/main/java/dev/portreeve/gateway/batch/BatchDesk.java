package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.model.BatchPlace;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes batches in: has every item's first round, and sends them when all are held. A batch is taken whole or not at all; what was held for one
 * that is not is given back. Thread-safe; {@link #submit} blocks its caller until the provider has answered.
 */
public final class BatchDesk {
    /** How long providers work on a batch. */
    public static final Duration WINDOW = Duration.ofHours(24);
    /** How long a batch's money is held at most: so long, and time to settle. */
    public static final Duration TIME = WINDOW.plusHours(2);

    private static final Logger LOG = LoggerFactory.getLogger(BatchDesk.class);
    private static final int AT_ONCE = 64;
    private static final int PAGE = 500;
    private static final int NOTING = 3;
    private static final Duration NOTING_PAUSE = Duration.ofMillis(300);

    private final Batches batches;
    private final CallGovernor governor;
    private final SecondRounds rounds;
    private final Bounds bounds;
    private final UUID gateway;
    private final InstantSource clock;

    /**
     * The limits of batches.
     *
     * @param mostOpen of one tenant
     * @param sending how long a provider may take to answer that it has one
     * @param lookIn when to look first what became of one
     */
    public record Bounds(int mostOpen, Duration sending, Duration lookIn) {}

    /** @param gateway names this run of this process */
    public BatchDesk(Batches batches, CallGovernor governor, Bounds bounds, UUID gateway, InstantSource clock) {
        this.batches = batches;
        this.governor = governor;
        this.rounds = new SecondRounds(governor);
        this.bounds = bounds;
        this.gateway = gateway;
        this.clock = clock;
    }

    /**
     * A batch as it came.
     *
     * @param id that its items' calls name
     * @param notes what the dialect wants to say of it again, as a JSON object
     * @param items at least one, with different ids
     * @param place where all of them go
     * @param passedHeaders the caller's headers that may be passed on
     */
    public record Draft(
            UUID id,
            Subject owner,
            Dialect dialect,
            Operation operation,
            String notes,
            String provider,
            String providerKey,
            List<ItemPlan> items,
            BatchPlace place,
            Map<String, String> passedHeaders) {
        public Draft {
            items = List.copyOf(items);
        }
    }

    /** What became of a draft. */
    public sealed interface Submission {
        /** The provider has it. */
        record Taken(Batch batch) implements Submission {}

        /** The tenant has as many open as it may. */
        record TooMany(int most) implements Submission {}

        /** An item was refused, so nothing was sent and nothing is held. */
        record Refused(String customId, CallOutcome.Incomplete outcome) implements Submission {}

        /** The provider did not take it; nothing is held. */
        record NotTaken(UpstreamFault fault, ProviderReply reply) implements Submission {}

        /** Nobody knows whether the provider has it. What is held stays held, and is charged when its time is over. */
        record Unknown(Batch batch, UpstreamFault fault) implements Submission {}
    }

    /**
     * Takes a batch in. Whatever is thrown: what was held is given back, now or by whoever looks after batches; what may have been sent stays
     * held.
     *
     * @throws dev.portreeve.audit.EvidenceUnavailable if evidence cannot be stored
     * @throws Batches.Unavailable if the batch cannot be noted
     */
    public Submission submit(Draft draft) {
        List<Price> prices = new ArrayList<>();
        List<HeldItem> items = new ArrayList<>();
        for (ItemPlan plan : draft.items()) {
            items.add(HeldItem.of(items.size(), plan, price(prices, plan)));
        }
        Batch batch = batch(draft, prices);
        if (!batches.begin(batch, items, gateway, BatchKeeper.LEASE, bounds.mostOpen())) {
            return new Submission.TooMany(bounds.mostOpen());
        }
        FirstRounds first = new FirstRounds(batch, draft.items());
        boolean kept = false;
        try {
            Submission.Refused refused = first.hold();
            if (refused != null) {
                return refused;
            }
            if (!batches.sending(batch)) {
                throw new IllegalStateException("batch " + batch.name() + " was taken from its gateway");
            }
            BatchPlace.Sent sent =
                    draft.place().send(first.sendable(), draft.passedHeaders(), Deadline.in(bounds.sending()));
            kept = !(sent instanceof BatchPlace.Sent.Refused);
            return sent(draft, batch, sent);
        } finally {
            if (!kept) {
                giveBack(batch);
            }
        }
    }

    private static int price(List<Price> prices, ItemPlan plan) {
        Price price = plan.call().estimate().price();
        int known = prices.indexOf(price);
        if (known < 0) {
            prices.add(price);
        }
        return known < 0 ? prices.size() - 1 : known;
    }

    private Batch batch(Draft draft, List<Price> prices) {
        // As the database keeps it.
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return new Batch(
                draft.id(),
                draft.owner(),
                draft.dialect(),
                draft.operation(),
                draft.notes(),
                draft.provider(),
                draft.providerKey(),
                Batch.State.PREPARING,
                null,
                prices,
                draft.items().size(),
                now,
                now.plus(TIME),
                null,
                false,
                null);
    }

    private Submission sent(Draft draft, Batch batch, BatchPlace.Sent sent) {
        return switch (sent) {
            case BatchPlace.Sent.Taken(String id) -> {
                note(draft, batch, id);
                yield new Submission.Taken(batch);
            }
            case BatchPlace.Sent.Refused(UpstreamFault fault, ProviderReply reply) ->
                new Submission.NotTaken(fault, reply);
            case BatchPlace.Sent.Unknown(UpstreamFault fault) -> {
                LOG.warn(
                        "nobody knows whether the provider has batch {}: what it holds is charged when its time is over",
                        batch.name());
                batches.later(batch, gateway, TIME);
                yield new Submission.Unknown(batch, fault);
            }
        };
    }

    /** Without its name nobody would ever hear of it again: if that cannot be kept, it had better not be made. */
    private void note(Draft draft, Batch batch, String id) {
        Batches.Unavailable away = null;
        for (int i = 0; i < NOTING; i++) {
            try {
                if (!batches.running(batch, id, bounds.lookIn())) {
                    // It was noted the first time, although nobody heard so.
                    LOG.debug("batch {} is noted already", batch.name());
                }
                return;
            } catch (Batches.Unavailable down) {
                away = down;
                pause();
            }
        }
        LOG.warn(
                "batch {} is at the provider as {}, which cannot be stored: it is cancelled there, and charged as held when its time is over",
                batch.name(),
                id);
        if (!draft.place().cancel(id, Deadline.in(bounds.sending()))) {
            LOG.warn("the provider has not heard that batch {} is cancelled", id);
        }
        throw away == null ? new IllegalStateException("a batch was not noted") : away;
    }

    private static void pause() {
        try {
            Thread.sleep(NOTING_PAUSE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Never throws: what cannot be given back now is by whoever looks after batches. */
    private void giveBack(Batch batch) {
        try {
            release(batch);
        } catch (RuntimeException away) {
            LOG.warn("what batch {} held is given back later: {}", batch.name(), away.getMessage());
        }
    }

    /** Ends all items of a batch that was not sent, and forgets it. */
    void release(Batch batch) {
        CallOutcome.Incomplete why = SecondRounds.becauseOfAnother("the batch " + batch.name() + " was not sent");
        int last = -1;
        List<HeldItem> open = batches.open(batch, last, PAGE);
        while (!open.isEmpty()) {
            AtOnce.each(open, AT_ONCE, item -> {
                rounds.notSent(batch, item, why);
                return true;
            });
            last = open.getLast().ordinal();
            open = batches.open(batch, last, PAGE);
        }
        if (!batches.refused(batch)) {
            LOG.debug("batch {} is forgotten already", batch.name());
        }
    }

    /** The first round of each item. For one batch; {@link #hold} once. */
    private final class FirstRounds {
        private final Batch batch;
        private final List<ItemPlan> plans;
        private final byte[] @Nullable [] bodies;
        private final AtomicReference<Submission.@Nullable Refused> refused = new AtomicReference<>();
        private volatile long renewedNanos = System.nanoTime();

        FirstRounds(Batch batch, List<ItemPlan> plans) {
            this.batch = batch;
            this.plans = plans;
            this.bodies = new byte[plans.size()][];
        }

        /** Holds all; gives the first that was refused, after which no further one was begun. */
        Submission.@Nullable Refused hold() {
            List<Integer> places = IntStream.range(0, plans.size()).boxed().toList();
            // A limit or a rule that refuses all refuses the first: the others are not begun before.
            AtOnce.each(places.subList(0, 1), 1, this::hold);
            if (refused.get() == null) {
                AtOnce.each(places.subList(1, places.size()), AT_ONCE, this::hold);
            }
            return refused.get();
        }

        private boolean hold(int at) {
            ItemPlan plan = plans.get(at);
            CallOutcome outcome = governor.<AnswerChunk>govern(
                    plan.call(),
                    (cleared, out) -> {
                        bodies[at] = plan.body().apply(cleared);
                        throw new CallEnded(new CallOutcome.Pending());
                    },
                    chunk -> {});
            if (outcome instanceof CallOutcome.Pending) {
                renew();
                return refused.get() == null;
            }
            if (outcome instanceof CallOutcome.Incomplete incomplete) {
                refused.compareAndSet(null, new Submission.Refused(plan.customId(), incomplete));
                return false;
            }
            throw new IllegalStateException("the first round of an item gives no answer");
        }

        private void renew() {
            long now = System.nanoTime();
            if (now - renewedNanos > BatchKeeper.LEASE.toNanos() / 3) {
                renewedNanos = now;
                if (!batches.renew(batch, gateway, BatchKeeper.LEASE)) {
                    throw new IllegalStateException("batch " + batch.name() + " was taken from its gateway");
                }
            }
        }

        List<BatchPlace.Item> sendable() {
            List<BatchPlace.Item> items = new ArrayList<>();
            for (int i = 0; i < bodies.length; i++) {
                byte[] body = bodies[i];
                if (body == null) {
                    throw new IllegalStateException("an item that was held has no body");
                }
                items.add(new BatchPlace.Item(plans.get(i).customId(), body));
            }
            return items;
        }
    }
}
