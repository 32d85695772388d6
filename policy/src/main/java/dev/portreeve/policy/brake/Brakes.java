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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
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

    public Brakes(Map<Owner, BrakeConfig> configs, Stops stops) {
        this(configs, stops, System::nanoTime);
    }

    Brakes(Map<Owner, BrakeConfig> configs, Stops stops, LongSupplier nanos) {
        this.configs = Map.copyOf(configs);
        this.stops = stops;
        this.nanos = nanos;
    }

    /** Without any brake. */
    public static Brakes none() {
        return new Brakes(Map.of(), Stops.none());
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
                    call.subject(),
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
        Brake brake = brake(call.subject(), config, now);
        String why = brake.spent(cost, now);
        if (why == null && call instanceof ToolCall tool && hasRun(outcome)) {
            String same = tool.resource().name() + " " + tool.arguments().digest();
            why = brake.ran(same, tool.resource().name(), now);
        }
        if (why != null) {
            pause(call.subject(), why);
        }
    }

    /** Refused repetitions are no runaway: who waits for an approval is told to repeat. */
    private static boolean hasRun(CallOutcome outcome) {
        return outcome instanceof CallOutcome.Failed
                || (outcome instanceof CallOutcome.Completed completed
                        && completed.usage().basis() != Usage.Basis.UNFINISHED);
    }

    private Brake brake(Subject subject, BrakeConfig config, long now) {
        Owner member = new Owner(subject.tenant(), Owner.Kind.MEMBER, subject.member());
        if (brakes.size() >= MOST_MEMBERS && !brakes.containsKey(member)) {
            brakes.values().removeIf(each -> now - each.seenAt() > FORGOTTEN.toNanos());
            if (brakes.size() >= MOST_MEMBERS) {
                // Counted again from nothing, rather than not at all.
                brakes.clear();
            }
        }
        return brakes.computeIfAbsent(member, unused -> new Brake(config, now));
    }

    private void pause(Subject subject, String why) {
        LOG.warn("member {} of tenant {} is paused: {}", subject.member(), subject.tenant(), why);
        try {
            StopOwner owner = new StopOwner(subject.tenant(), StopOwner.Kind.MEMBER, subject.member());
            Stops.Result result = stops.stop(owner, Stop.Cause.BRAKE, shortened(why), ACTOR);
            if (result instanceof Stops.Result.Unknown) {
                LOG.warn("member {} is not there to be paused", subject.member());
            }
        } catch (RuntimeException failed) {
            // Without its record it is not paused, but then no call of its can be recorded and run either.
            LOG.warn("member {} could not be paused: {}", subject.member(), failed.getMessage());
        }
    }

    private static String shortened(String why) {
        return why.length() <= Stop.MAX_REASON ? why : why.substring(0, Stop.MAX_REASON);
    }
}
