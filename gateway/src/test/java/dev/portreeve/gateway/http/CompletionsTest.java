package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The older way to ask a model: a text to go on with. Same bytes both ways, same holds, same bounds. */
class CompletionsTest {
    private static final byte[] ANSWER = """
            {"id":"cmpl-1","object":"text_completion","created":1,"model":"davinci-002",
             "choices":[{"text":" world","index":0,"logprobs":null,"finish_reason":"stop"}],
             "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""".getBytes(StandardCharsets.UTF_8);

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("openai", upstream.baseUrl())
                .anthropic("claude", upstream.baseUrl())
                .model("fast", "openai/davinci-002")
                .model("opus", "claude/claude-opus-4-6")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> complete(String body) throws Exception {
        return caller.post("/v1/completions", body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    @Test
    void a_completion_passes_byte_for_byte_and_is_paid_for() throws Exception {
        upstream.then(ReplayUpstream.json(200, ANSWER));
        HttpResponse<byte[]> response =
                complete("{\"model\":\"fast\", \"prompt\":\"Hello\",\"suffix\":\"!\",\"max_tokens\" :9,\"x\":1.50}");
        assertEquals(200, response.statusCode(), text(response));
        assertArrayEquals(ANSWER, response.body());
        ReplayUpstream.Seen sent = upstream.requests().getFirst();
        assertEquals("POST /v1/completions HTTP/1.1", sent.line());
        assertEquals(
                "{\"model\":\"davinci-002\", \"prompt\":\"Hello\",\"suffix\":\"!\",\"max_tokens\" :9,\"x\":1.50}",
                sent.text());
        await().untilAsserted(
                        () -> assertEquals(List.of(new Usage(1, 0, 2, Usage.Basis.REPORTED)), edge.purse.settled));
    }

    @Test
    void without_a_bound_it_gets_the_one_the_operation_has_by_itself() throws Exception {
        upstream.then(ReplayUpstream.json(200, ANSWER));
        HttpResponse<byte[]> response = complete("{\"model\":\"fast\",\"prompt\":\"Hello\"}");
        assertEquals("16", header(response, "x-portreeve-output-cap"));
        assertEquals(
                "{\"max_tokens\":16,\"model\":\"davinci-002\",\"prompt\":\"Hello\"}",
                upstream.requests().getFirst().text());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"prompt\":\"a\",\"max_tokens\":10                               | 10",
                "\"prompt\":[\"a\",\"b\"],\"max_tokens\":10                       | 20",
                "\"prompt\":[\"a\",\"b\"],\"n\":2,\"best_of\":3,\"max_tokens\":10 | 60",
                "\"prompt\":[1,2,3],\"max_tokens\":10                             | 10",
                "\"prompt\":[[1],[2,3]],\"max_tokens\":10                         | 20",
                "\"prompt\":\"a\",\"max_completion_tokens\":1                     | 16",
            })
    void as_many_answers_are_held_as_the_provider_may_make(String members, long output) throws Exception {
        upstream.then(ReplayUpstream.json(200, ANSWER));
        complete("{\"model\":\"fast\"," + members + "}");
        Estimate held = edge.purse.held.getFirst().estimate();
        assertEquals(output, held.outputTokens());
    }

    @Test
    void a_stream_passes_and_its_usage_is_asked_for() throws Exception {
        String piece = "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[{\"text\":\" wor\","
                + "\"index\":0,\"finish_reason\":null}]}\n\n";
        String usage = "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"choices\":[],"
                + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n";
        upstream.then(ReplayUpstream.events((piece + usage + "data: [DONE]\n\n").getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response =
                complete("{\"model\":\"fast\",\"prompt\":\"a\",\"stream\":true,\"max_tokens\":5}");
        assertEquals(piece + "data: [DONE]\n\n", text(response));
        assertTrue(upstream.requests().getFirst().text().contains("\"include_usage\":true"));
        await().untilAsserted(
                        () -> assertEquals(List.of(new Usage(1, 0, 2, Usage.Basis.REPORTED)), edge.purse.settled));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"model\":\"fast\"}                                 | missing_required_parameter",
                "{\"model\":\"fast\",\"messages\":[]}                 | missing_required_parameter",
                "{\"model\":\"fast\",\"prompt\":{}}                   | invalid_type",
                "{\"model\":\"fast\",\"prompt\":[]}                   | invalid_value",
                "{\"model\":\"fast\",\"prompt\":[null]}               | invalid_type",
                "{\"model\":\"fast\",\"prompt\":\"a\",\"best_of\":999}| invalid_value",
            })
    void what_is_no_completion_is_refused(String body, String code) throws Exception {
        HttpResponse<byte[]> response = complete(body);
        assertEquals(400, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        assertEquals(0, upstream.requests().size());
    }

    @Test
    void a_provider_of_another_dialect_has_none() throws Exception {
        HttpResponse<byte[]> response = complete("{\"model\":\"opus\",\"prompt\":\"a\"}");
        assertEquals(404, response.statusCode());
        assertTrue(text(response).contains("\"code\":\"unsupported_operation\""), text(response));
    }

    @Test
    void more_prompts_than_any_provider_takes_are_refused() throws Exception {
        HttpResponse<byte[]> response =
                complete("{\"model\":\"fast\",\"prompt\":[" + "\"a\",".repeat(2_048) + "\"a\"]}");
        assertEquals(400, response.statusCode());
        assertTrue(text(response).contains("more than 2048 prompts"), text(response));
    }
}
