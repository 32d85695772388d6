package dev.portreeve.hub.south;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.FixtureTools;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What every downstream server must be to the hub, whatever it is reached by and whichever era it speaks. */
abstract class ToolServerContract {
    static final int MAX_MESSAGE_BYTES = 256 * 1024;
    static final SouthLimits LIMITS = new SouthLimits(
            MAX_MESSAGE_BYTES,
            1000,
            1000,
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            Duration.ofSeconds(20),
            Duration.ofSeconds(2),
            8,
            Duration.ofMinutes(5));

    final BlockingQueue<String> changes = new ArrayBlockingQueue<>(16);
    ToolServer server;

    /** A server that is well-behaved unless a test asks for something else. */
    abstract ToolServer start() throws Exception;

    abstract String expectedVersion();

    @BeforeEach
    void startServer() throws Exception {
        server = start();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    static ServerRequest request(String tool, String arguments) {
        return ServerRequest.call(tool, RawJson.of(arguments), false, Map.of());
    }

    Answered call(String tool, String arguments) {
        return server.ask(Party.GATEWAY, request(tool, arguments), Meanwhile.NOTHING, soon());
    }

    static String text(Answered answer) {
        RawJson result = assertInstanceOf(Answered.Result.class, answer).result();
        return result.member("content")
                .elements()
                .getFirst()
                .member("text")
                .asString()
                .orElseThrow();
    }

    @Test
    void listsAllPagesAsTheyWereSent() {
        List<RawJson> tools = server.list(soon());
        List<String> names = tools.stream()
                .map(tool -> tool.member("name").asString().orElseThrow())
                .toList();
        assertTrue(names.containsAll(List.of("echo", "write", "hold", "huge")), names.toString());
        RawJson echo = tools.get(names.indexOf("echo"));
        assertEquals("1.50", String.valueOf(echo.member("x-vendor")));
        assertEquals(expectedVersion(), server.protocolVersion());
    }

    @Test
    void resultsComeBackByteForByte() {
        Answered answer = call("echo", "{\"text\": \"gr\\u00fc\\u00df ü\"}");
        assertEquals(
                FixtureTools.ECHO_RESULT_HEAD.formatted("\"gr\\u00fc\\u00df ü\"", "\"gr\\u00fc\\u00df ü\""),
                assertInstanceOf(Answered.Result.class, answer).result().toString());
    }

    @Test
    void argumentsOverSeveralLinesAreOneMessage() {
        String smuggled =
                "{\"jsonrpc\":\"2.0\",\"id\":77,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{}}}";
        assertEquals("one", text(call("echo", "{\"text\":\"one\",\"x\":\n" + smuggled + "\r\n}")));
        assertEquals("two", text(call("echo", "{\"text\":\"two\"}")));
        assertEquals(List.of(2, 0), counts());
    }

    @Test
    void aToolErrorIsAResultAndAProtocolErrorARefusal() {
        RawJson failed =
                assertInstanceOf(Answered.Result.class, call("fail", "{}")).result();
        assertTrue(failed.member("isError").isTrue());
        McpError refused =
                assertInstanceOf(Answered.Refusal.class, call("refuse", "{}")).error();
        assertEquals(McpError.INVALID_PARAMS, refused.code());
    }

    @Test
    void progressIsHeardInOrderBeforeTheAnswer() {
        List<String> heard = new ArrayList<>();
        Answered answer = server.ask(
                Party.GATEWAY,
                ServerRequest.call("steps", RawJson.EMPTY_OBJECT, true, Map.of()),
                params -> heard.add(say(params)),
                soon());
        assertEquals("done", text(answer));
        assertEquals(List.of("1/3 step 1", "2/3 step 2", "3/3 step 3"), heard);
    }

    private static String say(ObjectNode params) {
        assertFalse(params.has("progressToken"));
        return params.get("progress") + "/" + params.get("total") + " "
                + params.get("message").stringValue();
    }

    @Test
    void callsRunSideBySideAndGetTheirOwnAnswers() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 50; i++) {
            String word = "word " + i;
            threads.add(Thread.ofVirtual().start(() -> {
                String heard = text(call("echo", "{\"text\":\"" + word + "\"}"));
                if (!heard.equals(word)) {
                    wrong.add(heard);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void anAnswerBeyondTheLimitFailsOnlyThatCall() {
        ToolServerFault fault =
                assertThrows(ToolServerFault.class, () -> call("huge", "{\"bytes\":" + 2 * MAX_MESSAGE_BYTES + "}"));
        assertEquals(UpstreamFault.Kind.TOO_LARGE, fault.fault().kind());
        assertEquals("still here", text(call("echo", "{\"text\":\"still here\"}")));
    }

    @Test
    void theDeadlineEndsTheWaitAndTheServerIsTold() {
        server.list(soon());
        ToolServerFault fault = assertThrows(
                ToolServerFault.class,
                () -> server.ask(
                        Party.GATEWAY, request("hold", "{}"), Meanwhile.NOTHING, Deadline.in(Duration.ofMillis(300))));
        assertEquals(UpstreamFault.Kind.TIMEOUT, fault.fault().kind());
        awaitCancelled();
        assertEquals("still here", text(call("echo", "{\"text\":\"still here\"}")));
    }

    @Test
    void anInterruptEndsTheWaitAndTheServerIsTold() throws Exception {
        server.list(soon());
        BlockingQueue<UpstreamFault.Kind> ended = new ArrayBlockingQueue<>(1);
        int before = counts().getFirst();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                call("hold", "{}");
            } catch (ToolServerFault fault) {
                ended.add(fault.fault().kind());
            }
        });
        awaitCallsSeen(before + 1);
        caller.interrupt();
        assertEquals(UpstreamFault.Kind.CUT, ended.poll(10, TimeUnit.SECONDS));
        awaitCancelled();
    }

    @Test
    void whatTheServerAsksIsAnsweredWithNoExceptAPing() {
        assertEquals("-32601 ok", text(call("ask", "{}")));
    }

    /** Whether the server can ask its callers something over the connection it has. */
    boolean canAskBack() {
        return !expectedVersion().equals(ProtocolVersion.MODERN);
    }

    @Test
    void whatTheServerAsksReachesTheCallerWhoDeclaredIt() {
        Party able = new Party("session one", RawJson.of("{\"sampling\":{}}"), false);
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        Answered answer = server.ask(able, request("ask", "{}"), answering(asked), soon());
        assertEquals(canAskBack() ? "ok ok" : "-32601 ok", text(answer));
        assertEquals(canAskBack() ? List.of("sampling/createMessage") : List.of(), asked);
    }

    private static Meanwhile answering(List<String> asked) {
        return new Meanwhile() {
            @Override
            public void progress(ObjectNode params) {
                throw new AssertionError("nobody asked for progress");
            }

            @Override
            public Answered question(JsonRpcMessage.Request question) {
                asked.add(question.method());
                return new Answered.Result(RawJson.of("{\"model\":\"m\"}"));
            }
        };
    }

    @Test
    void theTimeAQuestionTakesDoesNotCount() {
        Party able = new Party("session one", RawJson.of("{\"sampling\":{}}"), false);
        assertEquals(
                "first", text(server.ask(able, request("echo", "{\"text\":\"first\"}"), Meanwhile.NOTHING, soon())));
        Deadline shorterThanTheAnswer = Deadline.in(Duration.ofSeconds(3));
        Answered answer = server.ask(
                able,
                request("ask", "{}"),
                new Meanwhile() {
                    @Override
                    public void progress(ObjectNode params) {
                        throw new AssertionError("nobody asked for progress");
                    }

                    @Override
                    public Answered question(JsonRpcMessage.Request question) {
                        await().atMost(Duration.ofSeconds(20)).until(shorterThanTheAnswer::isPast);
                        return new Answered.Result(RawJson.of("{\"model\":\"m\"}"));
                    }
                },
                shorterThanTheAnswer);
        assertEquals(canAskBack() ? "ok ok" : "-32601 ok", text(answer));
    }

    @Test
    void aChangedListIsNoticed() throws Exception {
        assertEquals("changed", text(call("change", "{}")));
        assertEquals("changed", changes.poll(10, TimeUnit.SECONDS));
    }

    /** What the server says it has seen: calls begun, cancellations noticed. */
    private List<Integer> counts() {
        return Arrays.stream(text(call("counts", "{}")).split("/"))
                .map(Integer::valueOf)
                .toList();
    }

    private void awaitCallsSeen(int calls) {
        await().until(() -> counts().getFirst() >= calls);
    }

    private void awaitCancelled() {
        await().until(() -> counts().getLast() >= 1);
    }
}
