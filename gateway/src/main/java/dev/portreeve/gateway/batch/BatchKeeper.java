package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.batch.Batches.Unavailable;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.BatchPlace;
import dev.portreeve.gateway.model.BatchPlace.End;
import dev.portreeve.gateway.model.BatchPlace.ItemEnd;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after open batches until each is over, whether or not its caller comes back: asks providers how they stand, settles what ended, passes
 * cancellations on, and gives back what a gateway held that died before it sent. Each gateway runs one; a batch is in the care of one at a time,
 * and of another when that falls silent. That is for thrift only: items are settled once however many settle them. Thread-safe.
 */
public final class BatchKeeper implements AutoCloseable {
    /** How long a gateway may be silent before another takes its batches over. */
    static final Duration LEASE = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(BatchKeeper.class);
    private static final int BATCHES_AT_ONCE = 4;
    private static final int ITEMS_AT_ONCE = 16;
    private static final int CHUNK_ITEMS = 128;
    private static final int CHUNK_BYTES = 8 * 1024 * 1024;
    private static final Duration LONGEST_TICK = Duration.ofSeconds(2);
    private static final Duration EXCHANGE = Duration.ofSeconds(30);
    private static final Duration READING = Duration.ofMinutes(30);
    private static final Duration END_WAIT = Duration.ofSeconds(10);

    private final Batches batches;
    private final BatchDesk desk;
    private final SecondRounds rounds;
    private final Function<Batch, @Nullable BatchPlace> places;
    private final Predicate<Subject> stopped;
    private final Settings settings;
    private final UUID gateway;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Thread thread;
    private boolean woken;
    private volatile boolean closed;

    /**
     * @param lookEvery how often a provider is asked about one batch
     * @param maxResultBytes of one item; a longer one is charged and not kept
     */
    public record Settings(Duration lookEvery, int maxResultBytes) {}

