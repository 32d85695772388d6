package dev.portreeve.policy.limit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.access.Obligations;
import dev.portreeve.policy.access.Quota;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.signal.PostgresNotifications;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several replicas in one process, on one real database. */
class SharedLimitsTest {
    private static final Subject BOT = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "keykeykey001");
    private static final Subject OTHER = new Subject("acme", "support", Subject.Kind.AGENT, "other", "keykeykey002");

    private final TestDatabase database = TestDatabase.fresh();
    private final List<Replica> replicas = new ArrayList<>();

    /** One of them, with its own threads and connections. */
    private static final class Replica implements AutoCloseable {
        private final PostgresNotifications notifications;
        private final RateLimits limits;
        private final Sharing sharing;
        private final AtomicLong admitted = new AtomicLong();

        Replica(TestDatabase database, List<Limit> limits, LongSupplier nanos) {
            this.notifications = new PostgresNotifications(database.app().dataSource());
            this.sharing = new Sharing(new PostgresLimitStore(database.app().dataSource()), UUID.randomUUID(), nanos);
            this.limits = new RateLimits(limits, sharing, nanos);
            notifications.listen(Sharing.CHANNEL, sharing);
            notifications.start();
            this.limits.start();
        }

        boolean call(Subject subject) {
            try (Permit permit = limits.admit(SharedLimitsTest.call(subject, 10, 10))) {
                permit.used(null);
                admitted.incrementAndGet();
                return true;
            } catch (CallEnded refused) {
                return false;
            }
        }

        @Override
        public void close() {
            notifications.close();
            limits.close();
        }
    }

    private Replica replica(Limit... limits) {
        return replica(System::nanoTime, limits);
    }

    private Replica replica(LongSupplier nanos, Limit... limits) {
        Replica replica = new Replica(database, List.of(limits), nanos);
        replicas.add(replica);
        return replica;
    }

    @AfterEach
    void close() {
        replicas.forEach(Replica::close);
        database.close();
    }

    private static Limit limit(Limit.Kind kind, String id, LimitConfig config) {
        return new Limit(new Limit.Owner("acme", kind, id), config);
    }

    private static LimitConfig requests(long amount, Duration per, long burst, LimitConfig.@Nullable Each each) {
        return new LimitConfig(amount, null, null, per, burst, List.of(), List.of(), List.of(), each);
    }

    private static LlmCall call(Subject subject, long input, long output) {
        return new LlmCall(
                new CallId(UUID.randomUUID()),
                subject,
                new Resource.Model("fast"),
                "chat",
                new Content(List.of()),
                new Estimate(input, output, Price.perCall(new NanoUsd(1), "test")),
                Deadline.in(Duration.ofMinutes(1)));
    }

    private static Denial refusal(RateLimits limits, LlmCall call) {
        CallEnded ended = assertThrows(CallEnded.class, () -> limits.admit(call));
        return ((CallOutcome.Denied) ended.outcome()).denial();
    }

    private static Rule limiting(Quota.By by) {
        return new Rule(
                "few",
                Rule.Effect.LIMIT,
                Rule.Who.ANYBODY,
                new Selectors(List.of("*"), List.of(), List.of(), List.of(), List.of()),
                null,
                List.of(),
                null,
                Obligations.limit(new Quota(10L, null, null, Duration.ofHours(1), by)));
    }

    private static int ran(Replica replica, Subject subject, Rule rule, boolean runs) {
        int ran = 0;
        for (int i = 0; i < 8; i++) {
            try (Permit permit = replica.limits.admit(call(subject, 1, 1), List.of(rule))) {
                if (runs) {
                    permit.runs();
                }
                ran++;
            } catch (CallEnded refused) {
                assertTrue(refused.outcome() instanceof CallOutcome.Denied denied
                        && denied.denial().detail().contains("of rule few"));
            }
        }
        return ran;
    }

    @Test
    void whatARuleLimitsReplicasShare() {
        Replica one = replica();
        Replica two = replica();
        Rule all = limiting(Quota.By.RULE);
        int ran = ran(one, BOT, all, true) + ran(two, OTHER, all, true) + ran(one, OTHER, all, true);
        assertTrue(ran > 0 && ran <= 10, ran + " ran");
    }

    @Test
    void whoHasItForItselfIsAsTheRuleSays() {
        Replica one = replica();
        assertEquals(8, ran(one, BOT, limiting(Quota.By.MEMBER), true));
        assertEquals(8, ran(one, OTHER, limiting(Quota.By.MEMBER), true));
        assertEquals(2, ran(one, BOT, limiting(Quota.By.MEMBER), true));
    }

    @Test
    void aTeamHasItTogether() {
        Replica one = replica();
        assertEquals(8, ran(one, BOT, limiting(Quota.By.TEAM), true));
        assertEquals(2, ran(one, OTHER, limiting(Quota.By.TEAM), true));
    }

    @Test
    void whatNeverRanIsGivenBack() {
        Replica one = replica();
        assertEquals(8, ran(one, BOT, limiting(Quota.By.KEY), false));
        assertEquals(8, ran(one, BOT, limiting(Quota.By.KEY), false));
        assertEquals(8, ran(one, BOT, limiting(Quota.By.KEY), true));
        assertEquals(2, ran(one, BOT, limiting(Quota.By.KEY), true));
    }

    /** A replica whose clock is an hour ahead is one of them. */
    @Test
    void threeReplicasTogetherStayBelowTheLimitAndNobodyStarves() throws Exception {
        long rate = 200;
        Limit limit = limit(Limit.Kind.TENANT, "acme", requests(rate, Duration.ofSeconds(1), 50, null));
        replica(limit);
        replica(limit);
        replica(() -> System.nanoTime() + Duration.ofHours(1).toNanos(), limit);
        AtomicBoolean enough = new AtomicBoolean();
        long begin = System.nanoTime();
        List<Thread> callers = new ArrayList<>();
        for (Replica replica : replicas) {
            callers.add(Thread.ofVirtual().start(() -> {
                while (!enough.get()) {
                    if (!replica.call(BOT)) {
                        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                    }
                }
            }));
        }
        await().atMost(Duration.ofMinutes(1))
                .until(() -> replicas.stream().allMatch(replica -> replica.admitted.get() > rate));
        enough.set(true);
        for (Thread caller : callers) {
            caller.join();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long admitted =
                replicas.stream().mapToLong(replica -> replica.admitted.get()).sum();
        assertTrue(admitted <= 50 + rate * seconds, () -> admitted + " in " + seconds + " s");
    }

    @Test
    void atMostSoManyRunAtOnceWhereverTheyRun() throws Exception {
        Limit limit = limit(
                Limit.Kind.TEAM,
                "support",
                new LimitConfig(null, null, 3, null, null, List.of(), List.of(), List.of(), null));
        replica(limit);
        replica(limit);
        replica(limit);
        AtomicLong running = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicBoolean enough = new AtomicBoolean();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            Replica replica = replicas.get(i % 3);
            callers.add(Thread.ofVirtual().start(() -> {
                while (!enough.get()) {
                    try (Permit permit = replica.limits.admit(call(BOT, 1, 1))) {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                        permit.used(null);
                        replica.admitted.incrementAndGet();
                        running.decrementAndGet();
                    } catch (CallEnded refused) {
                        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                    }
                }
            }));
        }
        await().atMost(Duration.ofMinutes(1))
                .until(() -> replicas.stream().allMatch(replica -> replica.admitted.get() > 20));
        enough.set(true);
        for (Thread caller : callers) {
            caller.join();
        }
        assertTrue(most.get() <= 3, () -> most + " at once");
    }

    @Test
    void aReplicaThatEndsLeavesItsShareToTheOthers() {
        Limit limit = limit(Limit.Kind.MEMBER, "bot", requests(1000, Duration.ofSeconds(1), 1000, null));
        Replica first = replica(limit);
        assertTrue(first.call(BOT));
        assertTrue(first.call(OTHER), "nobody limits the other");
        first.close();
        Replica second = replica(limit);
        assertTrue(second.call(BOT));
        assertEquals(Gcra.PARTS, second.sharing.known(limit.key()).held());
    }

    @Test
    void tokensNotUsedComeBackAndTokensUsedBeyondArePaid() throws CallEnded {
        LimitConfig config =
                new LimitConfig(null, 1000L, null, Duration.ofHours(1), 1000L, List.of(), List.of(), List.of(), null);
        RateLimits limits = replica(limit(Limit.Kind.TENANT, "acme", config)).limits;
        try (Permit permit = limits.admit(call(BOT, 100, 800))) {
            assertEquals(
                    Denial.Reason.RATE_LIMITED,
                    refusal(limits, call(BOT, 50, 100)).reason());
            permit.used(new Usage(100, 0, 50, Usage.Basis.REPORTED));
        }
        try (Permit permit = limits.admit(call(BOT, 50, 100))) {
            permit.used(new Usage(50, 0, 900, Usage.Basis.REPORTED));
        }
        Denial denial = refusal(limits, call(BOT, 1, 1));
        assertTrue(denial.detail().contains("limit of 1000 tokens per 1h of tenant acme"), denial.detail());
        assertTrue(denial.detail().contains("try again in 120s"), denial.detail());
    }

    /** A call larger than a burst would never come through; it waits for a whole one. */
    @Test
    void aCallLargerThanTheBurstTakesAllOfIt() throws CallEnded {
        LimitConfig config =
                new LimitConfig(null, 1000L, null, Duration.ofHours(1), 1000L, List.of(), List.of(), List.of(), null);
        RateLimits limits = replica(limit(Limit.Kind.TENANT, "acme", config)).limits;
        try (Permit permit = limits.admit(call(BOT, 50_000, 4_000))) {
            assertEquals(0, permit.allowance().tokens().remaining());
            permit.used(new Usage(300, 0, 100, Usage.Basis.REPORTED));
        }
        try (Permit permit = limits.admit(call(BOT, 1, 1))) {
            assertEquals(598, permit.allowance().tokens().remaining());
        }
    }

    @Test
    void oneTooManyTakesNothingOfTheOtherLimits() throws CallEnded {
        Limit wide = limit(Limit.Kind.TENANT, "acme", requests(10, Duration.ofHours(1), 10, null));
        Limit narrow = limit(Limit.Kind.MEMBER, "bot", requests(1, Duration.ofHours(1), 1, null));
        Replica replica = replica(wide, narrow);
        assertTrue(replica.call(BOT));
        for (int i = 0; i < 30; i++) {
            assertEquals(
                    Denial.Reason.RATE_LIMITED,
                    refusal(replica.limits, call(BOT, 1, 1)).reason());
        }
        for (int i = 0; i < 9; i++) {
            assertTrue(replica.call(OTHER), "the tenant's limit has counted one call only");
        }
        assertEquals(
                "the limit of 10 requests per 1h of tenant acme is reached; try again in 120s",
                refusal(replica.limits, call(OTHER, 1, 1)).detail());
    }

    @Test
    void eachHasItsOwn() {
        Replica replica =
                replica(limit(Limit.Kind.TEAM, "support", requests(1, Duration.ofHours(1), 1, LimitConfig.Each.KEY)));
        assertTrue(replica.call(BOT));
        assertTrue(replica.call(OTHER));
        Denial denial = refusal(replica.limits, call(OTHER, 1, 1));
        assertTrue(denial.detail().contains("of each key of team support"), denial.detail());
        Subject child = new Subject("acme", "support", Subject.Kind.AGENT, "other", "keykeykey003")
                .by(new Delegation(List.of(OTHER.keyId()), List.of(Confines.NONE)));
        assertEquals(
                Denial.Reason.RATE_LIMITED,
                refusal(replica.limits, call(child, 1, 1)).reason());
    }

    @Test
    void aKeysLimitBoundsTheKeysItMade() {
        Replica replica = replica(limit(Limit.Kind.KEY, BOT.keyId(), requests(1, Duration.ofHours(1), 1, null)));
        Subject child = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "keykeykey003")
                .by(new Delegation(List.of(BOT.keyId()), List.of(Confines.NONE)));
        assertTrue(replica.call(child));
        assertEquals(
                Denial.Reason.RATE_LIMITED,
                refusal(replica.limits, call(BOT, 1, 1)).reason());
        assertTrue(replica.call(OTHER));
    }

    @Test
    void aScopeLeavesTheRestAlone() throws CallEnded {
        LimitConfig slow =
                new LimitConfig(1L, null, null, Duration.ofHours(1), 1L, List.of("slow*"), List.of(), List.of(), null);
        Replica replica = replica(limit(Limit.Kind.TENANT, "acme", slow));
        for (int i = 0; i < 3; i++) {
            assertTrue(replica.call(BOT), "this model is not slow");
        }
    }

    @Test
    void eachSessionHasItsOwnAndCallsWithoutOneShareOne() {
        Replica replica =
                replica(limit(Limit.Kind.MEMBER, "bot", requests(1, Duration.ofHours(1), 1, LimitConfig.Each.SESSION)));
        for (String session : List.of("s1", "s2", "")) {
            Subject said = BOT.saying(new Labels(session, List.of()));
            assertTrue(replica.call(said), session);
            Denial denial = refusal(replica.limits, call(said, 1, 1));
            assertTrue(denial.detail().contains("of each session of member bot"), denial.detail());
        }
    }

    @Test
    void sessionsWithoutEndAreRefusedAndLeaveTheOthersRoom() {
        Limit each = limit(Limit.Kind.MEMBER, "bot", requests(1, Duration.ofHours(1), 1, LimitConfig.Each.SESSION));
        Limit all = limit(Limit.Kind.MEMBER, "other", requests(1, Duration.ofHours(1), 1, LimitConfig.Each.SESSION));
        AtomicLong clock = new AtomicLong();
        // Its own thread: no round forgets what the test makes.
        Sharing sharing =
                new Sharing(new PostgresLimitStore(database.app().dataSource()), UUID.randomUUID(), clock::get);
        for (int i = 0; i < Sharing.MAX_SESSIONS; i++) {
            assertNotNull(sharing.share(new LimitKey("acme", each.id() + "=s" + i), each));
        }
        assertNull(sharing.share(new LimitKey("acme", each.id() + "=one-more"), each));
        assertNotNull(sharing.share(new LimitKey("acme", each.id() + "=s7"), each), "a known one goes on");
        assertNotNull(sharing.share(new LimitKey("acme", all.id() + "=s1"), all), "another limit has its own room");
        RateLimits full = new RateLimits(List.of(each), sharing, clock::get);
        Denial denial = refusal(full, call(BOT.saying(new Labels("one-more", List.of())), 1, 1));
        assertEquals(Denial.Reason.RATE_LIMITED, denial.reason());
        // Who comes no more makes room.
        clock.addAndGet(Duration.ofMinutes(6).toNanos());
        sharing.round();
        assertNotNull(sharing.share(new LimitKey("acme", each.id() + "=one-more"), each));
    }

    @Test
    void aLimitOnTagsCountsCallsThatCarryOne() {
        LimitConfig tagged = new LimitConfig(
                1L,
                null,
                null,
                Duration.ofHours(1),
                1L,
                List.of(),
                List.of(),
                List.of(),
                List.of("batch", "night"),
                null);
        Replica replica = replica(limit(Limit.Kind.TENANT, "acme", tagged));
        assertTrue(replica.call(BOT.saying(new Labels("", List.of("night", "x")))));
        assertFalse(replica.call(OTHER.saying(new Labels("", List.of("batch")))), "both tags are one count");
        for (int i = 0; i < 3; i++) {
            assertTrue(replica.call(BOT), "without a tag");
            assertTrue(replica.call(BOT.saying(new Labels("s1", List.of("day")))), "with another");
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> new LimitConfig(
                        1L, null, null, null, null, List.of(), List.of(), List.of(), List.of("no tag"), null));
    }
}
