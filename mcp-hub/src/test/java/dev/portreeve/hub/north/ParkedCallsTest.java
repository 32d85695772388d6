package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.HubEdge;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests between two rounds: how many there may be, for how long, and that each is fetched once. */
class ParkedCallsTest {
    private static final Meanwhile DEAF = params -> {};
    private final AlarmClock alarms = new AlarmClock();

    @AfterEach
    void stop() {
        alarms.close();
    }

    private ParkedCalls calls(Duration answerWithin) {
        return new ParkedCalls(new RoundLimits(answerWithin, 2, 3, 20), alarms);
    }

    /** One that asks something and waits. */
    private static ParkedCall waiting(CountDownLatch givenUp) throws InterruptedException {
        ParkedCall call = new ParkedCall("fix", ears -> {
            try {
                return ears.question(new JsonRpcMessage.Request(RequestId.of(1), "elicitation/create", null));
            } catch (InterruptedException cancelled) {
                givenUp.countDown();
                throw new IllegalStateException(cancelled);
            }
        });
        assertTrue(call.await(DEAF) instanceof ParkedCall.Turn.Asks);
        return call;
    }

    @Test
    void onePrincipalHoldsOnlySoManyAndAllTogetherTheRest() throws Exception {
        try (ParkedCalls parked = calls(Duration.ofMinutes(1))) {
            CountDownLatch unused = new CountDownLatch(3);
            assertTrue(parked.park("a", HubEdge.subject("alice"), waiting(unused), "q"));
            assertTrue(parked.park("b", HubEdge.subject("alice"), waiting(unused), "q"));
            CountDownLatch third = new CountDownLatch(1);
            assertFalse(parked.park("c", HubEdge.subject("alice"), waiting(third), "q"), "her third");
            assertTrue(third.await(30, TimeUnit.SECONDS), "what is one too many is given up, and its server told");
            assertTrue(parked.park("d", HubEdge.subject("bob"), waiting(unused), "q"), "others may");
            assertFalse(
                    parked.park("e", HubEdge.subject("carol"), waiting(new CountDownLatch(1)), "q"), "all are full");
            assertTrue(parked.resume("a").isPresent());
            assertTrue(parked.park("f", HubEdge.subject("carol"), waiting(unused), "q"), "a place was given back");
        }
    }

    @Test
    void whatNobodyFetchesIsGivenUp() throws Exception {
        try (ParkedCalls parked = calls(Duration.ofMillis(50))) {
            CountDownLatch givenUp = new CountDownLatch(1);
            parked.park("late", HubEdge.subject("alice"), waiting(givenUp), "q");
            assertTrue(givenUp.await(30, TimeUnit.SECONDS));
            assertTrue(parked.resume("late").isEmpty());
        }
    }

    @Test
    void eachIsFetchedOnce() throws Exception {
        try (ParkedCalls parked = calls(Duration.ofMinutes(1))) {
            parked.park("once", HubEdge.subject("alice"), waiting(new CountDownLatch(1)), "q");
            ParkedCalls.Resumed resumed = parked.resume("once").orElseThrow();
            assertTrue(parked.resume("once").isEmpty());
            resumed.call().answer(new Answered.Result(RawJson.of("{\"city\":\"Trier\"}")));
            ParkedCall.Turn turn = resumed.call().await(DEAF);
            assertEquals(new ParkedCall.Turn.Done(new Answered.Result(RawJson.of("{\"city\":\"Trier\"}"))), turn);
        }
    }
}
