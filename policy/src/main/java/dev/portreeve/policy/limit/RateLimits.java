package dev.portreeve.policy.limit;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.call.Allowance;
import dev.portreeve.policy.call.BatchItem;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.limit.Permit.Taken;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Admits calls as fast as the limits above them allow, from memory. Only a call under a limit of which this replica has no
 * share yet, or too small a one to admit it ever, waits for the database, a moment. Thread-safe.
 */
public final class RateLimits implements AutoCloseable {
    /** For an engine without limits. */
    public static final RateLimits NONE = new RateLimits(List.of(), null, System::nanoTime);

    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** Beyond this a client had better be told by a person. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(120);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    /** How long a call for a slot had better wait: nobody knows when one is free. */
    private static final Duration SLOT_WAIT = Duration.ofSeconds(2);

    private final Map<String, OfTenant> byTenant;
    private final RuleLimits quotas = new RuleLimits();
    private final @Nullable Sharing sharing;
    private final LongSupplier nanos;

    private record OfTenant(
            List<Limit> own,
            Map<String, List<Limit>> teams,
            Map<String, List<Limit>> members,
            Map<String, List<Limit>> keys) {}

    RateLimits(List<Limit> limits, @Nullable Sharing sharing, LongSupplier nanos) {
        this.byTenant = index(limits);
        this.sharing = sharing;
        this.nanos = nanos;
    }

    /**
     * The limits of one replica, shared with all others on the database. What rules limit need not be known before a call matches one.
     *
     * @param database a pool with the application's role
     * @param replica names this run of this process; no other one may ever have it
     * @param notifications not started yet
     */
    public static RateLimits on(
            List<Limit> limits, DataSource database, UUID replica, PostgresNotifications notifications) {
        Sharing sharing = new Sharing(new PostgresLimitStore(database), replica, System::nanoTime);
        notifications.listen(Sharing.CHANNEL, sharing);
        return new RateLimits(limits, sharing, System::nanoTime);
    }

    private static Map<String, OfTenant> index(List<Limit> limits) {
        Map<String, OfTenant> index = new HashMap<>();
        for (Limit limit : limits) {
            OfTenant tenant = index.computeIfAbsent(
                    limit.owner().tenant(),
                    unused -> new OfTenant(new ArrayList<>(), new HashMap<>(), new HashMap<>(), new HashMap<>()));
            List<Limit> into = switch (limit.owner().kind()) {
                case TENANT -> tenant.own();
                case TEAM -> tenant.teams().computeIfAbsent(limit.owner().id(), unused -> new ArrayList<>());
                case MEMBER -> tenant.members().computeIfAbsent(limit.owner().id(), unused -> new ArrayList<>());
                case KEY -> tenant.keys().computeIfAbsent(limit.owner().id(), unused -> new ArrayList<>());
                case RULE -> throw new IllegalArgumentException("what rules limit is found with the rules");
            };
            into.add(limit);
        }
        return Map.copyOf(index);
    }

    /** Begins to share; returns at once. */
    public void start() {
        if (sharing != null) {
            sharing.start();
        }
    }

    /**
     * Takes what the call needs of every limit above its subject, all or nothing.
     *
     * @return a scope, to be closed when the call has ended
     * @throws CallEnded with a {@code RATE_LIMIT} denial that names the limit and says when to try again
     */
    public Permit admit(GovernedCall call) throws CallEnded {
        return admit(call, List.of());
    }

    /**
     * As the shorter form, also of what rules limit that the call matches.
     *
     * @param obliging rules that make something of the call; those that do not limit are passed over
     */
    public Permit admit(GovernedCall call, List<Rule> obliging) throws CallEnded {
        Sharing with = sharing;
        if (with == null || call instanceof TaskCall || call instanceof QuestionCall) {
            return Permit.UNLIMITED;
        }
        OfTenant tenant = byTenant.get(call.subject().tenant());
        List<Limit> matched = quotas.of(call.subject(), obliging);
        if (tenant == null && matched.isEmpty()) {
            return Permit.UNLIMITED;
        }
        Admission admission = new Admission(call, with);
        boolean admitted = false;
        try {
            if (tenant != null && countsForOwners(call)) {
                admission.take(tenant);
            }
            admission.take(matched);
            admitted = true;
        } finally {
            if (!admitted) {
                admission.undo();
            }
        }
        return admission.permit();
    }

    /** A batch is one request of its owner, however many items it has; what rules limit counts each. */
    private static boolean countsForOwners(GovernedCall call) {
        return !(call instanceof LlmCall llm && llm.item() instanceof BatchItem item && !item.first());
    }

    /** One call on its way past the limits. */
    private final class Admission {
        private final GovernedCall call;
        private final Sharing with;
        private final List<Taken> taken = new ArrayList<>(4);
        private final long patience = System.nanoTime() + PATIENCE.toNanos();

        Admission(GovernedCall call, Sharing with) {
            this.call = call;
            this.with = with;
        }

