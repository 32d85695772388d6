package dev.portreeve.policy.key;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.KeyPosting.Delegated;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes keys below keys. Thread-safe. */
final class Delegations {
    private static final int MAX_NAME = 100;
    private static final int MAX_PATTERNS = 100;
    private static final int MAX_PATTERN = 200;

    private final KeyRows rows;
    private final KeyCache cache;
    private final AuditLog audit;
    private final Function<VirtualKey, byte[]> hash;
    private final InstantSource clock;
    private final SecureRandom random;

    Delegations(
            KeyRows rows,
            KeyCache cache,
            AuditLog audit,
            Function<VirtualKey, byte[]> hash,
            InstantSource clock,
            SecureRandom random) {
        this.rows = rows;
        this.cache = cache;
        this.audit = audit;
        this.hash = hash;
        this.clock = clock;
        this.random = random;
    }

    static boolean isName(String name) {
        return !name.isBlank() && name.length() <= MAX_NAME;
    }

    static Issuance.Refused misnamed() {
        return new Issuance.Refused("a key needs a name of at most " + MAX_NAME + " characters");
    }

    /** Who changed something, where a key did it. */
    static String actor(Subject by) {
        return "key:" + by.keyId();
    }

    /** As {@link KeyDirectory#delegate}. */
    Issuance make(Subject parent, ChildWish wish) {
        String wrong = wrong(parent, wish);
        if (wrong != null) {
            return new Issuance.Refused(wrong);
        }
        StoredKey above = cache.get(parent.keyId());
        if (above == null) {
            return ended();
        }
        Instant now = clock.instant();
        Instant wished = now.plus(wish.life());
        Instant expiresAt =
                above.expiresAt() != null && above.expiresAt().isBefore(wished) ? above.expiresAt() : wished;
        VirtualKey key = VirtualKey.generate(random);
        Delegated child = new Delegated(parent, key, wish, hash.apply(key), now, expiresAt);
        audit.append(JournalEntry.of(rows, child, () -> {
                    KeyInfo made = child.made();
                    return made == null ? List.of() : List.of(created(made, child));
                }))
                .await();
        cache.forget(key.id());
        return switch (child.outcome()) {
            case Delegated.Outcome.Made made -> new Issuance.Issued(key, made.info());
            case Delegated.Outcome.ParentEnded ignored -> ended();
            case Delegated.Outcome.TooDear dear -> new Issuance.Beyond("budget", dear.detail());
            case Delegated.Outcome.TooMany ignored ->
                new Issuance.Refused("this key has made " + KeyDirectory.MAX_LIVING_CHILDREN
                        + " that still live: end some, or give them shorter lives");
        };
    }

    private static Issuance.Refused ended() {
        return new Issuance.Refused("the key that asks has ended");
    }

    private static @Nullable String wrong(Subject parent, ChildWish wish) {
        if (parent.within() != null) {
            return "a provider that calls on somebody's behalf makes no keys";
        }
        if (parent.delegation().depth() >= Delegation.MAX_DEPTH) {
            return "there are " + Delegation.MAX_DEPTH + " keys above this one, which is as many as there can be";
        }
        if (!isName(wish.name())) {
            return misnamed().detail();
        }
        Duration life = wish.life();
        if (life.isNegative() || life.isZero() || life.compareTo(ChildWish.LONGEST) > 0) {
            return "a key that a key makes lives for more than nothing and at most " + ChildWish.LONGEST.toDays()
                    + " days";
        }
        Confines confines = wish.confines();
        boolean fit = isFit(confines.models())
                && isFit(confines.tools())
                && isFit(confines.prompts())
                && isFit(confines.resources())
                && isFit(confines.hostedTools());
        return fit
                ? null
                : "names must be at most " + MAX_PATTERNS + " of a kind, of 1 to " + MAX_PATTERN + " characters each";
    }

    private static boolean isFit(@Nullable List<String> patterns) {
        return patterns == null
                || (patterns.size() <= MAX_PATTERNS
                        && patterns.stream().allMatch(each -> !each.isBlank() && each.length() <= MAX_PATTERN));
    }

    private static AuditEvent created(KeyInfo made, Delegated child) {
        Confines confines = child.wish().confines();
        Facts facts = new Facts()
                .put("key", made.id())
                .put("parent", child.parent().keyId())
                .put("member", made.member())
                .put("name", made.name())
                .put("actor", actor(child.parent()))
                .put("expires_at", child.expiresAt().toString());
        put(facts, "models", confines.models());
        put(facts, "tools", confines.tools());
        put(facts, "prompts", confines.prompts());
        put(facts, "resources", confines.resources());
        put(facts, "hosted_tools", confines.hostedTools());
        Carve carve = confines.budget();
        if (carve != null) {
            facts.put("budget_usd", carve.limit().toDecimal())
                    .put("budget_window", carve.window().code())
                    .put("budget_timezone", carve.zone().getId());
        }
        return new AuditEvent(made.tenant(), EventKind.KEY_CREATED, null, facts);
    }

    private static void put(Facts facts, String kind, @Nullable List<String> patterns) {
        if (patterns != null) {
            facts.putStrings(kind, patterns);
        }
    }
}
