package dev.portreeve.gateway.objectstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.AwsIdentity;
import dev.portreeve.gateway.config.ObjectStoreConfig;
import dev.portreeve.policy.call.Secret;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store does with what this client sends. */
abstract class ObjectStoreContract {
    static final byte[] TEXT = "a record\n".getBytes(StandardCharsets.UTF_8);
    private @Nullable ObjectStore opened;

    /** Of the bucket {@code evidence}. */
    abstract URI endpoint();

    /** Of the only key the store knows. */
    abstract String keyId();

    abstract String secret();

    static ObjectStoreConfig bucket(URI endpoint, String name, String keyId, String secret) {
        return new ObjectStoreConfig(
                name,
                endpoint,
                null,
                false,
                new AwsIdentity(
                        "us-east-1",
                        AwsIdentity.Source.KEY,
                        keyId,
                        new Secret(secret),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }

    ObjectStore store() {
        return store("evidence", secret());
    }

    final ObjectStore store(String bucket, String secret) {
        if (opened != null) {
            opened.close();
        }
        opened = ObjectStore.open(bucket(endpoint(), bucket, keyId(), secret), InstantSource.system());
        return opened;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.txt",
                "acme/2026/11/22/records-000001.jsonl",
                "odd $&+,;=:@ name ~*'()!.txt",
                "grün/漢字/100%25.txt",
                "a?b#c[d]"
            })
    void what_is_put_is_got_whatever_its_key(String key) throws Exception {
        assertInstanceOf(ObjectStore.Put.Stored.class, store().put(key, TEXT, "text/plain", PutTerms.ANY));
        assertArrayEquals(TEXT, store().get(key, 100).orElseThrow().content());
        assertTrue(store().head(key).orElseThrow().tag() != null);
    }

    @Test
    void one_that_is_not_there_is_no_failure() throws Exception {
        assertTrue(store().get("nothing", 100).isEmpty());
        assertTrue(store().head("nothing").isEmpty());
    }

    @Test
    void an_object_without_content_is_one() throws Exception {
        store().put("empty", new byte[0], "text/plain", PutTerms.ANY);
        assertEquals(0, store().get("empty", 0).orElseThrow().content().length);
    }

    @Test
    void one_that_is_larger_than_wanted_is_not_read() throws Exception {
        store().put("large", TEXT, "text/plain", PutTerms.ANY);
        ObjectStoreFailure failure =
                assertThrows(ObjectStoreFailure.class, () -> store().get("large", TEXT.length - 1));
        assertTrue(failure.getMessage().contains("more than 8 bytes"), failure.getMessage());
    }

    @Test
    void a_wrong_secret_is_told_and_lasts() {
        ObjectStoreFailure failure = assertThrows(
                ObjectStoreFailure.class, () -> store("evidence", "wrong").put("a", TEXT, "text/plain", PutTerms.ANY));
        assertEquals(
                "an object is not stored: the object store answers 403 SignatureDoesNotMatch", failure.getMessage());
        assertTrue(failure.lasting());
    }

    @Test
    void a_bucket_that_is_not_there_is_told_and_lasts() {
        ObjectStoreFailure failure = assertThrows(
                ObjectStoreFailure.class,
                () -> store("elsewhere", secret()).put("a", TEXT, "text/plain", PutTerms.ANY));
        assertEquals("an object is not stored: the object store answers 404 NoSuchBucket", failure.getMessage());
        assertTrue(failure.lasting());
    }

    @Test
    void what_is_large_becomes_one_object_in_parts() throws Exception {
        byte[] large = new byte[PartedUpload.PART_BYTES + 12_345];
        new Random(7).nextBytes(large);
        assertInstanceOf(
                ObjectStore.Put.Stored.class,
                store().upload("large", new ByteArrayInputStream(large), "application/zip", PutTerms.ANY));
        assertArrayEquals(
                large, store().get("large", large.length).orElseThrow().content());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/../b", "..", "a/.", "a//b"})
    void keys_that_some_store_takes_for_another_are_refused(String key) {
        assertThrows(IllegalArgumentException.class, () -> store().get(key, 1));
    }
}
