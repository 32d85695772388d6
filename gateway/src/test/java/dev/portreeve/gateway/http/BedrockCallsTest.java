package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.gateway.model.FrameWriter;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.gateway.model.SignedRequest;
import dev.portreeve.policy.call.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers of other dialects at models of Bedrock, over its own wire: signed requests, binary frames, its names of errors. */
class BedrockCallsTest {
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String EVENT_STREAM = "application/vnd.amazon.eventstream";
    private static final String GOLDEN = "translation/chat-to-bedrock/";
    private static final Usage USED = new Usage(100, 60, 25, new Usage.Parts(10, 0, 0, 0, 0), Usage.Basis.REPORTED);
    private static final String UNARY = "{\"model\":\"claude\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String STREAM =
            "{\"model\":\"claude\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        String address = "base-url: \"" + upstream.baseUrl() + "\", dialects: [bedrock-converse]";
        edge = new EdgeFixture()
                .configured("{ id: bedrock, api-key: bedrock-key, " + address + " }")
                .configured("{ id: signed, " + address
                        + ", identity: { aws: { region: eu-central-1, access-key-id: AKID, secret-access-key: \""
                        + SECRET
                        + "\" } } }")
                .model("claude", "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0")
                .model("signed", "signed/arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.x-v1:0")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    /** The recorded stream as frames. */
    private static byte[] frames() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String events = new String(ReplayUpstream.recorded(GOLDEN + "stream.txt"), StandardCharsets.UTF_8);
        for (String event : events.split("\n\n")) {
            String[] lines = event.split("\n");
            out.writeBytes(
                    FrameWriter.event(lines[0].substring("event: ".length()), lines[1].substring("data: ".length())));
        }
        return out.toByteArray();
    }

    private static ReplayUpstream.Script stream(byte[]... chunks) {
        return exchange -> {
            exchange.begin(EVENT_STREAM);
            for (byte[] chunk : chunks) {
                exchange.chunk(chunk);
            }
            exchange.endEvents();
        };
    }

    private static ReplayUpstream.Script error(int status, String type) {
        return exchange -> exchange.json(
                status,
                "x-amzn-ErrorType: " + type + "\r\nx-amzn-RequestId: 7d0f\r\n",
                "{\"message\":\"what it says\"}".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_whole_answer_for_a_chat() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded(GOLDEN + "answer.json")));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"finish_reason\":\"tool_calls\""), text(response));
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("POST /v1/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse HTTP/1.1", seen.line());
        assertEquals("Bearer bedrock-key", seen.headers().get("authorization"));
        assertTrue(seen.text().startsWith("{\"inferenceConfig\":{\"maxTokens\":4096}"), seen.text());
        assertFalse(seen.text().contains("max_tokens"), seen.text());
        assertEquals(
                List.of(new Usage(100, 60, 25, new Usage.Parts(6, 4, 0, 0, 0), Usage.Basis.REPORTED)),
                edge.purse.settled);
    }

    @Test
    void anthropics_sdk_streams_from_it() {
        upstream.then(stream(frames()));
        MessageAccumulator accumulator = MessageAccumulator.create();
        MessageCreateParams params = MessageCreateParams.builder()
                .model("claude")
                .maxTokens(2000)
                .addUserMessage("hello")
                .build();
        AnthropicClient anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(edge.uri("").toString())
                .apiKey(EdgeFixture.KEY)
                .maxRetries(0)
                .build();
        try (StreamResponse<RawMessageStreamEvent> stream = anthropic.messages().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        } finally {
            anthropic.close();
        }
        Message message = accumulator.message();
        assertEquals(
                "c2lnbmVk", message.content().get(0).thinking().orElseThrow().signature());
        assertEquals(
                "Hello é wörld", message.content().get(1).text().orElseThrow().text());
        assertEquals("ping", message.content().get(3).toolUse().orElseThrow().name());
        assertEquals("tool_use", message.stopReason().orElseThrow().asString());
        assertEquals(List.of(USED), edge.purse.settled);
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertTrue(seen.line().endsWith("/converse-stream HTTP/1.1"), seen.line());
        assertEquals(EVENT_STREAM, seen.headers().get("accept"));
        assertTrue(seen.text().contains("\"maxTokens\":2000"), seen.text());
    }

    @Test
    void a_signed_request_streams_to_a_caller_of_responses() throws Exception {
        byte[] frames = frames();
        upstream.then(stream(
                Arrays.copyOf(frames, 5),
                Arrays.copyOfRange(frames, 5, 700),
                Arrays.copyOfRange(frames, 700, frames.length)));
        HttpResponse<byte[]> response = caller.post(
                "/v1/responses",
                "{\"model\":\"signed\",\"stream\":true,\"input\":\"hi\"}".getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(text(response).contains("event: response.completed"), text(response));
        assertTrue(text(response).contains("Hello é wörld"), text(response));
        ReplayUpstream.Seen seen = upstream.requests().getFirst();
        assertEquals("AKID", SignedRequest.verified(seen, SECRET));
        assertTrue(seen.line().contains("%2Feu.x-v1%3A0/converse-stream"), seen.line());
        assertEquals(List.of(USED), edge.purse.settled);
    }

    @ParameterizedTest
    @CsvSource({
        "403,UnrecognizedClientException,502,upstream_auth",
        "403,ExpiredTokenException:http://internal.amazon.com/coral/,502,upstream_auth",
        "403,AccessDeniedException,502,upstream_denied",
        "400,ServiceQuotaExceededException,503,upstream_quota",
        "400,ValidationException:http://internal.amazon.com/coral/,400,upstream_refused",
        "404,ResourceNotFoundException,404,upstream_refused",
        "429,ThrottlingException,429,rate_limit_exceeded",
        "429,ModelNotReadyException,429,rate_limit_exceeded",
        "408,ModelTimeoutException,504,upstream_timeout",
        "424,ModelErrorException,502,upstream_refused",
        "503,ServiceUnavailableException,503,upstream_refused",
        "500,InternalServerException,502,upstream_refused"
    })
    void its_errors_mean_what_they_are_called(int status, String type, int heard, String code) throws Exception {
        upstream.then(error(status, type));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(heard, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        boolean ofOurAccount = (heard == 502 && !code.equals("upstream_refused")) || code.equals("upstream_quota");
        assertEquals(!ofOurAccount, text(response).contains("what it says"), text(response));
        assertEquals(1, edge.purse.settled.size(), "settled once");
        assertEquals(EventKind.CALL_CLOSED, edge.lastRecord().kind());
    }

    /** All that a caller sees of a stream that ends badly, whose connection is closed without an end. */
    private String broken() throws IOException {
        try (Socket socket = caller.open("/v1/chat/completions", STREAM)) {
            String seen = Caller.all(socket);
            assertFalse(seen.endsWith("\r\n0\r\n\r\n") && !seen.contains("HTTP/1.1 502"), seen);
            assertFalse(seen.contains("[DONE]"), seen);
            assertTrue(seen.contains("\"error\""), seen);
            return seen;
        }
    }

    @Test
    void an_exception_in_the_stream_is_an_error_and_no_end() throws Exception {
        upstream.then(stream(
                FrameWriter.event("messageStart", "{\"role\":\"assistant\"}"),
                FrameWriter.event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}"),
                FrameWriter.exception("throttlingException", "{\"message\":\"too many tokens\"}")));
        String seen = broken();
        assertTrue(seen.contains("Hello"), seen);
        assertEquals(1, edge.purse.settled.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"in a frame", "between frames", "garbage", "no frame at all"})
    void a_stream_that_breaks_never_looks_whole(String how) throws Exception {
        byte[] start = FrameWriter.event("messageStart", "{\"role\":\"assistant\"}");
        byte[] text =
                FrameWriter.event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}");
        byte[] broken = text.clone();
        broken[40] ^= 1;
        upstream.then(
                switch (how) {
                    case "in a frame" -> stream(start, text, Arrays.copyOf(text, 30));
                    case "between frames" -> stream(start, text);
                    case "garbage" -> stream(start, text, broken);
                    default -> stream("data: {}\n\n".repeat(10).getBytes(StandardCharsets.UTF_8));
                });
        broken();
        assertEquals(1, edge.purse.settled.size());
        assertEquals(EventKind.CALL_CLOSED, edge.lastRecord().kind());
    }

    @Test
    void a_stream_without_its_usage_is_whole_and_counted_from_what_passed() throws Exception {
        upstream.then(stream(
                FrameWriter.event("messageStart", "{\"role\":\"assistant\"}"),
                FrameWriter.event("contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hello\"}}"),
                FrameWriter.event("messageStop", "{\"stopReason\":\"end_turn\"}")));
        HttpResponse<byte[]> response = caller.chat(STREAM);
        assertTrue(text(response).endsWith("data: [DONE]\n\n"), text(response));
        assertEquals(Usage.Basis.ESTIMATED, edge.purse.settled.getFirst().basis());
    }

    @Test
    void a_call_that_the_model_botched_is_a_broken_answer() throws Exception {
        upstream.then(
                ReplayUpstream.json(
                        200,
                        "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"x\"}]}},"
                                + "\"stopReason\":\"malformed_tool_use\",\"usage\":{\"inputTokens\":5,\"outputTokens\":2,\"totalTokens\":7}}"));
        HttpResponse<byte[]> response = caller.chat(UNARY);
        assertEquals(502, response.statusCode(), text(response));
        assertTrue(header(response, "x-portreeve-reason").startsWith("upstream_"), text(response));
    }

    @Test
    void a_name_that_would_lead_to_another_path_is_no_model() throws Exception {
        for (String name : List.of("bedrock/..", "bedrock/.")) {
            HttpResponse<byte[]> response = caller.chat(UNARY.replace("claude", name));
            assertEquals(404, response.statusCode(), text(response));
        }
        assertTrue(upstream.requests().isEmpty());
    }
}
