package dev.portreeve.policy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kill switch, on whole engines that share a real database. */
class StopTest {
    private static final StopOwner BOT = StopOwner.parse("acme", "agent:bot");
    private static final Usage USED = new Usage(10, 0, 5, Usage.Basis.REPORTED);

    private EngineFixture here;
    private EngineFixture there;

    @BeforeEach
    void open() {
        here = EngineFixture.open(journal -> journal);
        there = here.restart();
    }

    @AfterEach
    void close() {
        there.close();
        here.close();
    }

    private static CallOutcome call(EngineFixture replica) {
        return replica.engine
                .governor()
                .<Words>govern(EngineFixture.llm("fast", "hello", 20), (cleared, out) -> USED, words -> {});
    }

    private static boolean isStopped(CallOutcome outcome) {
        return outcome instanceof CallOutcome.Denied denied && denied.denial().reason() == Denial.Reason.STOPPED;
    }

    private Stops.Result stop(StopOwner owner) {
        return here.engine.stops().stop(owner, Stop.Cause.PERSON, "it runs wild", "maria");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent:bot", "tenant:acme"})
    void newCallsAreRefusedHereAtOnceAndElsewhereWithinAMoment(String owner, TestReporter reporter) {
        assertInstanceOf(CallOutcome.Completed.class, call(here));
        assertInstanceOf(CallOutcome.Completed.class, call(there));
        stop(StopOwner.parse("acme", owner));
        long stopped = System.nanoTime();
        CallOutcome refused = call(here);
        assertTrue(isStopped(refused), refused::toString);
        await().pollInterval(Duration.ofMillis(1))
                .until(() -> !there.engine.stops().inForce().isEmpty());
        reporter.publishEntry("known elsewhere after ms", String.valueOf((System.nanoTime() - stopped) / 1e6));
        assertTrue(isStopped(call(there)));
        here.engine.stops().resume(StopOwner.parse("acme", owner), "it was the test", "maria");
        assertInstanceOf(CallOutcome.Completed.class, call(here));
        await().until(() -> there.engine.stops().inForce().isEmpty());
        assertInstanceOf(CallOutcome.Completed.class, call(there));
    }

    @Test
    void othersGoOn() {
        stop(StopOwner.parse("other-tenant", "agent:bot"));
        assertInstanceOf(CallOutcome.Completed.class, call(here));
        assertEquals(new Stops.Result.Unknown(), stop(StopOwner.parse("acme", "agent:nobody")));
        assertEquals(List.of(), here.engine.stops().inForce());
    }

    /** As where a pooler keeps notifications back. */
    @Test
    void aGatewayThatIsNotToldLooksForItself() {
        here.execute("ALTER TABLE policy.stop DISABLE TRIGGER stop_changed");
        here.execute("INSERT INTO policy.stop VALUES ('acme', 'member', 'bot', 'person', 'quietly', 'maria')");
        here.execute("UPDATE policy.revision SET number = number + 1 WHERE subject = 'stop'");
        await().until(() -> isStopped(call(there)));
    }

    @Test
    void whoWhyBeforeAndAfterAreInOneRecordWithTheChange() {
        stop(BOT);
        stop(BOT);
        here.engine.stops().resume(BOT, "all is well", "jo");
        List<String> records = here.query(
                "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'admin.action' ORDER BY txid, position");
        assertTrue(records.size() >= 2, records::toString);
        String first = records.getFirst();
        assertTrue(first.contains("\"action\":\"stop\""), first);
        assertTrue(first.contains("\"actor\":\"maria\"") && first.contains("\"reason\":\"it runs wild\""), first);
        assertTrue(first.contains("\"before\":{}") && first.contains("\"after\":{"), first);
        String last = records.getLast();
        assertTrue(last.contains("\"action\":\"resume\"") && last.contains("\"after\":{}"), last);
        assertTrue(last.contains("\"before\":{\"at\":") && last.contains("\"actor\":\"jo\""), last);
        assertEquals(List.of(), here.query("SELECT owner_id FROM policy.stop"));
    }

    @Test
    void theGatewayDoesNotChangeWhatAPersonSaid() {
        stop(BOT);
        Stops.Result result = here.engine.stops().stop(BOT, Stop.Cause.BRAKE, "too fast", "brake");
        assertEquals("it runs wild", here.engine.stops().inForce().getFirst().reason());
        assertInstanceOf(Stops.Result.Done.class, result);
        assertThrows(IllegalArgumentException.class, () -> here.engine.stops().stop(BOT, Stop.Cause.PERSON, " ", "x"));
    }

    @Test
    void aCallThatWaitsForItsUpstreamIsCutElsewhereToo() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 20);
        CountDownLatch waits = new CountDownLatch(1);
        AtomicReference<CallOutcome> outcome = new AtomicReference<>();
        List<String> written = new ArrayList<>();
        Thread caller = Thread.ofVirtual()
                .start(() -> outcome.set(there.engine
                        .governor()
                        .<Words>govern(
                                call,
                                (cleared, out) -> {
                                    out.emit(new Words("first "));
                                    waits.countDown();
                                    try {
                                        Thread.sleep(Duration.ofMinutes(5));
                                    } catch (InterruptedException cut) {
                                        assertFalse(cleared.attempts().begin(call.estimate()), "no other attempt");
                                        throw new CallEnded(new CallOutcome.Failed(
                                                new UpstreamFault(UpstreamFault.Kind.CUT, 0, "interrupted", true)));
                                    }
                                    return USED;
                                },
                                words -> written.add(words.words()))));
        waits.await();
        stop(BOT);
        caller.join();
        CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, outcome.get());
        assertEquals("member bot is stopped: it runs wild", denied.denial().detail());
        await().until(() -> there.posting(call.id().value()) != null);
        String closing = there.leaves(call.id().value()).getLast();
        assertTrue(closing.contains("\"reason\":\"stopped\""), closing);
        assertTrue(closing.contains("\"usage\""), closing);
        assertEquals(0, there.held());
    }

    /** It never waits, so it is told between two chunks. */
    @Test
    void aBusyStreamIsCutBetweenTwoChunks() {
        AtomicReference<CallOutcome> outcome = new AtomicReference<>();
        CountDownLatch begun = new CountDownLatch(1);
        Thread caller = Thread.ofVirtual()
                .start(() -> outcome.set(here.engine
                        .governor()
                        .<Words>govern(
                                EngineFixture.llm("fast", "hello", 20),
                                (cleared, out) -> {
                                    while (true) {
                                        out.emit(new Words("word "));
                                        begun.countDown();
                                        Thread.onSpinWait();
                                    }
                                },
                                words -> {})));
        await().until(() -> begun.getCount() == 0);
        stop(BOT);
        await().until(() -> !caller.isAlive());
        assertTrue(isStopped(outcome.get()), () -> String.valueOf(outcome.get()));
    }

    @Test
    void aStopThatCannotBeRecordedIsNone() {
        here.execute("ALTER TABLE audit.record RENAME TO record_away");
        assertThrows(RuntimeException.class, () -> stop(BOT));
        here.execute("ALTER TABLE audit.record_away RENAME TO record");
        assertEquals(List.of(), here.query("SELECT owner_id FROM policy.stop"));
        assertNull(here.engine.stops().inForce().isEmpty() ? null : "somebody is stopped");
    }
}
