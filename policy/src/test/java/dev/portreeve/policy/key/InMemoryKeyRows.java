package dev.portreeve.policy.key;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.Transaction;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys in memory, for tests. Thread-safe. */
public final class InMemoryKeyRows implements KeyRows {
    private record Owner(String tenant, String id) {}

    private record Row(KeyInfo info, byte[] hash, Confines confines) {}

    private final Map<Owner, Subject> members = new HashMap<>();
    private final Map<String, Row> rows = new HashMap<>();
    private final InstantSource clock;
    private boolean broken;

    public InMemoryKeyRows(InstantSource clock) {
        this.clock = clock;
    }

    /** A directory of these keys; wants a journal in memory. */
    public KeyDirectory directory(AuditLog audit, Pepper pepper) {
        return new JournalledKeys(this, audit, pepper, clock);
    }

    /** Makes somebody who may own keys. */
    public synchronized void member(String tenant, @Nullable String team, Subject.Kind kind, String id) {
        members.put(new Owner(tenant, id), new Subject(tenant, team, kind, id, ""));
    }

    public synchronized void retire(String tenant, String id) {
        members.remove(new Owner(tenant, id));
    }

    /** Lets every look-up fail from now on, or no longer. */
    public synchronized void breakDown(boolean down) {
        broken = down;
    }

    @Override
    public synchronized @Nullable StoredKey find(String keyId) {
        if (broken) {
            throw new KeysUnreadable("the test wants it so");
        }
        Row row = rows.get(keyId);
        if (row == null) {
            return null;
        }
        KeyInfo info = row.info();
        Subject owner = members.get(new Owner(info.tenant(), info.member()));
        Subject.Kind kind = owner == null ? Subject.Kind.USER : owner.kind();
        String team = owner == null ? null : owner.team();
        StoredKey key = new StoredKey(
                new Subject(info.tenant(), team, kind, info.member(), info.id()),
                row.hash(),
                info.expiresAt(),
                owner == null || info.revokedAt() != null);
        StoredKey above = info.parent() == null ? null : find(info.parent());
        return above == null ? key : below(key, above, row);
    }

    private static StoredKey below(StoredKey key, StoredKey above, Row row) {
        List<String> keys = new ArrayList<>(above.subject().delegation().above());
        List<Confines> confines = new ArrayList<>(above.subject().delegation().confines());
        keys.add(above.subject().keyId());
        confines.add(row.confines());
        boolean sooner = above.expiresAt() != null && above.expiresAt().isBefore(key.expiresAt());
        return new StoredKey(
                key.subject().by(new Delegation(keys, confines)),
                key.secretHash(),
                sooner ? above.expiresAt() : key.expiresAt(),
                key.ended() || above.ended());
    }

    @Override
    public synchronized List<KeyInfo> list(String tenant, int limit) {
        List<KeyInfo> found = new ArrayList<>();
        rows.values().stream()
                .map(Row::info)
                .filter(info -> info.tenant().equals(tenant))
                .sorted((a, b) -> b.createdAt().compareTo(a.createdAt()))
                .limit(limit)
                .forEach(found::add);
        return List.copyOf(found);
    }

    @Override
    public synchronized List<KeyInfo> children(String tenant, String keyId, Instant now, int limit) {
        return list(tenant, Integer.MAX_VALUE).stream()
                .filter(info -> keyId.equals(info.parent()) && isLiving(info, now))
                .limit(limit)
                .toList();
    }

    private static boolean isLiving(KeyInfo info, Instant now) {
        return info.revokedAt() == null && (info.expiresAt() == null || now.isBefore(info.expiresAt()));
    }

    @Override
    public synchronized void apply(Transaction transaction, List<KeyPosting> postings) {
        for (KeyPosting posting : postings) {
            switch (posting) {
                case KeyPosting.Creation creation -> creation.decide(insert(creation));
                case KeyPosting.Delegated child -> child.decide(insert(child));
                case KeyPosting.Revocation revocation -> revocation.decide(end(revocation));
            }
        }
    }

    private @Nullable KeyInfo insert(KeyPosting.Creation creation) {
        if (!members.containsKey(new Owner(creation.tenant(), creation.member()))) {
            return null;
        }
        KeyInfo info = new KeyInfo(
                creation.tenant(),
                creation.key().id(),
                null,
                creation.member(),
                creation.name(),
                clock.instant(),
                creation.expiresAt(),
                null);
        rows.put(info.id(), new Row(info, creation.secretHash(), Confines.NONE));
        return info;
    }

    private KeyPosting.Delegated.Outcome insert(KeyPosting.Delegated child) {
        Row above = rows.get(child.parent().keyId());
        if (above == null || !isLiving(above.info(), child.now())) {
            return new KeyPosting.Delegated.Outcome.ParentEnded();
        }
        String tenant = child.parent().tenant();
        if (children(tenant, child.parent().keyId(), child.now(), Integer.MAX_VALUE)
                        .size()
                >= KeyDirectory.MAX_LIVING_CHILDREN) {
            return new KeyPosting.Delegated.Outcome.TooMany();
        }
        KeyInfo info = new KeyInfo(
                tenant,
                child.key().id(),
                child.parent().keyId(),
                child.parent().member(),
                child.wish().name(),
                clock.instant(),
                child.expiresAt(),
                null);
        rows.put(info.id(), new Row(info, child.secretHash(), child.wish().confines()));
        return new KeyPosting.Delegated.Outcome.Made(info);
    }

    private @Nullable KeyInfo end(KeyPosting.Revocation revocation) {
        Row row = rows.get(revocation.keyId());
        if (row == null
                || row.info().revokedAt() != null
                || !row.info().tenant().equals(revocation.tenant())) {
            return null;
        }
        KeyInfo info = row.info();
        KeyInfo ended = new KeyInfo(
                info.tenant(),
                info.id(),
                info.parent(),
                info.member(),
                info.name(),
                info.createdAt(),
                info.expiresAt(),
                clock.instant());
        rows.put(info.id(), new Row(ended, row.hash(), row.confines()));
        return ended;
    }
}
