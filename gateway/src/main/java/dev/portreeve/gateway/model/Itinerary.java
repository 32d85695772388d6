package dev.portreeve.gateway.model;

import dev.portreeve.gateway.model.FailureClass.Remedy;
import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where one call goes next, attempt by attempt: the targets of its model in their order, each perhaps several times, then its
 * fallbacks. Decides only; it asks nobody and waits for nothing. For one call's thread.
 */
public final class Itinerary {
    /** All attempts of a call, at whatever places. */
    public static final int MAX_ATTEMPTS = 5;

    /** A place that wants to be left alone for longer than this is left for another one. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(8);

    private final Function<String, Optional<RoutedModel>> models;
    private final Predicate<Deployment> possible;
    private final RandomGenerator random;
    private final RoutedModel start;
    // Most calls go to one place and are answered: what more they would need is small until they do.
    private final List<String> visited = new ArrayList<>(1);
    private final List<Deployment> offered = new ArrayList<>(1);
    private final Deque<String> fallbacks = new ArrayDeque<>(1);
    private final Deque<List<Deployment>> targets = new ArrayDeque<>(2);
    private final Deque<Deployment> keys = new ArrayDeque<>(2);
    private RoutedModel model;
    private @Nullable Deployment here;
    private Duration wait = Duration.ZERO;
    private int attempts;
    private int retries;
    private boolean lastResort;

    /**
     * @param models by name, for fallbacks
     * @param possible whether this call can go to a place at all
     */
    public Itinerary(
            RoutedModel start,
            Function<String, Optional<RoutedModel>> models,
            Predicate<Deployment> possible,
            RandomGenerator random) {
        this.start = start;
        this.models = models;
        this.possible = possible;
        this.random = random;
        this.model = start;
        enter(start);
        nextTarget();
    }

    /** Where it stands; {@code null} once there is nowhere left to go. */
    public @Nullable Deployment here() {
        return here;
    }

    /** Whose place that is: the model that was called, or one of its fallbacks. */
    public RoutedModel model() {
        return model;
    }

    /** How long to wait before going there. */
    public Duration waitBefore() {
        return wait;
    }

    /** How many attempts were made. */
    public int attempts() {
        return attempts;
    }

    /** An attempt is made where it stands. */
    public void attempt() {
        attempts++;
    }

    /** This place cannot serve the call. */
    public void skip() {
        wait = Duration.ZERO;
        nextTarget();
    }

    /** Nothing of this model can serve the call. */
    public void skipModel() {
        wait = Duration.ZERO;
        targets.clear();
        nextTarget();
    }

    /** The attempt where it stands has failed. */
    public void failed(Failure failure, Deadline deadline) {
        wait = Duration.ZERO;
        if (here == null || attempts >= MAX_ATTEMPTS || deadline.isPast()) {
            here = null;
            return;
        }
        Remedy remedy = failure.kind().remedy();
        switch (remedy) {
            case NONE -> here = null;
            case OWN_FALLBACKS -> {
                targets.clear();
                fallbacks.clear();
                fallbacks.addAll(model.rules().fallbacks(failure.kind()));
                lastResort = true;
                nextTarget();
            }
            case ELSEWHERE, WAIT -> {
                boolean otherKey = failure.kind().isOfTheKey() && !keys.isEmpty() && isToSpare();
                if (otherKey) {
                    here = keys.poll();
                } else if (remedy == Remedy.ELSEWHERE || !waits(failure, here, deadline)) {
                    lastResort = true;
                    nextTarget();
                }
            }
        }
    }

    /** Whether the same place is tried again, and after how long. */
    private boolean waits(Failure failure, Deployment place, Deadline deadline) {
        if (retries >= model.rules().retries() || !isToSpare()) {
            return false;
        }
        boolean elsewhere = !targets.isEmpty() || !fallbacks.isEmpty();
        Duration pause = failure.after();
        if (pause == null) {
            if (elsewhere && !place.health().isFit()) {
                return false;
            }
            pause = backOff();
        }
        if (pause.compareTo(LONGEST_WAIT) > 0 || pause.compareTo(deadline.remaining()) >= 0) {
            return false;
        }
        retries++;
        wait = pause;
        return true;
    }

    /** A random part of a time that doubles: calls that failed together do not come back together. */
    private Duration backOff() {
        long longest = Math.min(LONGEST_BACK_OFF.toNanos(), FIRST_WAIT.toNanos() << retries);
        return Duration.ofNanos(random.nextLong(longest + 1));
    }

    /** Whether every target that was not tried yet could still have its attempt. */
    private boolean isToSpare() {
        return attempts + targets.size() < MAX_ATTEMPTS;
    }

    private void enter(RoutedModel next) {
        model = next;
        visited.add(next.name());
        for (List<Deployment> target : next.order()) {
            if (target.stream().anyMatch(possible)) {
                targets.add(target);
            }
        }
        next.rules().fallbacks().reversed().forEach(fallbacks::addFirst);
    }

    private void nextTarget() {
        retries = 0;
        keys.clear();
        while (targets.isEmpty() && !fallbacks.isEmpty()) {
            String name = fallbacks.poll();
            if (!visited.contains(name)) {
                models.apply(name).ifPresent(this::enter);
            }
        }
        List<Deployment> target = targets.poll();
        if (target != null) {
            for (Deployment key : target) {
                if (possible.test(key)) {
                    keys.add(key);
                }
            }
            offered.addAll(target);
            here = keys.poll();
        } else {
            here = lastResort ? null : soonest();
        }
    }

    /** All else is left out. A call is not refused for that: it tries the place that would come back first. */
    private @Nullable Deployment soonest() {
        model = start;
        Deployment soonest = start.soonest(place -> possible.test(place) && !offered.contains(place));
        if (soonest != null) {
            // One that is passed over is not tried again, and the next one is.
            offered.add(soonest);
        }
        return soonest;
    }
}
