package dev.portreeve.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.EngineFixture.Words;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Upstream;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.key.VirtualKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every way a call can end, with everything real: whatever happens, money and evidence are settled, once. */
class CallGovernorTest {
    private static final Usage REPORTED = new Usage(10, 0, 20, Usage.Basis.REPORTED);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private SocketJournal journal;
    private EngineFixture fixture;

    @BeforeEach
    void open() {
        fixture = EngineFixture.open(real -> {
            journal = new SocketJournal(real);
            return journal;
        });
    }

    @AfterEach
    void close() {
        threads.close();
        fixture.close();
        journal.close();
    }

    private void take(Words words) {
        received.add(words.words());
    }

    private static Upstream<Words> answering(String... chunks) {
        return (input, out) -> {
            for (String chunk : chunks) {
                out.emit(new Words(chunk));
            }
            return REPORTED;
        };
    }

    private static Upstream<Words> unreachable() {
        return (input, out) -> {
            throw new AssertionError("the upstream must not be asked");
        };
    }

    private static CallEnded failed(boolean billable) {
        return new CallEnded(new CallOutcome.Failed(
                new UpstreamFault(UpstreamFault.Kind.CUT, 0, "it stopped in the middle", billable)));
    }

    private <T> T onVirtualThread(Callable<T> task) throws Exception {
        return threads.submit(task).get(30, TimeUnit.SECONDS);
    }

    private CallOutcome govern(GovernedCall call, Upstream<Words> upstream) throws Exception {
        return govern(call, upstream, this::take);
    }

    /** On a virtual thread, as the edges do, and with the promise that no interrupt is left behind. */
    private CallOutcome govern(GovernedCall call, Upstream<Words> upstream, OutputSink<Words> client) throws Exception {
        return onVirtualThread(() -> {
            CallOutcome outcome = fixture.engine.governor().govern(call, upstream, client);
            assertFalse(Thread.currentThread().isInterrupted(), "an interrupt was left behind");
            return outcome;
        });
    }

    private void assertEvidence(GovernedCall call, String records, String posting) {
        // For the last record of a completed call, or one that a bug ended, nobody waits.
        Awaitility.await()
                .untilAsserted(() -> assertEquals(
                        records, String.join(" ", fixture.records(call.id().value()))));
        assertEquals(
                posting, Objects.requireNonNullElse(fixture.posting(call.id().value()), "none"));
        assertEquals(0, fixture.held());
    }

    private String closing(GovernedCall call) {
        return fixture.leaves(call.id().value()).getLast();
    }

