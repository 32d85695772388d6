package dev.portreeve.gateway.anchor;

import dev.portreeve.audit.anchor.Anchor;
import dev.portreeve.audit.anchor.AnchorRefused;
import dev.portreeve.audit.anchor.FileAnchor;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.gateway.config.ObjectAnchorConfig;
import dev.portreeve.gateway.objectstore.ObjectStore;
import dev.portreeve.gateway.objectstore.ObjectStoreFailure;
import dev.portreeve.gateway.objectstore.PutTerms;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * A bucket with object lock. Each head is an object of its own, named by its size, put only if none of that name is there, and locked in mode
 * COMPLIANCE. What is there is looked at before, since a store that knows no conditions would put a newer version over it, and read back
 * before it is confirmed: a store that knows no locks says nothing of one.
 */
final class ObjectAnchor implements Anchor, AutoCloseable {
    private static final int MOST_BYTES = 64 * 1024;
    private final String name;
    private final ObjectStore store;
    private final URI base;
    private final ObjectAnchorConfig config;
    private final InstantSource clock;

    ObjectAnchor(String name, ObjectAnchorConfig config, InstantSource clock) {
        this.name = name;
        this.config = config;
        this.base = config.store().base();
        this.store = ObjectStore.open(config.store(), clock);
        this.clock = clock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Kind kind() {
        return Kind.OBJECT;
    }

    @Override
    public Confirmation put(Continuation next, Continuations log) throws AnchorRefused, IOException {
        String key = config.prefix() + FileAnchor.fileName(next.checkpoint().size());
        byte[] note = next.note().toString().getBytes(StandardCharsets.UTF_8);
        Instant now = clock.instant();
        PutTerms.Lock lock = new PutTerms.Lock(PutTerms.Lock.Mode.COMPLIANCE, now.plus(config.keep()));
        boolean isNew = !isThere(key, next)
                && store.put(key, note, "text/plain; charset=utf-8", new PutTerms(true, lock))
                        instanceof ObjectStore.Put.Stored;
        // Whether it was just put or was there: what counts is what is there now.
        Optional<ObjectStore.Got> there = store.get(key, MOST_BYTES);
        if (there.isEmpty()) {
            throw new IOException("an object was put and is not there");
        }
        FileAnchor.requireSame(key, new String(there.get().content(), StandardCharsets.UTF_8), next.note());
        PutTerms.Lock kept = there.get().object().lock();
        if (kept == null
                || kept.mode() != PutTerms.Lock.Mode.COMPLIANCE
                || !kept.until().isAfter(now)) {
            throw new AnchorRefused(
                    "the object is there, but the store does not say that it is locked: turn object lock"
                            + " on for the bucket, and allow s3:PutObjectRetention and s3:GetObjectRetention");
        }
        if (isNew && kept.until().isBefore(lock.until())) {
            throw new AnchorRefused(
                    "the store locks the object until " + kept.until() + " only, not until " + lock.until());
        }
        return new Confirmation(
                next.note(), now, base.resolve(base.getRawPath() + key) + " until " + kept.until(), new byte[0]);
    }

    private boolean isThere(String key, Continuation next) throws AnchorRefused, IOException {
        Optional<ObjectStore.Got> before;
        try {
            before = store.get(key, MOST_BYTES);
        } catch (ObjectStoreFailure failed) {
            if (!failed.lasting()) {
                throw failed;
            }
            // Who may not list a bucket is not told that nothing is there.
            before = Optional.empty();
        }
        if (before.isPresent()) {
            FileAnchor.requireSame(key, new String(before.get().content(), StandardCharsets.UTF_8), next.note());
        }
        return before.isPresent();
    }

    @Override
    public void close() {
        store.close();
    }
}
