package dev.portreeve.policy.version;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.access.PostgresPolicyVersions;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules by which calls are decided here: those of the configuration file and those of the version that is published in the
 * database. A version is read, checked, compiled and recorded before one reference is swapped; one that cannot be is not applied at all,
 * and what was in force stays. Thread-safe; {@link #get} never blocks.
 */
public final class RulesInForce implements Supplier<AccessPolicy> {
    /** On which PostgreSQL says that a version was published. */
    public static final String CHANNEL = "portreeve_rules";

    private static final Logger LOG = LoggerFactory.getLogger(RulesInForce.class);

    private final PostgresRulesVersions versions;
    private final RulesWorkshop workshop;
    private final AuditLog audit;
    private volatile State state;
    private volatile Runnable changed = () -> {};
    private long revision;

    /**
     * What holds here.
     *
     * @param number of the version of the database; 0 if none is published
     * @param policy those rules and those of the file
     * @param refused what is published and cannot be in force here; {@code null} if there is no such thing
     */
    public record State(
            long number, AccessPolicy policy, @Nullable Refused refused) {}

    /** A published version that this gateway cannot use. */
    public record Refused(long number, List<String> problems) {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    private RulesInForce(
            PostgresRulesVersions versions, RulesWorkshop workshop, AuditLog audit, State state, long revision) {
        this.versions = versions;
        this.workshop = workshop;
        this.audit = audit;
        this.state = state;
        this.revision = revision;
    }

    /**
     * Reads what is published, for a start.
     *
     * @throws UnusableRules if it cannot be in force beside the rules of the file: a start must not go on then
     * @throws InvalidPolicy if the rules of the file are wrong by themselves
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    static RulesInForce load(PostgresRulesVersions versions, RulesWorkshop workshop, AuditLog audit) {
        AccessPolicy file = workshop.policyOfFile();
        // Before the version: what is published in between is read now and once more.
        long revision = versions.revision();
        Optional<RulesVersion.Whole> published = versions.inForce();
        if (published.isEmpty()) {
            return new RulesInForce(versions, workshop, audit, new State(0, file, null), revision);
        }
        long number = published.get().version().number();
        try {
            AccessPolicy policy = workshop.ready(published.get().text()).policy();
            return new RulesInForce(versions, workshop, audit, new State(number, policy, null), revision);
        } catch (UnusableRules unusable) {
            throw new UnusableRules(unusable.problems().stream()
                    .map(problem ->
                            "version " + number + " of the rules, which is published in the database: " + problem)
                    .toList());
        }
    }

    @Override
    public AccessPolicy get() {
        return state.policy();
    }

    /** What holds here, and what should and cannot. */
    public State state() {
        return state;
    }

    /** Has somebody told, on any thread, whenever other rules are in force. One at most; it must be quick. */
    public void onChange(Runnable listener) {
        changed = listener;
    }

    /** Records which rules are in force from the start. Blocks until that is durable. */
    public void recordStart() {
        record(state);
    }

    private void record(State now) {
        audit.append(new PostgresPolicyVersions().inForce(now.policy().document(), now.number()))
                .await();
    }

    /**
     * Looks whether another version was published, and puts it in force. Looking costs one row.
     *
     * @throws RuntimeException if the database does not answer, or it cannot be recorded; what was in force stays, and the next look tries
     *     again
     */
    public synchronized void refresh() {
        long now = versions.revision();
        if (now == revision) {
            return;
        }
        Optional<RulesVersion.Whole> published = versions.inForce();
        long number = published.map(whole -> whole.version().number()).orElse(0L);
        RulesText text = published.map(RulesVersion.Whole::text).orElse(RulesText.EMPTY);
        State before = state;
        try {
            State next = number == before.number()
                    ? new State(number, before.policy(), null)
                    : new State(number, workshop.ready(text).policy(), null);
            if (next.policy() != before.policy()) {
                record(next);
                LOG.info(
                        "version {} of the rules is in force: policy {}",
                        number,
                        next.policy().version());
            }
            state = next;
        } catch (UnusableRules unusable) {
            LOG.error(
                    "version {} of the rules is published and cannot be in force here; version {} stays, and this gateway is not"
                            + " ready until that is mended: {}",
                    number,
                    before.number(),
                    unusable.getMessage());
            state = new State(before.number(), before.policy(), new Refused(number, unusable.problems()));
        }
        revision = now;
        if (state.policy() != before.policy()) {
            changed.run();
        }
    }
}
