package dev.portreeve.policy.version;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.PolicyDocument;
import dev.portreeve.policy.access.Rule;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where rules are changed while the gateway runs. A draft is a version that never changes; to publish it puts its rules in force on
 * every gateway, and only while the version it was made from still is; of several who publish at once one does. Each change is
 * one record in the same transaction. Thread-safe; all methods block on the database.
 */
public final class PolicyVersions {
    /** How many versions a page has at most. */
    public static final int MAX_PAGE = 200;

    private static final Logger LOG = LoggerFactory.getLogger(PolicyVersions.class);

    private final PostgresRulesVersions rows;
    private final RulesWorkshop workshop;
    private final RulesInForce inForce;
    private final AuditLog audit;
    private final boolean twoPeople;

    private PolicyVersions(
            PostgresRulesVersions rows,
            RulesWorkshop workshop,
            RulesInForce inForce,
            AuditLog audit,
            boolean twoPeople) {
        this.rows = rows;
        this.workshop = workshop;
        this.inForce = inForce;
        this.audit = audit;
        this.twoPeople = twoPeople;
    }

    /**
     * Reads what is published.
     *
     * @param database a pool with the application's role
     * @param file the rules of the configuration file
     * @param compiler makes rules ready
     * @param twoPeople whether the author of a version may not publish it
     * @throws UnusableRules if what is published cannot be in force beside the rules of the file
     * @throws dev.portreeve.policy.access.InvalidPolicy if the rules of the file are wrong by themselves
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public static PolicyVersions load(
            DataSource database,
            List<Rule> file,
            Function<List<Rule>, AccessPolicy> compiler,
            RuleReader reader,
            AuditLog audit,
            boolean twoPeople) {
        PostgresRulesVersions rows = new PostgresRulesVersions(database);
        RulesWorkshop workshop = new RulesWorkshop(file, compiler, reader);
        return new PolicyVersions(rows, workshop, RulesInForce.load(rows, workshop, audit), audit, twoPeople);
    }

    /**
     * A version with its text, for tools that have nothing but the database.
     *
     * @throws org.jooq.exception.DataAccessException if the database does not answer
     */
    public static Optional<RulesVersion.Whole> stored(DataSource database, long number) {
        return new PostgresRulesVersions(database).find(number);
    }

    /** The rules by which calls are decided here. */
    public RulesInForce inForce() {
        return inForce;
    }

    /** The number of the version that is in force in the database, which others may have published a moment ago; 0 for none. */
    public long numberInForce() {
        return rows.numberInForce();
    }

    /** A version with its text; number 0 is not there. */
    public Optional<RulesVersion.Whole> find(long number) {
        return rows.find(number);
    }

    /**
     * The versions, newest first.
     *
     * @param below those with smaller numbers; {@code Long.MAX_VALUE} for all
     * @param limit at most {@value #MAX_PAGE}
     */
    public List<RulesVersion> page(long below, int limit) {
        return rows.page(below, Math.clamp(limit, 1, MAX_PAGE));
    }

    /**
     * What would be in force with a text: its rules and those of the file.
     *
     * @throws UnusableRules if they cannot be in force here
     */
    public AccessPolicy policyWith(RulesText text) {
        return workshop.ready(text).policy();
    }

    /** The rules of the configuration file, which are in force beside those of any version. */
    public List<Rule> rulesOfTheFile() {
        return workshop.file();
    }

    /** @throws UnusableRules if they have not the form of rules */
    public List<Rule> rulesOf(RulesText text) {
        return workshop.rules(text);
    }

    /**
     * What makes one version out of another; 0 stands for no rules.
     *
     * @return empty if there is no such version
     * @throws UnusableRules if this program cannot read one of them
     */
    public Optional<RulesDiff> diff(long before, long after) {
        return rules(before).flatMap(then -> rules(after).map(now -> RulesDiff.between(then, now)));
    }

    private Optional<List<Rule>> rules(long number) {
        return number == 0 ? Optional.of(List.of()) : find(number).map(whole -> rulesOf(whole.text()));
    }

