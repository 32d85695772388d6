package dev.portreeve.gateway.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cache.CachedAnswer.Origin;
import dev.portreeve.gateway.config.CacheConfig;
import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerChunk.Shape;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is kept of answers: for how long, how much, and that it comes back byte for byte. */
class AnswerCacheTest {
    private static final Instant NOON = Instant.parse("2026-05-14T12:00:00Z");
    private static final Duration ANY = Duration.ofDays(1);
    private static final AnswerHead HEAD = new AnswerHead("text/event-stream", Map.of("openai-processing-ms", "7"));
    private static final Origin ORIGIN =
            new Origin(new UUID(1, 2), new Usage(3, 0, 4, Usage.Basis.REPORTED), new NanoUsd(5), List.of());

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private AnswerCache cache = cache(100_000, 50_000, 10);

    private AnswerCache cache(long bytes, int answerBytes, int entries) {
        return new AnswerCache(new CacheConfig(bytes, answerBytes, entries), now::get);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private static CacheKey key(int number) {
        return new CacheKey("key " + number);
    }

    private static AnswerChunk chunk(int length, char of) {
        byte[] bytes = String.valueOf(of).repeat(length).getBytes(StandardCharsets.US_ASCII);
        return new AnswerChunk(HEAD, Shape.CHAT_EVENTS, bytes);
    }

    private void keep(int number, int length) {
        try (Gathering gathering = cache.gather()) {
            gathering.add(chunk(length, 'x'));
            gathering.keep(key(number), ORIGIN, new byte[0], Duration.ofMinutes(10));
        }
    }

    private boolean has(int number) {
        return cache.find(key(number), ANY).isPresent();
    }

    @Test
    void an_answer_comes_back_byte_for_byte_in_few_pieces() throws CallEnded {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (Gathering gathering = cache.gather()) {
            for (int i = 0; i < 100; i++) {
                AnswerChunk chunk = chunk(300, (char) ('A' + i % 26));
                whole.writeBytes(chunk.bytes());
                gathering.add(chunk);
                gathering.add(AnswerChunk.silent(HEAD, Usage.NO_TOKENS));
            }
            gathering.add(AnswerChunk.ending(HEAD, Shape.CHAT_EVENTS, new byte[] {1}));
            gathering.keep(key(1), ORIGIN, new byte[] {2}, Duration.ofMinutes(10));
        }
        CachedAnswer found = cache.find(key(1), ANY).orElseThrow();
        List<AnswerChunk> given = new ArrayList<>();
        assertEquals(Usage.CACHED, found.give(given::add));
        assertTrue(given.getFirst().isSilent());
        assertEquals(Usage.CACHED, given.getFirst().soFar());
        ByteArrayOutputStream back = new ByteArrayOutputStream();
        given.stream().filter(chunk -> !chunk.isEnding()).forEach(chunk -> back.writeBytes(chunk.bytes()));
        assertArrayEquals(whole.toByteArray(), back.toByteArray());
        assertTrue(given.getLast().isEnding());
        assertEquals(4, given.size(), "a cost, two pieces, an end");
        assertEquals("text/event-stream", given.get(1).head().contentType());
        assertEquals(Map.of(), given.get(1).head().headers());
        assertArrayEquals(new byte[] {2}, found.ending());
    }

    @Test
    void what_counts_no_longer_is_not_found_and_its_bytes_are_free_again() {
        keep(1, 100);
        now.set(NOON.plusSeconds(599));
        assertTrue(has(1));
        assertTrue(cache.find(key(1), Duration.ofSeconds(598)).isEmpty());
        now.set(NOON.plusSeconds(600));
        assertFalse(has(1));
        assertEquals(100 + AnswerCache.OVERHEAD, cache.size().bytes());
        cache.forget();
        assertEquals(new AnswerCache.Size(0, 0), cache.size());
    }

    @Test
    void a_clock_that_is_set_back_makes_nothing_count_for_longer() {
        keep(1, 100);
        now.set(NOON.minusSeconds(1));
        assertFalse(has(1));
        cache.forget();
        assertEquals(0, cache.size().answers());
    }

    @Test
    void entries_are_bounded_and_what_was_not_asked_for_the_longest_goes() {
        cache.close();
        cache = cache(100_000, 50_000, 3);
        for (int i = 0; i < 3; i++) {
            keep(i, 10);
        }
        assertTrue(has(0));
        keep(3, 10);
        assertTrue(has(0) && !has(1) && has(2) && has(3));
        assertEquals(3 * (10 + AnswerCache.OVERHEAD), cache.size().bytes());
    }

    @Test
    void bytes_are_bounded_with_those_of_answers_that_are_being_made() {
        cache.close();
        cache = cache(10_000, 9000, 100);
        keep(1, 4000);
        keep(2, 4000);
        assertTrue(has(1) && has(2));
        try (Gathering one = cache.gather();
                Gathering two = cache.gather()) {
            one.add(chunk(5000, 'a'));
            assertTrue(!has(1) && has(2), "the one that was not asked for the longest");
            two.add(chunk(5001, 'b'));
            assertFalse(has(2));
            assertTrue(cache.size().bytes() <= 10_000);
            two.keep(key(4), ORIGIN, new byte[0], ANY);
            assertFalse(has(4), "there was no room for it");
            one.keep(key(3), ORIGIN, new byte[0], ANY);
            assertTrue(has(3));
        }
        assertEquals(5000 + AnswerCache.OVERHEAD, cache.size().bytes());
    }

    @Test
    void an_answer_that_is_too_large_or_never_ends_leaves_nothing() {
        cache.close();
        cache = cache(10_000, 1000, 100);
        try (Gathering gathering = cache.gather()) {
            gathering.add(chunk(900, 'a'));
            gathering.add(chunk(101, 'b'));
            gathering.add(chunk(1, 'c'));
            gathering.keep(key(1), ORIGIN, new byte[0], ANY);
        }
        try (Gathering gathering = cache.gather()) {
            gathering.add(chunk(900, 'a'));
        }
        try (Gathering gathering = cache.gather()) {
            gathering.add(chunk(990, 'a'));
            gathering.keep(key(1), ORIGIN, new byte[11], ANY);
        }
        assertEquals(new AnswerCache.Size(0, 0), cache.size());
    }

    @Test
    void a_newer_answer_takes_the_place_of_the_older_one() {
        keep(1, 100);
        keep(1, 300);
        assertEquals(new AnswerCache.Size(1, 300 + AnswerCache.OVERHEAD), cache.size());
    }

    @Test
    void after_its_end_nothing_is_kept() {
        keep(1, 100);
        cache.close();
        keep(2, 100);
        assertEquals(new AnswerCache.Size(0, 0), cache.size());
    }

    @Test
    void many_at_once_never_pass_the_bounds() throws Exception {
        cache.close();
        cache = cache(20_000, 5000, 5);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                int from = caller;
                all.add(callers.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        keep((from * 7 + i) % 12, 100 + (from * 611 + i * 97) % 5000);
                        boolean ignored = has(i % 12);
                        AnswerCache.Size size = cache.size();
                        assertTrue(size.bytes() <= 20_000 && size.answers() <= 5, size::toString);
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        }
        now.set(NOON.plus(ANY));
        cache.forget();
        assertEquals(new AnswerCache.Size(0, 0), cache.size());
    }

    @Test
    void keys_are_alike_for_what_is_alike_and_within_one_process_only() {
        CacheKeys keys = new CacheKeys(new SecureRandom());
        byte[] body = {'{', '}'};
        CacheKey one = keys.key(List.of("acme", "member", "bot"), body);
        assertEquals(one, keys.key(List.of("acme", "member", "bot"), body.clone()));
        assertNotEquals(one, keys.key(List.of("acme", "memberbot", ""), body));
        assertNotEquals(one, keys.key(List.of("acme", "member", "bot{}"), new byte[0]));
        assertNotEquals(one, keys.key(List.of("acme", "member", "bot", ""), body));
        assertNotEquals(one, new CacheKeys(new SecureRandom()).key(List.of("acme", "member", "bot"), body));
    }
}
