package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.ModelConfig.CoolDown;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How one place has been doing lately: after failures in a row it is left out for a while, then one call tries it, and if that
 * fails too it is left out for twice as long. Known to this process only. Thread-safe; nothing here blocks.
 */
public final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final Duration IN_A_ROW = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int MAX_DOUBLINGS = 10;

    private final String name;
    private final InstantSource clock;
    private volatile boolean troubled;
    private int failures;
    private int pauses;
    private Instant last = Instant.MIN;
    private @Nullable Instant outUntil;
    private boolean probing;
    private @Nullable FailureClass lastKind;

    /** @param name of the place, for the log */
    public Health(String name, InstantSource clock) {
        this.name = name;
        this.clock = clock;
    }

    /** Whether a call may go there. */
    public boolean isFit() {
        return !troubled || isIn();
    }

    private synchronized boolean isIn() {
        Instant until = outUntil;
        if (until == null) {
            return true;
        }
        Instant now = clock.instant();
        // A clock that was set back must not leave a place out for longer than anything ever is.
        boolean over = !now.isBefore(until) || now.plus(LONGEST).isBefore(until);
        return over && !probing;
    }

    /**
     * How it is now.
     *
     * @param models the configured names whose calls can go there
     */
    synchronized PlaceState state(String provider, String model, String key, List<String> models) {
        FailureClass kind = lastKind;
        PlaceState.State state = outUntil == null
                ? PlaceState.State.READY
                : isIn() || probing ? PlaceState.State.ON_TRIAL : PlaceState.State.LEFT_OUT;
        return new PlaceState(
                provider,
                model,
                key,
                models,
                state,
                failures,
                kind == null ? null : kind.code(),
                kind == null ? null : last,
                state == PlaceState.State.LEFT_OUT ? outUntil : null);
    }

    /** Until when it is left out; {@code null} while it is not. */
    public synchronized @Nullable Instant outUntil() {
        return outUntil;
    }

    /**
     * A call goes there now.
     *
     * @return whether it is the one by whose fate the place comes back; whoever hears so must call {@link #tried} at last
     */
    public boolean begin() {
        return troubled && probe();
    }

    private synchronized boolean probe() {
        boolean first = outUntil != null && !probing;
        probing |= first;
        return first;
    }

    /** The call by whose fate the place comes back has ended, one way or the other. */
    public synchronized void tried() {
        probing = false;
    }

    /** It answered. */
    public void succeeded() {
        if (troubled) {
            recover();
        }
    }

    private synchronized void recover() {
        if (outUntil != null) {
            LOG.info("{} answers again", name);
        }
        failures = 0;
        lastKind = null;
        pauses = 0;
        outUntil = null;
        troubled = false;
    }

    /** It failed; a failure that is the request's fault shows that it is alive. */
    public void failed(Failure failure, CoolDown rule) {
        switch (failure.kind().blame()) {
            case NONE -> succeeded();
            case ONCE -> count(1, failure, rule);
            case WHOLLY -> count(rule.failures(), failure, rule);
        }
    }

    private synchronized void count(int weight, Failure failure, CoolDown rule) {
        Instant now = clock.instant();
        if (outUntil == null && now.isAfter(since(last))) {
            failures = 0;
        }
        troubled = true;
        last = now;
        lastKind = failure.kind();
        failures = Math.min(failures + weight, Integer.MAX_VALUE / 2);
        boolean again = outUntil != null;
        boolean told = failure.after() != null && failure.kind() == FailureClass.THROTTLED;
        if (!rule.pause().isZero() && (again || told || failures >= rule.failures())) {
            pause(now, failure, rule);
        }
    }

    private static Instant since(Instant last) {
        return last.equals(Instant.MIN) ? last : last.plus(IN_A_ROW);
    }

    private void pause(Instant now, Failure failure, CoolDown rule) {
        boolean running = outUntil != null && now.isBefore(outUntil);
        if (running && !probing) {
            // Calls that were under way when it began say nothing new.
            return;
        }
        Duration pause = failure.after();
        if (pause == null || failure.kind() != FailureClass.THROTTLED) {
            pause = rule.pause().multipliedBy(1L << Math.min(pauses, MAX_DOUBLINGS));
            pauses++;
        }
        pause = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
        outUntil = now.plus(pause);
        if (failure.kind().isOfTheAccount()) {
            LOG.error(
                    "{} is left out for {} s: {}; somebody must look at the account there",
                    name,
                    pause.toSeconds(),
                    failure.fault().detail());
        } else {
            LOG.warn(
                    "{} is left out for {} s: {}",
                    name,
                    pause.toSeconds(),
                    failure.kind().code());
        }
    }

    /** Whether there is nothing to remember. */
    boolean isForgettable() {
        return !troubled || over();
    }

    private synchronized boolean over() {
        return !probing && clock.instant().isAfter(last.plus(LONGEST).plus(LONGEST));
    }
}
