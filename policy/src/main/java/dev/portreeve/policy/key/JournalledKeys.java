package dev.portreeve.policy.key;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.policy.budget.PostgresCarvedBudgets;
import dev.portreeve.policy.call.Subject;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The keys of one replica: rows that change through the journal, a short memory, and a judge. Thread-safe. */
public final class JournalledKeys implements KeyDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(JournalledKeys.class);
    private static final String PURPOSE = "virtual-key";

    private final KeyRows rows;
    private final KeyCache cache;
    private final AuditLog audit;
    private final Rejections rejections;
    private final Pepper pepper;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Delegations delegations;

    JournalledKeys(KeyRows rows, AuditLog audit, Pepper pepper, InstantSource clock) {
        this.rows = rows;
        this.cache = new KeyCache(rows::find);
        this.audit = audit;
        this.rejections = new Rejections(audit, clock);
        this.pepper = pepper;
        this.clock = clock;
        this.delegations = new Delegations(rows, cache, audit, this::hash, clock, random);
    }

    /**
     * @param database a pool; look-ups take few of its connections at a time
     * @param budgets what keys give keys
     */
    public static JournalledKeys on(
            DataSource database, PostgresCarvedBudgets budgets, AuditLog audit, Pepper pepper, InstantSource clock) {
        return new JournalledKeys(new PostgresKeyRows(database, budgets), audit, pepper, clock);
    }

    @Override
    public Issuance create(String tenant, String member, String name, @Nullable Instant expiresAt, String actor) {
        if (!Delegations.isName(name)) {
            return Delegations.misnamed();
        }
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            return new Issuance.Refused("the key would have expired already, at " + expiresAt);
        }
        VirtualKey key = VirtualKey.generate(random);
        KeyPosting.Creation creation = new KeyPosting.Creation(tenant, key, member, name, hash(key), expiresAt);
        audit.append(JournalEntry.of(rows, creation, () -> {
                    KeyInfo made = creation.made();
                    return made == null ? List.of() : List.of(created(made, actor));
                }))
                .await();
        KeyInfo made = creation.made();
        if (made == null) {
            return new Issuance.Refused("tenant \"" + tenant + "\" has no member \"" + member
                    + "\": add it to organisation in the configuration file");
        }
        cache.forget(key.id());
        return new Issuance.Issued(key, made);
    }

    private static AuditEvent created(KeyInfo made, String actor) {
        Facts facts = new Facts()
                .put("key", made.id())
                .put("member", made.member())
                .put("name", made.name())
                .put("actor", actor);
        if (made.expiresAt() != null) {
            facts.put("expires_at", made.expiresAt().toString());
        }
        return new AuditEvent(made.tenant(), EventKind.KEY_CREATED, null, facts);
    }

    @Override
    public boolean revoke(String tenant, String keyId, String actor) {
        KeyPosting.Revocation revocation = new KeyPosting.Revocation(tenant, keyId);
        try {
            audit.append(JournalEntry.of(rows, revocation, () -> {
                        KeyInfo ended = revocation.revoked();
                        return ended == null ? List.of() : List.of(revoked(ended, actor));
                    }))
                    .await();
        } finally {
            // Also when nobody heard of the commit: it may have happened.
            cache.forgetAll();
        }
        return revocation.revoked() != null;
    }

    private static AuditEvent revoked(KeyInfo ended, String actor) {
        Facts facts = new Facts()
                .put("key", ended.id())
                .put("member", ended.member())
                .put("name", ended.name())
                .put("actor", actor);
        return new AuditEvent(ended.tenant(), EventKind.KEY_REVOKED, null, facts);
    }

    @Override
    public Issuance delegate(Subject parent, ChildWish wish) {
        return delegations.make(parent, wish);
    }

    @Override
    public List<KeyInfo> children(Subject parent) {
        return rows.children(parent.tenant(), parent.keyId(), clock.instant(), MAX_LIVING_CHILDREN);
    }

    @Override
    public boolean revoke(Subject parent, String keyId) {
        StoredKey found = rows.find(keyId);
        return found != null
                && found.subject().tenant().equals(parent.tenant())
                && found.subject().delegation().above().contains(parent.keyId())
                && revoke(parent.tenant(), keyId, Delegations.actor(parent));
    }

    @Override
    public List<KeyInfo> list(String tenant) {
        return rows.list(tenant, MAX_LISTED);
    }

    @Override
    public Authentication authenticate(@Nullable String presented) {
        if (presented == null || presented.isBlank()) {
            return rejected(Authentication.Reason.MISSING, AuditEvent.INSTANCE, null);
        }
        return switch (VirtualKey.parse(presented.strip())) {
            case VirtualKey.Parsed.Mistaken mistaken -> rejected(mistaken.reason(), AuditEvent.INSTANCE, null);
            case VirtualKey.Parsed.Key parsed -> judge(parsed.key());
        };
    }

    @Override
    public Authentication recognise(String keyId) {
        return judge(keyId, null);
    }

    private Authentication judge(VirtualKey key) {
        return judge(key.id(), hash(key));
    }

    /** @param secret the hash of what was presented, or {@code null} where the key's id is proved in another way */
    private Authentication judge(String keyId, byte @Nullable [] secret) {
        StoredKey stored;
        try {
            stored = cache.get(keyId);
        } catch (KeysUnreadable unreadable) {
            LOG.warn("nobody can be let in: {}", unreadable.getMessage());
            return new Authentication.Unavailable("keys cannot be checked now; try again shortly");
        }
        if (stored == null || (secret != null && !MessageDigest.isEqual(stored.secretHash(), secret))) {
            return rejected(Authentication.Reason.UNKNOWN, AuditEvent.INSTANCE, keyId);
        }
        String tenant = stored.subject().tenant();
        if (stored.ended()) {
            return rejected(Authentication.Reason.REVOKED, tenant, keyId);
        }
        if (stored.expiresAt() != null && !clock.instant().isBefore(stored.expiresAt())) {
            return rejected(Authentication.Reason.EXPIRED, tenant, keyId);
        }
        return new Authentication.Authenticated(stored.subject());
    }

    @Override
    public void refusedElsewhere(String reason, String door) {
        rejections.record(reason, door);
    }

    /** Tells what {@link #authenticate} left out of the record; called now and then by the engine. */
    public void flushRejections() {
        rejections.flush();
    }

    private byte[] hash(VirtualKey key) {
        return pepper.hash(PURPOSE, key.reveal());
    }

    private Authentication rejected(Authentication.Reason reason, String tenant, @Nullable String keyId) {
        rejections.record(reason, tenant, keyId);
        String detail = switch (reason) {
            case MISSING -> "no key was sent; send one as Authorization: Bearer prk_…";
            case MALFORMED -> "this is no Portreeve key; it looks like prk_<id>_<secret>";
            case CHECKSUM -> "the key has a typing mistake or was cut; copy it again";
            case UNKNOWN -> "there is no such key";
            case EXPIRED -> "the key has expired; ask for a new one";
            case REVOKED -> "the key was revoked; ask for a new one";
        };
        return new Authentication.Rejected(reason, detail);
    }
}