        void take(OfTenant tenant) throws CallEnded {
            Subject subject = call.subject();
            take(tenant.own());
            if (subject.team() != null) {
                take(tenant.teams().getOrDefault(subject.team(), List.of()));
            }
            take(tenant.members().getOrDefault(subject.member(), List.of()));
            if (!tenant.keys().isEmpty()) {
                // A key's limit also bounds the keys that it made.
                for (String above : subject.delegation().above()) {
                    take(tenant.keys().getOrDefault(above, List.of()));
                }
                take(tenant.keys().getOrDefault(subject.keyId(), List.of()));
            }
        }

        void take(List<Limit> limits) throws CallEnded {
            for (Limit limit : limits) {
                long units = limit.isAbout(call) ? units(limit) : 0;
                if (units > 0) {
                    take(limit, units);
                }
            }
        }

        /** What is larger than a whole burst takes all of it, and pays the rest when it is known. */
        private long units(Limit limit) {
            return switch (limit.unit()) {
                case REQUESTS, CONCURRENCY -> 1;
                case TOKENS -> {
                    long input = Math.clamp(call.estimate().inputTokens(), 0, limit.burst());
                    long output = Math.clamp(call.estimate().outputTokens(), 0, limit.burst());
                    yield Math.min(limit.burst(), input + output);
                }
            };
        }

        private void take(Limit limit, long units) throws CallEnded {
            Share share = share(limit);
            long wait = with.isTrusted() ? share.take(units, nanos.getAsLong()) : Long.MAX_VALUE;
            while (wait != 0 && share.isShortOf(units) && System.nanoTime() - patience < 0) {
                with.wake();
                if (!await(share, units)) {
                    break;
                }
                wait = with.isTrusted() ? share.take(units, nanos.getAsLong()) : Long.MAX_VALUE;
            }
            if (wait != 0) {
                throw refused(limit, wait);
            }
            taken.add(new Taken(share, units));
        }

        private boolean await(Share share, long units) {
            try {
                share.awaitEnough(units, patience);
                return true;
            } catch (InterruptedException left) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private Share share(Limit limit) throws CallEnded {
            LimitKey key = key(limit);
            Share share = with.share(key, limit);
            if (share == null) {
                throw refused(limit, Long.MAX_VALUE, "has no room for another session now");
            }
            return share;
        }

        private LimitKey key(Limit limit) {
            Subject subject = call.subject();
            LimitConfig.Each each = limit.each();
            if (each == null) {
                return limit.key();
            }
            String whose = switch (each) {
                case MEMBER -> subject.member();
                // Or a key would get another limit with each key it makes.
                case KEY -> subject.rootKeyId();
                // Calls that name none share one.
                case SESSION -> subject.labels().session();
                case TEAM -> subject.team() == null ? "" : subject.team();
            };
            return new LimitKey(subject.tenant(), limit.id() + "=" + whose);
        }

        private CallEnded refused(Limit limit, long nanosToWait) {
            return refused(limit, nanosToWait, "is reached");
        }

        private CallEnded refused(Limit limit, long nanosToWait, String why) {
            undo();
            Duration wait = wait(limit, nanosToWait);
            String again = "; try again in " + wait.toSeconds() + "s";
            String detail = with.isTrusted()
                    ? "the " + limit + " " + why + again
                    : "the " + limit + " cannot be checked while the gateway's database does not answer" + again;
            return new CallEnded(new CallOutcome.Denied(
                    new Denial(Denial.Stage.RATE_LIMIT, Denial.Reason.RATE_LIMITED, detail),
                    null,
                    allowance(limit, wait)));
        }

        private Duration wait(Limit limit, long nanosToWait) {
            if (nanosToWait == Long.MAX_VALUE) {
                return limit.unit() == Limit.Unit.CONCURRENCY ? SLOT_WAIT : SHORTEST_WAIT;
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(nanosToWait + TimeUnit.SECONDS.toNanos(1) - 1);
            return Duration.ofSeconds(Math.clamp(seconds, SHORTEST_WAIT.toSeconds(), LONGEST_WAIT.toSeconds()));
        }

        void undo() {
            long now = nanos.getAsLong();
            taken.forEach(each -> each.share().giveBack(each.units(), now));
            taken.clear();
        }

        Permit permit() {
            if (taken.isEmpty()) {
                return Permit.UNLIMITED;
            }
            long now = nanos.getAsLong();
            Allowance.Rate requests = null;
            Allowance.Rate tokens = null;
            for (Taken each : taken) {
                Allowance.Rate rate = each.share().rate(now);
                if (rate != null && each.share().limit().unit() == Limit.Unit.REQUESTS) {
                    requests = requests == null || rate.isTighterThan(requests) ? rate : requests;
                } else if (rate != null) {
                    tokens = tokens == null || rate.isTighterThan(tokens) ? rate : tokens;
                }
            }
            Allowance allowance = requests == null && tokens == null ? null : new Allowance(requests, tokens, null);
            return new Permit(taken, allowance, nanos);
        }

        private Allowance allowance(Limit limit, Duration wait) {
            Share share = with.known(key(limit));
            Allowance.Rate rate = share == null ? null : share.rate(nanos.getAsLong());
            boolean counts = limit.unit() == Limit.Unit.REQUESTS;
            return new Allowance(counts ? rate : null, counts ? null : rate, wait);
        }
    }

    /** Gives every share up. Calls that run go on; none is admitted any more. */
    @Override
    public void close() {
        if (sharing != null) {
            sharing.close();
        }
    }
}
