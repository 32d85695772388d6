package dev.portreeve.gateway.objectstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conditions, locks and what is not confirmed. */
class ObjectTermsTest {
    private static final byte[] ONE = "one".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OTHER = "other".getBytes(StandardCharsets.UTF_8);
    private static final PutTerms LOCKED = new PutTerms(
            true, new PutTerms.Lock(PutTerms.Lock.Mode.COMPLIANCE, Instant.parse("2027-11-22T10:00:00.5Z")));
    private BucketServer bucket;
    private ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        bucket = BucketServer.start();
        store = ObjectStore.open(bucket.config(), InstantSource.system());
    }

    @AfterEach
    void stop() {
        store.close();
        bucket.close();
    }

    @Test
    void what_is_only_for_a_new_key_leaves_the_old_one_alone() throws Exception {
        assertInstanceOf(ObjectStore.Put.Stored.class, store.put("k", ONE, "text/plain", PutTerms.ONCE));
        assertInstanceOf(ObjectStore.Put.ThereAlready.class, store.put("k", OTHER, "text/plain", PutTerms.ONCE));
        assertArrayEquals(ONE, store.get("k", 10).orElseThrow().content());
        assertInstanceOf(ObjectStore.Put.Stored.class, store.put("k", OTHER, "text/plain", PutTerms.ANY));
        assertArrayEquals(OTHER, store.get("k", 10).orElseThrow().content());
    }

    @Test
    void a_lock_is_asked_for_and_can_be_read() throws Exception {
        store.put("k", ONE, "text/plain", LOCKED);
        assertEquals("COMPLIANCE", bucket.object("k").lockMode());
        assertEquals("2027-11-22T10:00:00Z", bucket.object("k").lockUntil());
        assertEquals(LOCKED.lock(), store.head("k").orElseThrow().lock());
        assertEquals(LOCKED.lock(), store.get("k", 10).orElseThrow().object().lock());
        store.put("free", ONE, "text/plain", PutTerms.ANY);
        assertNull(store.head("free").orElseThrow().lock());
    }

    @Test
    void what_is_put_in_parts_is_locked_and_once_too() throws Exception {
        byte[] large = new byte[PartedUpload.PART_BYTES + 1];
        store.upload("k", new ByteArrayInputStream(large), "application/zip", LOCKED);
        assertEquals("COMPLIANCE", bucket.object("k").lockMode());
        assertInstanceOf(
                ObjectStore.Put.ThereAlready.class,
                store.upload("k", new ByteArrayInputStream(large), "application/zip", LOCKED));
        assertEquals(0, bucket.unfinished());
    }

    @Test
    void a_content_that_breaks_off_leaves_nothing() {
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(new byte[PartedUpload.PART_BYTES]), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the disk is gone");
                    }
                });
        assertThrows(IOException.class, () -> store.upload("k", broken, "application/zip", PutTerms.ONCE));
        assertFalse(bucket.objects().containsKey("k"));
        assertEquals(0, bucket.unfinished());
    }

    @Test
    void a_store_that_is_busy_may_be_asked_again() throws Exception {
        bucket.refuse(1);
        ObjectStoreFailure failure =
                assertThrows(ObjectStoreFailure.class, () -> store.put("k", ONE, "text/plain", PutTerms.ONCE));
        assertEquals("an object is not stored: the object store answers 503 SlowDown", failure.getMessage());
        assertFalse(failure.lasting());
        assertInstanceOf(ObjectStore.Put.Stored.class, store.put("k", ONE, "text/plain", PutTerms.ONCE));
    }

    @Test
    void what_was_stored_and_not_confirmed_is_found_there() throws Exception {
        bucket.confirmNothing(1);
        ObjectStoreFailure failure =
                assertThrows(ObjectStoreFailure.class, () -> store.put("k", ONE, "text/plain", PutTerms.ONCE));
        assertFalse(failure.lasting());
        assertInstanceOf(ObjectStore.Put.ThereAlready.class, store.put("k", ONE, "text/plain", PutTerms.ONCE));
    }

    @Test
    void nobody_there_is_a_failure_that_passes() {
        bucket.close();
        ObjectStoreFailure failure = assertThrows(ObjectStoreFailure.class, () -> store.get("k", 10));
        assertEquals("the object store does not answer: the connection is refused", failure.getMessage());
        assertFalse(failure.lasting());
    }

    @Test
    void a_yes_from_something_that_is_no_store_is_none() {
        bucket.beNoStore();
        ObjectStoreFailure failure =
                assertThrows(ObjectStoreFailure.class, () -> store.put("k", ONE, "text/plain", PutTerms.ANY));
        assertEquals(
                "an object is not stored: what answers 200 is no object store, it names no tag", failure.getMessage());
        byte[] large = new byte[PartedUpload.PART_BYTES + 1];
        assertThrows(
                ObjectStoreFailure.class,
                () -> store.upload("k", new ByteArrayInputStream(large), "application/zip", PutTerms.ANY));
    }

    /** Whatever a server answers to parts: an object is stored only if it says so. */
    @Test
    void answers_of_strangers_are_failures_at_most() throws Exception {
        Random random = new Random(20_261_122);
        String[] pieces = {
            "<UploadId>",
            "</UploadId>",
            "<Error>",
            "<Error xmlns=\"x\">",
            "<Code>",
            "</Code>",
            "SlowDown",
            "&amp;",
            "&",
            "\u0000",
            "<",
            "x",
            "<?xml version=\"1.0\"?>",
            "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>"
        };
        String[] said = {""};
        HttpServer stranger = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        stranger.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = said[0].getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        stranger.start();
        URI address = URI.create("http://127.0.0.1:" + stranger.getAddress().getPort());
        byte[] large = new byte[PartedUpload.PART_BYTES];
        try (ObjectStore there = ObjectStore.open(
                ObjectStoreContract.bucket(address, "evidence", "AKIDEXAMPLE", "secret"), InstantSource.system())) {
            for (int i = 0; i < 100; i++) {
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(12); n > 0; n--) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                said[0] = text.toString();
                assertThrows(ObjectStoreFailure.class, () -> there.put("k", ONE, "text/plain", PutTerms.ANY), said[0]);
                if (i % 10 == 0) {
                    assertThrows(
                            ObjectStoreFailure.class,
                            () -> there.upload("k", new ByteArrayInputStream(large), "application/zip", PutTerms.ANY),
                            said[0]);
                }
            }
        } finally {
            stranger.stop(0);
        }
    }
}
