package dev.portreeve.policy.limit;

import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A limit in force. Immutable. */
public final class Limit {
    private static final Duration USUAL = Duration.ofMinutes(1);

    private final Owner owner;
    private final Unit unit;
    private final long amount;
    private final Duration per;
    private final long burst;
    private final LimitConfig.@Nullable Each each;
    private final List<Glob> models;
    private final List<Glob> tools;
    private final List<String> servers;
    private final List<String> tags;
    private final String id;
    private final LimitKey key;

    /** What is counted. */
    enum Unit {
        REQUESTS,
        TOKENS,
        CONCURRENCY;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The levels of the chain that a limit may stand on. */
    public enum Kind {
        TENANT,
        TEAM,
        MEMBER,
        KEY,
        /** Of what a rule matches. */
        RULE;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whose limit it is. */
    public record Owner(String tenant, Kind kind, String id) {
        @Override
        public String toString() {
            return kind.code() + " " + id;
        }
    }

    public Limit(Owner owner, LimitConfig config) {
        this.owner = owner;
        this.unit = config.unit();
        this.amount = config.amount();
        this.per = config.per() == null ? USUAL : config.per();
        this.burst = config.burst() == null ? amount : config.burst();
        this.each = config.each();
        this.models = config.models().stream().map(Glob::new).toList();
        this.tools = config.tools().stream().map(Glob::new).toList();
        this.servers = config.servers();
        this.tags = config.tags();
        this.id = id(owner, config);
        this.key = new LimitKey(owner.tenant(), id);
    }

    /** Says all that matters, so that replicas whose files differ for a while count limits that differ for themselves. */
    private String id(Owner whose, LimitConfig config) {
        StringBuilder text = new StringBuilder(whose.kind().code())
                .append(':')
                .append(whose.id())
                .append(':')
                .append(unit.code())
                .append(':')
                .append(amount);
        if (unit != Unit.CONCURRENCY) {
            text.append('/').append(per).append('/').append(burst);
        }
        if (each != null) {
            text.append(":each-").append(each.name().toLowerCase(Locale.ROOT));
        }
        List<String> scope = new ArrayList<>(config.models());
        scope.addAll(config.tools());
        scope.addAll(config.servers());
        if (!scope.isEmpty()) {
            text.append(':').append(String.join(",", config.models()));
            text.append(';').append(String.join(",", config.tools()));
            text.append(';').append(String.join(",", config.servers()));
        }
        if (!tags.isEmpty()) {
            text.append(":tags=").append(String.join(",", tags));
        }
        return text.toString();
    }

    Owner owner() {
        return owner;
    }

    Unit unit() {
        return unit;
    }

    /** How many in {@link #per}, or at once. */
    long amount() {
        return amount;
    }

    Duration per() {
        return per;
    }

    long burst() {
        return burst;
    }

    LimitConfig.@Nullable Each each() {
        return each;
    }

    /** Unique in its tenant, and the same on every replica. */
    String id() {
        return id;
    }

    /** Whether it is a rule's, which counts what ran and not what was asked for. */
    boolean isOfRule() {
        return owner.kind() == Kind.RULE;
    }

    /** As all share it, if it is nobody's for himself. */
    LimitKey key() {
        return key;
    }

    boolean isAbout(GovernedCall call) {
        return isAbout(call.resource())
                && (tags.isEmpty() || isTagged(call.subject().labels()));
    }

    private boolean isTagged(Labels labels) {
        for (String tag : labels.tags()) {
            if (tags.contains(tag)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAbout(Resource resource) {
        if (models.isEmpty() && tools.isEmpty() && servers.isEmpty()) {
            return true;
        }
        return switch (resource) {
            case Resource.Model model -> matches(models, model.name());
            case Resource.Tool tool -> servers.contains(tool.server()) || matches(tools, tool.name());
            case Resource.OfServer other -> servers.contains(other.server());
            case Resource.HostedTool ignored -> false;
        };
    }

    private static boolean matches(List<Glob> globs, String name) {
        for (Glob glob : globs) {
            if (glob.matches(name)) {
                return true;
            }
        }
        return false;
    }

    /** As a caller reads it: {@code limit of 60 requests per 1m of team support}. */
    @Override
    public String toString() {
        String whose =
                each == null ? owner.toString() : "each " + each.name().toLowerCase(Locale.ROOT) + " of " + owner;
        return unit == Unit.CONCURRENCY
                ? "limit of " + amount + " calls at once of " + whose
                : "limit of " + amount + " " + unit.code() + " per " + inWords(per) + " of " + whose;
    }

    private static String inWords(Duration time) {
        return time.toSecondsPart() != 0 || time.toMillisPart() != 0
                ? time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms"
                : time.toMinutesPart() != 0 ? time.toMinutes() + "m" : time.toHours() + "h";
    }
}