    @Test
    void completed() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        CallOutcome.Completed completed =
                assertInstanceOf(CallOutcome.Completed.class, govern(call, answering("good ", "day")));
        assertEquals(REPORTED, completed.usage());
        assertEquals(new NanoUsd(30), completed.cost());
        assertEquals(
                new NanoUsd(970),
                Objects.requireNonNull(
                                Objects.requireNonNull(completed.budget()).money())
                        .remaining());
        assertEquals("good day", String.join("", received));
        assertEvidence(call, "call.opened call.closed", "settled 30");
        String opened = fixture.leaves(call.id().value()).getFirst();
        for (String fact : List.of(
                "\"type\":\"llm\"",
                "\"operation\":\"chat\"",
                "\"resource\":\"fast\"",
                "\"subject\":{\"key\":\"keykeykey001\",\"kind\":\"agent\",\"member\":\"bot\"}",
                "\"price_version\":\"test\"",
                "\"worst_case_usd\":\"0.00000006\"",
                "\"decision\":\"permit\"",
                "\"policy_version\":\"" + fixture.engine.access().version() + "\"")) {
            assertTrue(opened.contains(fact), fact + " in " + opened);
        }
        assertTrue(closing(call).contains("\"outcome\":\"completed\""), closing(call));
        assertTrue(closing(call).contains("\"duration_ms\":"), closing(call));
        assertFalse(opened.contains("hello"), "the prompt is in the record");
    }

    @Test
    void deniedByAccess() throws Exception {
        LlmCall call = EngineFixture.llm("slow", "hello", 50);
        CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, govern(call, unreachable()));
        assertEquals(Denial.Stage.ACCESS, denied.denial().stage());
        assertEvidence(call, "call.refused", "none");
        assertTrue(closing(call).contains("\"reason\":\"not_granted\""), closing(call));
        assertTrue(closing(call).contains("\"stage\":\"access\""), closing(call));
    }

    @Test
    void deniedByAGuardrail() throws Exception {
        String secret = VirtualKey.generate(new SecureRandom()).reveal();
        LlmCall call = EngineFixture.llm("fast", "my key is " + secret, 50);
        CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, govern(call, unreachable()));
        assertEquals(Denial.Stage.INPUT_GUARDRAIL, denied.denial().stage());
        assertEvidence(call, "call.refused", "none");
        assertFalse(closing(call).contains(secret), "the secret is in the record");
    }

    @Test
    void deniedByABudget() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 991);
        CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, govern(call, unreachable()));
        assertEquals(Denial.Stage.BUDGET, denied.denial().stage());
        assertEquals(
                new NanoUsd(1000),
                Objects.requireNonNull(Objects.requireNonNull(denied.budget()).money())
                        .remaining());
        assertNull(denied.budget().money().resetsAt());
        assertTrue(
                denied.denial().detail().endsWith("it never resets"),
                denied.denial().detail());
        assertEvidence(call, "call.refused", "none");
    }

    @Test
    void awaitingApproval() throws Exception {
        ToolCall call = EngineFixture.tool("write", false);
        CallOutcome.AwaitingApproval awaiting =
                assertInstanceOf(CallOutcome.AwaitingApproval.class, govern(call, unreachable()));
        assertEvidence(call, "call.opened approval.requested call.closed", "released 0");
        assertTrue(closing(call).contains("\"ticket\":\"" + awaiting.ticket() + "\""), closing(call));
    }

    @Test
    void blockedInTheMiddleOfTheAnswer() throws Exception {
        String secret = VirtualKey.generate(new SecureRandom()).reveal();
        LlmCall call = EngineFixture.llm("fast", "hello", 500);
        String padding = "All is well here. ".repeat(20);
        CallOutcome.Denied denied =
                assertInstanceOf(CallOutcome.Denied.class, govern(call, answering(padding, secret, " bye")));
        assertEquals(Denial.Stage.OUTPUT_GUARDRAIL, denied.denial().stage());
        assertFalse(String.join("", received).contains(secret), "the secret got out");
        // The provider made it, so it is paid for: 10 tokens in, a token a byte out.
        assertEvidence(call, "call.opened call.closed", "settled " + (10 + padding.length() + secret.length()));
    }

    @Test
    void upstreamFailingInTheMiddleOfTheAnswer() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        CallOutcome.Failed failed = assertInstanceOf(CallOutcome.Failed.class, govern(call, (input, out) -> {
            out.emit(new Words("half"));
            throw failed(true);
        }));
        assertEquals(UpstreamFault.Kind.CUT, failed.fault().kind());
        assertEvidence(call, "call.opened call.closed", "settled 14");
        assertTrue(closing(call).contains("\"reason\":\"upstream_cut\""), closing(call));
        assertTrue(closing(call).contains("\"basis\":\"estimated\""), closing(call));
    }

    @Test
    void upstreamThatDidNothing() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        assertInstanceOf(CallOutcome.Failed.class, govern(call, (input, out) -> {
            throw failed(false);
        }));
        assertEvidence(call, "call.opened call.closed", "released 0");
    }

    @Test
    void clientGoneAtAWrite() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 500);
        String chunk = "All is well here. ".repeat(20);
        assertInstanceOf(CallOutcome.Abandoned.class, govern(call, answering(chunk, "more"), words -> {
            throw new CallEnded(new CallOutcome.Abandoned());
        }));
        assertEquals(
                "call.opened call.closed",
                String.join(" ", fixture.records(call.id().value())));
        assertTrue(Objects.requireNonNull(fixture.posting(call.id().value())).startsWith("settled "));
        assertEquals(0, fixture.held());
        assertTrue(closing(call).contains("\"outcome\":\"abandoned\""), closing(call));
    }

    /** The upstream waits on a socket; the interrupt must end that wait, and neither the journal's socket nor the database's. */
    @Test
    void clientGoneWhileTheUpstreamIsSilent() throws Exception {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        Cancellation cancellation = new Cancellation();
        CountDownLatch waiting = new CountDownLatch(1);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(silent.getInetAddress(), silent.getLocalPort())) {
            Future<CallOutcome> outcome = threads.submit(() -> govern(call, cancellation.guard((input, out) -> {
                waiting.countDown();
                try {
                    socket.getInputStream().read();
                    throw new AssertionError("nobody answers");
                } catch (IOException interrupted) {
                    throw failed(true);
                }
            })));
            waiting.await();
            cancellation.cancel();
            assertInstanceOf(CallOutcome.Abandoned.class, outcome.get(30, TimeUnit.SECONDS));
        }
        assertEvidence(call, "call.opened call.closed", "settled 10");
    }

    @Test
    void aCancellationThatComesJustAfterTheAnswerBreaksNothing() throws Exception {
        for (int i = 0; i < 20; i++) {
            LlmCall call = EngineFixture.llm("fast", "hello", 20);
            Cancellation cancellation = new Cancellation();
            CallOutcome outcome = govern(call, cancellation.guard((input, out) -> {
                threads.execute(cancellation::cancel);
                return new Usage(10, 0, 1, Usage.Basis.REPORTED);
            }));
            assertInstanceOf(CallOutcome.Completed.class, outcome);
            assertEvidence(call, "call.opened call.closed", "settled 11");
        }
    }

    @Test
    void aBugInAnAdapter() {
        LlmCall call = EngineFixture.llm("fast", "hello", 50);
        ExecutionException thrown = assertThrows(
                ExecutionException.class,
                () -> govern(call, (input, out) -> {
                    out.emit(new Words("half"));
                    throw new IllegalStateException("a bug");
                }));
        assertEquals("a bug", thrown.getCause().getMessage());
        assertEvidence(call, "call.opened call.closed", "settled 14");
        assertTrue(closing(call).contains("\"outcome\":\"aborted\""), closing(call));
    }

    @Test
    void aCallThatOnlyReadsRunsWhileItsRecordIsWrittenAndNothingLeavesBefore() throws Exception {
        ToolCall free = free("read", true);
        CountDownLatch ran = new CountDownLatch(1);
        CountDownLatch gate = journal.hold();
        Future<CallOutcome> outcome = threads.submit(() -> govern(free, (input, out) -> {
            ran.countDown();
            out.emit(new Words("contents of the file. ".repeat(20)));
            return Usage.NO_TOKENS;
        }));
        ran.await();
        assertTrue(received.isEmpty(), "bytes left before the opening record was durable");
        gate.countDown();
        assertInstanceOf(CallOutcome.Completed.class, outcome.get(30, TimeUnit.SECONDS));
        assertFalse(received.isEmpty());
        assertEvidence(free, "call.opened call.closed", "none");
    }

    @Test
    void aCallThatMayChangeSomethingWaitsForItsRecord() throws Exception {
        ToolCall free = free("touch", false);
        AtomicReference<String> seen = new AtomicReference<>("");
        CountDownLatch gate = journal.hold();
        Future<CallOutcome> outcome = threads.submit(() -> govern(free, (input, out) -> {
            seen.set(gate.getCount() == 0 ? "after" : "before");
            return Usage.NO_TOKENS;
        }));
        Awaitility.await().until(() -> fixture.records(free.id().value()).equals(List.of("call.opened")));
        assertEquals("", seen.get(), "the tool ran before its record was known to be durable");
        gate.countDown();
        assertInstanceOf(CallOutcome.Completed.class, outcome.get(30, TimeUnit.SECONDS));
        assertEquals("after", seen.get());
    }

    private static ToolCall free(String name, boolean readOnly) {
        ToolCall tool = EngineFixture.tool(name, readOnly);
        return new ToolCall(
                tool.id(),
                tool.subject(),
                tool.resource(),
                tool.arguments(),
                tool.content(),
                new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "test")),
                readOnly,
                tool.deadline());
    }

    @Test
    void argumentsAreInTheRecordAsAKeyedDigestOnly() throws Exception {
        ToolCall call = EngineFixture.tool("read", true);
        assertInstanceOf(CallOutcome.Completed.class, govern(call, (input, out) -> Usage.NO_TOKENS));
        String opened = fixture.leaves(call.id().value()).getFirst();
        assertTrue(opened.contains("\"arguments_hmac\":\""), opened);
        assertFalse(opened.contains(call.arguments().digest()), "an unkeyed digest can be guessed");
        assertFalse(opened.contains("/notes/a.txt"), "an argument is in the record");
        assertTrue(opened.contains("\"definition_hash\":\"" + "d".repeat(64) + "\""), opened);
        assertEvidence(call, "call.opened call.closed", "settled 5");
    }
}
