package dev.portreeve.policy.limit;

import dev.portreeve.policy.access.Quota;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The limits that rules put on what they match, made when a tenant's first call does. Thread-safe. */
final class RuleLimits {
    /** More than any policy has: those of rules that were in force once are forgotten then. */
    private static final int MOST = 10_000;

    /** Rules stand for all tenants, and each tenant counts for itself; a rule that is published anew may limit otherwise. */
    private record OfTenant(String tenant, String rule, Quota quota) {}

    private final Map<OfTenant, Limit> known = new ConcurrentHashMap<>();

    List<Limit> of(Subject subject, List<Rule> rules) {
        List<Limit> limits = List.of();
        if (known.size() > MOST) {
            known.clear();
        }
        for (Rule rule : rules) {
            Quota quota = rule.obligations().limit();
            if (quota != null) {
                if (limits.isEmpty()) {
                    limits = new ArrayList<>(2);
                }
                limits.add(known.computeIfAbsent(
                        new OfTenant(subject.tenant(), rule.id(), quota), key -> limit(key, quota)));
            }
        }
        return limits;
    }

    private static Limit limit(OfTenant key, Quota quota) {
        return new Limit(
                new Limit.Owner(key.tenant(), Limit.Kind.RULE, key.rule()),
                new LimitConfig(
                        quota.requests(),
                        quota.tokens(),
                        quota.concurrency(),
                        quota.per(),
                        null,
                        List.of(),
                        List.of(),
                        List.of(),
                        each(quota.by())));
    }

    private static LimitConfig.@Nullable Each each(Quota.@Nullable By by) {
        return switch (by) {
            case KEY -> LimitConfig.Each.KEY;
            case TEAM -> LimitConfig.Each.TEAM;
            case SESSION -> LimitConfig.Each.SESSION;
            case RULE -> null;
            case MEMBER -> LimitConfig.Each.MEMBER;
            case null -> LimitConfig.Each.MEMBER;
        };
    }
}
