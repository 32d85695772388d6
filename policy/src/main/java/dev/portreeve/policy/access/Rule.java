package dev.portreeve.policy.access;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule of the policy, as it stands in the configuration. Order between rules does not matter: a matching {@code deny}
 * wins, then {@code require-approval}, then {@code allow}; nothing matching means denied. What may run then does so as every matching
 * {@code label}, {@code mask} and {@code limit} says.
 *
 * @param who absent members match everybody
 * @param about what it names
 * @param when a CEL condition over {@code args}, {@code subject}, {@code call}; absent means always
 * @param approvers users who may decide, teams as {@code team:name}, users with a role as {@code role:name}, and a system as {@code
 *     external:webhook}; empty means anyone who may decide at all
 * @param timeout how long a ticket waits for a decision, if not the default
 * @param quorum how many of the approvers must say yes, from 1 to 20; absent means one
 * @param escalate who else may decide after how long; these come on top of the approvers, and the quorum stays
 * @param obligations what it makes of a call that may run
 * @param leeway what it lets its approvers do beside saying yes or no
 * @param mode in {@code shadow} it is decided and its verdict recorded, and nothing follows from it
 */
public record Rule(
        String id,
        Effect effect,
        Who who,
        @Inline Selectors about,
        @Nullable String when,
        List<String> approvers,
        @Nullable Duration timeout,
        @Nullable Integer quorum,
        List<Escalation> escalate,
        @Inline Obligations obligations,
        @Inline Leeway leeway,
        Mode mode) {
    static final int MAX_QUORUM = 20;

    /** Stands before the name of a team among approvers. */
    public static final String TEAM = "team:";

    /** Stands before the name of a role among approvers. */
    public static final String ROLE = "role:";

    /** Stands before the id of a webhook among approvers: a system that decides by messages it signs. */
    public static final String EXTERNAL = "external:";

    /** Whether what a rule says is done, or only recorded. */
    public enum Mode {
        ENFORCE,
        SHADOW
    }

    /** What a matching rule says. */
    public enum Effect {
        ALLOW,
        DENY,
        REQUIRE_APPROVAL,
        LABEL,
        MASK,
        LIMIT;

        /** Whether it says if a call may run, and not what becomes of one that may. */
        boolean decides() {
            return this == ALLOW || this == DENY || this == REQUIRE_APPROVAL;
        }
    }

    /**
     * More people for a ticket that nobody decides.
     *
     * @param after how long it must have waited
     * @param to as in {@code approvers}
     */
    public record Escalation(Duration after, List<String> to) {
        public Escalation {
            to = to == null ? List.of() : List.copyOf(to);
            if (after != null && (after.isNegative() || after.isZero())) {
                throw new IllegalArgumentException("after is above 0");
            }
            if (to.isEmpty()) {
                throw new IllegalArgumentException("to names somebody");
            }
        }
    }

    /**
     * Whom a rule is about; every given member must match.
     *
     * @param delegatedBy a glob over the ids of keys: only keys that one of these made, or that came of those; {@code *} for any
     *     key that a key made
     * @param networks ranges such as {@code 10.0.0.0/8}: only requests that came from an address in one of them
     * @param sessions globs over the names that callers give their sessions: only calls of such a session
     */
    public record Who(
            @Nullable String tenant,
            @Nullable String team,
            @Nullable String user,
            @Nullable String agent,
            @Nullable String key,
            @Nullable String delegatedBy,
            List<String> networks,
            List<String> sessions) {
        public static final Who ANYBODY = new Who(null, null, null, null, null);

        public Who {
            networks = networks == null ? List.of() : List.copyOf(networks);
            sessions = sessions == null ? List.of() : List.copyOf(sessions);
        }

        /** Of calls of whatever session. */
        public Who(
                @Nullable String tenant,
                @Nullable String team,
                @Nullable String user,
                @Nullable String agent,
                @Nullable String key,
                @Nullable String delegatedBy,
                List<String> networks) {
            this(tenant, team, user, agent, key, delegatedBy, networks, List.of());
        }

        /** By names only. */
        public Who(
                @Nullable String tenant,
                @Nullable String team,
                @Nullable String user,
                @Nullable String agent,
                @Nullable String key) {
            this(tenant, team, user, agent, key, null, List.of(), List.of());
        }
    }

    public Rule {
        if (id.isBlank()) {
            throw new IllegalArgumentException("a rule needs an id");
        }
        who = who == null ? Who.ANYBODY : who;
        approvers = approvers == null ? List.of() : List.copyOf(approvers);
        escalate = escalate == null ? List.of() : List.copyOf(escalate);
        mode = mode == null ? Mode.ENFORCE : mode;
        if (about.isEmpty()) {
            throw new IllegalArgumentException(
                    "rule \"" + id
                            + "\" names no models, targets, tools, prompts, resources, hosted-tools or servers, so it never matches");
        }
    }

    /** A rule that lets its approvers say yes or no, and no more. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            Selectors about,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout,
            @Nullable Integer quorum,
            List<Escalation> escalate,
            Obligations obligations,
            Mode mode) {
        this(id, effect, who, about, when, approvers, timeout, quorum, escalate, obligations, Leeway.NONE, mode);
    }

    /** A rule that is enforced and says whether a call may run; one person suffices, of those who are asked at first. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            Selectors about,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout) {
        this(id, effect, who, about, when, approvers, timeout, Obligations.NONE);
    }

    /** A rule that is enforced; one person suffices, of those who are asked at first. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            Selectors about,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout,
            Obligations obligations) {
        this(id, effect, who, about, when, approvers, timeout, null, List.of(), obligations, Mode.ENFORCE);
    }

    /** A rule that is enforced and asks so many people. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            Selectors about,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout,
            @Nullable Integer quorum,
            List<Escalation> escalate) {
        this(id, effect, who, about, when, approvers, timeout, quorum, escalate, Obligations.NONE, Mode.ENFORCE);
    }

    /** A rule about models and tools only. */
    public Rule(
            String id,
            Effect effect,
            Who who,
            List<String> models,
            List<String> tools,
            @Nullable String when,
            List<String> approvers,
            @Nullable Duration timeout) {
        this(id, effect, who, new Selectors(models, tools, List.of(), List.of(), List.of()), when, approvers, timeout);
    }

    /** The same in another mode. */
    public Rule in(Mode other) {
        return new Rule(id, effect, who, about, when, approvers, timeout, quorum, escalate, obligations, leeway, other);
    }

    /** The same that lets its approvers do so much. */
    public Rule with(Leeway other) {
        return new Rule(id, effect, who, about, when, approvers, timeout, quorum, escalate, obligations, other, mode);
    }

    /** Whether nothing follows from it. */
    public boolean isShadow() {
        return mode == Mode.SHADOW;
    }
}
