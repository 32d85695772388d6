package dev.portreeve.policy.brake;

import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what members do and pauses those that run away: a stop of the gateway's own, known to all gateways, until somebody
 * resumes it. Thread-safe; blocks only while it pauses somebody.
 */
public final class Brakes {
    private static final Logger LOG = LoggerFactory.getLogger(Brakes.class);
    private static final String ACTOR = "brake";
    private static final int MOST_MEMBERS = 10_000;
    /** Nothing older counts under any brake. */
    private static final Duration FORGOTTEN = Duration.ofDays(1);

    private final Map<Owner, BrakeConfig> configs;
    private final Stops stops;
    private final LongSupplier nanos;
    private final @Nullable PostgresBrakeCounts shared;
    private final OtherGateways others = new OtherGateways();
    private final Map<Owner, Brake> brakes = new ConcurrentHashMap<>();

    /** Who has a brake: a member, else its team, else its tenant. */
    public record Owner(String tenant, Kind kind, String id) {
        /** The levels a brake may stand on. */
        public enum Kind {
            TENANT,
            TEAM,
            MEMBER
        }
    }

    private Brakes(
            Map<Owner, BrakeConfig> configs, Stops stops, LongSupplier nanos, @Nullable PostgresBrakeCounts shared) {
        this.configs = Map.copyOf(configs);
        this.stops = stops;
        this.nanos = nanos;
        this.shared = shared;
    }

    /** Without any brake. */
    public static Brakes none() {
        return new Brakes(Map.of(), Stops.none(), System::nanoTime, null);
    }

    /**
     * Brakes that count with those of all other gateways on this database, as long as {@link #share} is called.
     *
     * @param database a pool with the application's role
     * @param gateway names this run of this process
     * @param clock the database's
     * @param keyed makes of a digest of arguments one from which short ones cannot be guessed; the same on all gateways
     */
    public static Brakes on(
            Map<Owner, BrakeConfig> configs,
            Stops stops,
            DataSource database,
            UUID gateway,
            InstantSource clock,
            UnaryOperator<String> keyed) {
        return new Brakes(
                configs,
                stops,
                () -> PostgresBrakeCounts.nanos(clock.instant()),
                new PostgresBrakeCounts(database, gateway, keyed));
    }

    /**
     * Tells the other gateways what was counted here since the last time, hears what they counted, and pauses whoever is beyond its
     * brake by all counts together. For one thread, which it blocks; calls wait for nothing of it.
     *
     * @throws org.jooq.exception.DataAccessException if the database does not answer; the next call says it all
     */
    public void share() {
        PostgresBrakeCounts table = shared;
        if (table == null || configs.isEmpty()) {
            return;
        }
        long now = nanos.getAsLong();
        List<Counted> counts = new ArrayList<>();
        brakes.forEach((member, brake) -> counts.addAll(brake.unsaid(member, now)));
        boolean said = false;
        try {
            table.say(counts);
            said = true;
        } finally {
            if (!said) {
                counts.forEach(counted -> {
                    Brake brake = brakes.get(counted.member());
                    if (brake != null) {
                        brake.again(counted);
                    }
                });
            }
        }
        Set<Owner> heard = new HashSet<>();
        for (PostgresBrakeCounts.Heard each : table.hear()) {
            others.learn(each.gateway(), each.counted());
            heard.add(each.counted().member());
        }
        for (Owner member : heard) {
            Brake brake = brakes.get(member);
            String why = brake == null ? null : brake.heard(now, others.of(member));
            if (why != null) {
                pause(member, why);
            }
        }
    }

    /** Deletes what gateways told each other more than a day ago. Blocks. */
    public void forget() {
        if (shared != null && !configs.isEmpty()) {
            shared.forget();
        }
    }

    private @Nullable BrakeConfig config(Subject subject) {
        String tenant = subject.tenant();
        BrakeConfig own = configs.get(new Owner(tenant, Owner.Kind.MEMBER, subject.member()));
        if (own == null && subject.team() != null) {
            own = configs.get(new Owner(tenant, Owner.Kind.TEAM, subject.team()));
        }
        return own == null ? configs.get(new Owner(tenant, Owner.Kind.TENANT, tenant)) : own;
    }

    /** A call begins: pauses its member if it comes from too deep a chain. What follows then finds the stop. */
    public void begins(GovernedCall call) {
        if (configs.isEmpty()) {
            return;
        }
        BrakeConfig config = config(call.subject());
        Integer most = config == null ? null : config.depth();
        int depth = call.subject().delegation().depth();
        if (most != null && depth > most) {
            pause(
                    member(call.subject()),
                    "a sub-agent called over " + depth + " keys, more than the " + most + " its brake allows");
        }
    }

    /** A call has ended, having run. Never throws. */
    public void ended(GovernedCall call, CallOutcome outcome, NanoUsd cost) {
        if (configs.isEmpty()) {
            return;
        }
        BrakeConfig config = config(call.subject());
        if (config == null) {
            return;
        }
        long now = nanos.getAsLong();
        Owner member = member(call.subject());
        Brake brake = brake(member, config, now);
        Counted.Elsewhere elsewhere = others.of(member);
        String why = brake.spent(cost, now, elsewhere);
        if (why == null && call instanceof ToolCall tool && hasRun(outcome)) {
            String digest = tool.arguments().digest();
            String same = tool.resource().name() + " " + (shared == null ? digest : shared.keyed(digest));
            why = brake.ran(same, tool.resource().name(), now, elsewhere);
        }
        if (why != null) {
            pause(member, why);
        }
    }

    /** Refused repetitions are no runaway: who waits for an approval is told to repeat. */
    private static boolean hasRun(CallOutcome outcome) {
        return outcome instanceof CallOutcome.Failed
                || (outcome instanceof CallOutcome.Completed completed
                        && completed.usage().basis() != Usage.Basis.UNFINISHED);
    }

    private static Owner member(Subject subject) {
        return new Owner(subject.tenant(), Owner.Kind.MEMBER, subject.member());
    }

    private Brake brake(Owner member, BrakeConfig config, long now) {
        if (brakes.size() >= MOST_MEMBERS && !brakes.containsKey(member)) {
            brakes.values().removeIf(each -> now - each.seenAt() > FORGOTTEN.toNanos());
            if (brakes.size() >= MOST_MEMBERS) {
                // Counted again from nothing, rather than not at all.
                brakes.clear();
            }
        }
        return brakes.computeIfAbsent(member, unused -> new Brake(config, now));
    }

    private void pause(Owner member, String why) {
        LOG.warn("member {} of tenant {} is paused: {}", member.id(), member.tenant(), why);
        try {
            StopOwner owner = new StopOwner(member.tenant(), StopOwner.Kind.MEMBER, member.id());
            Stops.Result result = stops.stop(owner, Stop.Cause.BRAKE, shortened(why), ACTOR);
            if (result instanceof Stops.Result.Unknown) {
                LOG.warn("member {} is not there to be paused", member.id());
            }
        } catch (RuntimeException failed) {
            // Without its record it is not paused, but then no call of its can be recorded and run either.
            LOG.warn("member {} could not be paused: {}", member.id(), failed.getMessage());
        }
    }

    private static String shortened(String why) {
        return why.length() <= Stop.MAX_REASON ? why : why.substring(0, Stop.MAX_REASON);
    }
}