    /** Ends a reading on the way: this gateway stops, or another has the batch by now. */
    private static final class Left extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Left(String why) {
            super(why, null, false, false);
        }
    }

    /**
     * @param places where a batch is; {@code null} if its provider is not configured any more
     * @param stopped whether somebody stopped who made a batch
     * @param gateway names this run of this process
     */
    public BatchKeeper(
            Batches batches,
            BatchDesk desk,
            CallGovernor governor,
            Function<Batch, @Nullable BatchPlace> places,
            Predicate<Subject> stopped,
            Settings settings,
            UUID gateway,
            InstantSource clock) {
        this.batches = batches;
        this.desk = desk;
        this.rounds = new SecondRounds(governor);
        this.places = places;
        this.stopped = stopped;
        this.settings = settings;
        this.gateway = gateway;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("batches").daemon().unstarted(this::loop);
    }

    /** Begins to look; returns at once. */
    public void start() {
        thread.start();
    }

    /** Looks soon: something is due. Returns at once. */
    public void wake() {
        lock.lock();
        try {
            woken = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        while (rest()) {
            try {
                while (runOnce() == BATCHES_AT_ONCE && !closed) {
                    LOG.debug("more batches are due");
                }
            } catch (RuntimeException failed) {
                LOG.warn("batches cannot be looked after and will be tried again: {}", failed.getMessage());
            }
        }
    }

    private boolean rest() {
        Duration tick = settings.lookEvery().compareTo(LONGEST_TICK) < 0 ? settings.lookEvery() : LONGEST_TICK;
        lock.lock();
        try {
            long left = tick.toNanos();
            while (!closed && !woken && left > 0) {
                left = news.awaitNanos(left);
            }
            woken = false;
            return !closed;
        } catch (InterruptedException stop) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks after what is due now, a few batches.
     *
     * @return how many there were
     * @throws Unavailable if the database does not answer
     */
    public int runOnce() {
        List<Batch> due = batches.claim(gateway, LEASE, BATCHES_AT_ONCE);
        AtOnce.each(due, BATCHES_AT_ONCE, batch -> {
            Duration again = settings.lookEvery();
            try {
                again = tend(batch);
            } catch (Left left) {
                again = Duration.ZERO;
            } catch (RuntimeException failed) {
                LOG.warn("batch {} is looked after later: {}", batch.name(), failed.toString());
            }
            batches.later(batch, gateway, again);
            return true;
        });
        return due.size();
    }

    /** @return when to look again */
    private Duration tend(Batch batch) {
        return switch (batch.state()) {
            case PREPARING -> {
                LOG.warn("batch {} was not sent, since its gateway died: what it held is given back", batch.name());
                desk.release(batch);
                yield settings.lookEvery();
            }
            case SENDING -> {
                Duration left = Duration.between(clock.instant(), batch.expiresAt());
                if (left.isNegative()) {
                    lose(batch, "it is not known whether the provider ever had this batch");
                }
                yield left.isNegative() ? settings.lookEvery() : left;
            }
            case RUNNING -> {
                look(batch);
                yield settings.lookEvery();
            }
            case SETTLED, LOST -> settings.lookEvery();
        };
    }

    private void look(Batch batch) {
        BatchPlace place = places.apply(batch);
        String id = batch.providerBatch();
        if (place == null || id == null) {
            LOG.warn("batch {} waits: provider \"{}\" is not configured", batch.name(), batch.provider());
            loseIfOver(batch, "its provider is not configured any more");
            return;
        }
        cancel(batch, place, id);
        switch (place.look(id, Deadline.in(EXCHANGE))) {
            case ENDED -> {
                if (settle(batch, place, id)) {
                    LOG.info("batch {} of {} items is settled", batch.name(), batch.items());
                } else {
                    loseIfOver(batch, "its results could not be read");
                }
            }
            case WORKING -> loseIfOver(batch, "it was not ended in its time");
            case UNSEEN -> loseIfOver(batch, "its provider did not say what became of it");
            case GONE -> loseIfOver(batch, "its provider does not know it any more");
        }
    }

    /** Asked for by its caller, or because somebody stopped that one. */
    private void cancel(Batch batch, BatchPlace place, String id) {
        boolean wanted = batch.cancelAskedAt() != null;
        if (!wanted && stopped.test(batch.owner())) {
            LOG.warn("batch {} is cancelled, since who made it is stopped", batch.name());
            wanted = batches.askCancel(batch);
        }
        if (wanted && !batch.cancelHeard() && place.cancel(id, Deadline.in(EXCHANGE))) {
            batches.cancelHeard(batch);
        }
    }

    private void loseIfOver(Batch batch, String why) {
        if (clock.instant().isAfter(batch.expiresAt())) {
            lose(batch, why);
        }
    }

    /** What its items hold is charged by whoever sweeps holds that are past their time. */
    private void lose(Batch batch, String why) {
        LOG.warn("the time of batch {} is over, and what it held is charged: {}", batch.name(), why);
        ErrorAnswer error = CallErrors.batchLost(why);
        boolean lost = batches.lost(batch, error.body(batch.dialect(), batch.name()));
        if (!lost) {
            LOG.debug("batch {} is over already", batch.name());
        }
    }

    /** @return whether every item has its end */
    private boolean settle(Batch batch, BatchPlace place, String id) {
        Chunk chunk = new Chunk(batch);
        boolean all = place.results(id, chunk::add, Deadline.in(READING));
        chunk.flush();
        if (all) {
            List<HeldItem> silent = batches.open(batch, -1, CHUNK_ITEMS);
            while (!silent.isEmpty()) {
                require(batch);
                List<EndedItem> ended = Collections.synchronizedList(new ArrayList<>());
                AtOnce.each(silent, ITEMS_AT_ONCE, item -> ended.add(rounds.unknown(batch, item)));
                batches.end(batch, ended);
                silent = batches.open(batch, silent.getLast().ordinal(), CHUNK_ITEMS);
            }
        }
        return batches.settled(batch);
    }

    private void require(Batch batch) {
        if (closed) {
            throw new Left("this gateway stops");
        }
        if (!batches.renew(batch, gateway, LEASE)) {
            throw new Left("another gateway has it");
        }
    }

    /** Results that wait to be settled together; bounded in number and size. For the thread that reads them. */
    private final class Chunk {
        private final Batch batch;
        private final List<ItemEnd> ends = new ArrayList<>();
        private long bytes;

        Chunk(Batch batch) {
            this.batch = batch;
        }

        void add(ItemEnd end) {
            ends.add(end);
            bytes += end.body().length;
            if (ends.size() >= CHUNK_ITEMS || bytes >= CHUNK_BYTES) {
                flush();
            }
        }

        void flush() {
            if (ends.isEmpty()) {
                return;
            }
            require(batch);
            List<EndedItem> ended = Collections.synchronizedList(new ArrayList<>());
            AtOnce.each(List.copyOf(ends), ITEMS_AT_ONCE, end -> {
                HeldItem item = batches.item(batch, end.customId()).orElse(null);
                if (item == null) {
                    LOG.warn("batch {} has a result of an item that it has not", batch.name());
                } else if (item.end() == null) {
                    ended.add(bounded(rounds.end(batch, item, end)));
                }
                return true;
            });
            // Only now: what is read by callers is settled and recorded.
            batches.end(batch, ended);
            ends.clear();
            bytes = 0;
        }

        private EndedItem bounded(EndedItem item) {
            if (item.body().length <= settings.maxResultBytes()) {
                return item;
            }
            ErrorAnswer tooLong = CallErrors.resultNotKept(settings.maxResultBytes());
            return new EndedItem(
                    item.ordinal(),
                    item.customId(),
                    End.ERRORED,
                    tooLong.status(),
                    tooLong.body(batch.dialect(), batch.name()));
        }
    }

    /** Ends what is being settled after the items under way, and leaves the rest to other gateways, or to this one's next run. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            if (thread.isAlive() && !thread.join(END_WAIT)) {
                LOG.warn("looking after batches did not end within {} s", END_WAIT.toSeconds());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