    /**
     * Makes a draft. It need not be publishable: what it names may come later.
     *
     * @param parent the version it was made from, 0 for none
     * @throws UnusableRules if it has not the form of rules
     * @throws IllegalArgumentException for a name or a reason that is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public RulesResult draft(long parent, RulesText text, String author, String reason) {
        List<Rule> rules = rulesOf(text);
        Optional<List<Rule>> before = rules(parent);
        if (before.isEmpty()) {
            return new RulesResult.Unknown(parent);
        }
        RulesOrder order =
                new RulesOrder.Draft(parent, content(text, rules), requireName(author), requireReason(reason));
        return change(order, RulesDiff.between(before.get(), rules), digest(before.get()), parent);
    }

    /**
     * Puts a draft in force everywhere; here before this returns.
     *
     * @throws UnusableRules if it cannot be in force here
     * @throws IllegalArgumentException for a name that is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public RulesResult publish(long number, String by) {
        Optional<RulesVersion.Whole> found = find(number);
        if (found.isEmpty()) {
            return new RulesResult.Unknown(number);
        }
        RulesWorkshop.Ready ready = workshop.ready(found.get().text());
        long parent = found.get().version().parent();
        List<Rule> before = rules(parent).orElse(List.of());
        return change(
                new RulesOrder.Publish(number, requireName(by), twoPeople),
                RulesDiff.between(before, ready.rules()),
                digest(before),
                parent);
    }

    /**
     * Makes a version with the rules of one that was in force before, and puts it in force everywhere; here before this returns.
     *
     * @param of its number, or 0 for no rules
     * @throws UnusableRules if these cannot be in force here any more
     * @throws IllegalArgumentException for a name or a reason that is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public RulesResult rollback(long of, String by, String reason) {
        RulesText text = RulesText.EMPTY;
        if (of != 0) {
            Optional<RulesVersion.Whole> found = find(of);
            if (found.isEmpty()) {
                return new RulesResult.Unknown(of);
            }
            if (found.get().version().publishedAt() == null) {
                return new RulesResult.NeverInForce(found.get().version());
            }
            text = found.get().text();
        }
        RulesWorkshop.Ready ready = workshop.ready(text);
        long now = numberInForce();
        List<Rule> before = rules(now).orElse(List.of());
        return change(
                new RulesOrder.Rollback(now, of, content(text, ready.rules()), requireName(by), requireReason(reason)),
                RulesDiff.between(before, ready.rules()),
                digest(before),
                now);
    }

    /**
     * Puts a draft away for good.
     *
     * @throws IllegalArgumentException for a name or a reason that is missing or too long
     * @throws dev.portreeve.audit.EvidenceUnavailable if it cannot be recorded; then nothing has changed
     */
    public RulesResult withdraw(long number, String by, String reason) {
        RulesPosting posting =
                new RulesPosting(new RulesOrder.Withdraw(number, requireName(by), requireReason(reason)));
        return decide(posting, new Facts());
    }

    private RulesResult change(RulesOrder order, RulesDiff diff, String digestBefore, long before) {
        Facts facts = new Facts()
                .put("before", new Facts().put("version", before).put("digest", digestBefore))
                .put("diff", diff.facts());
        RulesResult result = decide(new RulesPosting(order), facts);
        if (result instanceof RulesResult.Done && !(order instanceof RulesOrder.Draft)) {
            apply();
        }
        return result;
    }

    /** What is published is published, whatever comes of it here: the next look tries again. */
    private void apply() {
        try {
            inForce.refresh();
        } catch (RuntimeException failed) {
            LOG.warn("a version was published and is not in force here yet: {}", failed.getMessage());
        }
    }

    private RulesResult decide(RulesPosting posting, Facts facts) {
        audit.append(JournalEntry.of(
                        rows,
                        posting,
                        () -> posting.result() instanceof RulesResult.Done done
                                ? List.of(event(posting.order(), done.version(), facts))
                                : List.of()))
                .await();
        return posting.result();
    }

    private static AuditEvent event(RulesOrder order, RulesVersion version, Facts more) {
        String why = order.why();
        Facts after = new Facts()
                .put("version", version.number())
                .put("digest", version.digest())
                .put("state", version.state().code());
        Long copyOf = version.copyOf();
        if (copyOf != null) {
            after.put("copy_of", copyOf);
        }
        Facts facts = new Facts()
                .include(more)
                .put("action", order.action())
                .put("actor", order.by())
                .put("author", version.author())
                .put("reason", why == null ? version.reason() : why)
                .put("after", after);
        return new AuditEvent(AuditEvent.INSTANCE, EventKind.ADMIN_ACTION, null, facts);
    }

    private static RulesOrder.Content content(RulesText text, List<Rule> rules) {
        return new RulesOrder.Content(text, digest(rules), rules.size());
    }

    private static String digest(List<Rule> rules) {
        return PolicyDocument.of(rules).version();
    }

    private static String requireName(String name) {
        if (name.isBlank() || name.length() > RulesVersion.MAX_NAME) {
            throw new IllegalArgumentException("a name has 1 to " + RulesVersion.MAX_NAME + " characters");
        }
        return name;
    }

    private static String requireReason(String reason) {
        if (reason.isBlank() || reason.length() > RulesVersion.MAX_REASON) {
            throw new IllegalArgumentException("say why, in at most " + RulesVersion.MAX_REASON + " characters");
        }
        return reason;
    }
}
