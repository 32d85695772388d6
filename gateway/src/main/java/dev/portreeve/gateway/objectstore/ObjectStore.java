package dev.portreeve.gateway.objectstore;

import dev.portreeve.gateway.config.AwsIdentity;
import dev.portreeve.gateway.config.ObjectStoreConfig;
import dev.portreeve.gateway.credential.AwsKeySource;
import dev.portreeve.gateway.credential.AwsSignature;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One bucket. Objects are written whole or not at all; nothing is repeated here. Every request passes the outbound guard, is
 * signed with its body, follows no redirect and is bounded in time. A request whose answer is lost may have been carried out:
 * with {@link PutTerms#onlyNew}, asking again then finds the object there. Thread-safe; blocks; closed by whoever opened it.
 */
public final class ObjectStore implements AutoCloseable {
    /** The longest key, in UTF-8. */
    public static final int MAX_KEY_BYTES = 1024;

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final int NOTHING_MUCH = 64 * 1024;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;
    private static final byte[] EMPTY = {};

    private final URI base;
    private final StoreRequests requests;

    private ObjectStore(URI base, StoreRequests requests) {
        this.base = base;
        this.requests = requests;
    }

    /** Opens a bucket; nothing is asked of the store yet. */
    public static ObjectStore open(ObjectStoreConfig config, InstantSource clock) {
        AlarmClock alarms = new AlarmClock();
        AwsIdentity.Resolved aws = config.signedAs();
        URI base = config.base();
        return new ObjectStore(
                base,
                new StoreRequests(
                        OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms),
                        alarms,
                        AwsKeySource.of(aws, clock),
                        aws.region(),
                        Reach.of(base, config.allowPrivate()),
                        clock));
    }

    /** What became of an object that was put. */
    public sealed interface Put {
        /** It is stored. */
        record Stored(StoredObject object) implements Put {}

        /** Another of its key was there and stays; only where {@link PutTerms#onlyNew} was said. */
        record ThereAlready() implements Put {}
    }

    /**
     * Puts an object.
     *
     * @param content at most a few MiB; for more there is {@link #upload}
     * @throws ObjectStoreFailure if it is not stored, or nobody knows
     */
    public Put put(String key, byte[] content, String contentType, PutTerms terms) throws ObjectStoreFailure {
        Map<String, String> headers = new TreeMap<>(terms.lockHeaders());
        headers.putAll(terms.condition());
        headers.put("content-type", contentType);
        headers.putAll(hashed(content));
        StoreRequests.Answer answer =
                requests.answer(new StoreRequests.Asked("PUT", address(key), headers, content), NOTHING_MUCH);
        return put(answer, "an object is not stored", terms);
    }

    static Put put(StoreRequests.Answer answer, String doing, PutTerms terms) throws ObjectStoreFailure {
        if (answer.status() == PRECONDITION_FAILED && terms.onlyNew()) {
            return new Put.ThereAlready();
        }
        if (!answer.isGood()) {
            throw StoreRequests.failure(doing, answer);
        }
        if (answer.header("etag") == null && !PartedUpload.isJoined(answer)) {
            throw new ObjectStoreFailure(
                    doing + ": what answers " + answer.status() + " is no object store, it names no tag", false, null);
        }
        return new Put.Stored(new StoredObject(answer.header("etag"), answer.header("x-amz-version-id"), terms.lock()));
    }

    /**
     * Puts an object of any size in constant memory: in parts that become one object at the end, or as a whole if it is small.
     *
     * @param content read to its end, and not closed
     * @throws ObjectStoreFailure if it is not stored, or nobody knows
     * @throws IOException if the content cannot be read; nothing is stored then
     */
    public Put upload(String key, InputStream content, String contentType, PutTerms terms) throws IOException {
        byte[] first = content.readNBytes(PartedUpload.PART_BYTES);
        return first.length < PartedUpload.PART_BYTES
                ? put(key, first, contentType, terms)
                : new PartedUpload(requests, address(key), terms).of(first, content, contentType);
    }

    /** An object with its content. */
    public record Got(StoredObject object, byte[] content) {}

    /**
     * Gets an object, if there is one of this key.
     *
     * @param maxBytes above which it fails
     */
    public Optional<Got> get(String key, int maxBytes) throws ObjectStoreFailure {
        StoreRequests.Answer answer =
                requests.answer(new StoreRequests.Asked("GET", address(key), Map.of(), EMPTY), maxBytes);
        if (answer.status() == NOT_FOUND) {
            return Optional.empty();
        }
        if (!answer.isGood()) {
            throw StoreRequests.failure("an object cannot be read", answer);
        }
        return Optional.of(new Got(described(answer), answer.body()));
    }

    /** What the store says of an object, if there is one of this key. */
    public Optional<StoredObject> head(String key) throws ObjectStoreFailure {
        StoreRequests.Answer answer =
                requests.answer(new StoreRequests.Asked("HEAD", address(key), Map.of(), EMPTY), 0);
        if (answer.status() == NOT_FOUND) {
            return Optional.empty();
        }
        if (!answer.isGood()) {
            throw StoreRequests.failure("an object cannot be looked at", answer);
        }
        return Optional.of(described(answer));
    }

    private static StoredObject described(StoreRequests.Answer answer) {
        return new StoredObject(
                answer.header("etag"),
                answer.header("x-amz-version-id"),
                StoredObject.lock(
                        answer.header("x-amz-object-lock-mode"), answer.header("x-amz-object-lock-retain-until-date")));
    }

    /** @throws IllegalArgumentException if it is no key that every store keeps apart from others */
    private URI address(String key) {
        if (key.isEmpty()
                || key.startsWith("/")
                || key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES
                || ("/" + key + "/").contains("/../")
                || ("/" + key + "/").contains("/./")
                || key.contains("//")) {
            throw new IllegalArgumentException("an object's key must be 1 to " + MAX_KEY_BYTES
                    + " bytes, without empty parts, \".\" and \"..\" between slashes");
        }
        return base.resolve(base.getRawPath() + AwsSignature.encoded(key, "/"));
    }

    /** Stores take nothing that is to be locked without a hash of it in a header of its own. */
    static Map<String, String> hashed(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("MD5").digest(content);
            return Map.of("content-md5", Base64.getEncoder().encodeToString(hash));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    @Override
    public void close() {
        requests.close();
    }
}
