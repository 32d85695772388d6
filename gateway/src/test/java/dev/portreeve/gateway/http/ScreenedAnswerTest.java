package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guardrails on the texts of requests and answers: what is masked changes in its place, all else stays as it was. */
class ScreenedAnswerTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture().provider("openai", upstream.baseUrl()).model("fast", "openai/gpt-5-mini");
    }

    @AfterEach
    void stop() throws IOException {
        edge.close();
        upstream.close();
    }

    private static String event(String content) {
        return "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + content
                + "\"},\"logprobs\":{\"content\":[{\"token\":\"x\"}]}}]}\n\n";
    }

    @Test
    void a_masked_text_changes_in_its_place_and_nothing_else() throws Exception {
        edge.guardrail(Detector.PII, Position.INPUT, Action.MASK).start();
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        try (Caller caller = new Caller(edge)) {
            HttpResponse<byte[]> response = caller.chat(
                    "{\"model\":\"fast\", \"max_tokens\":5, \"x\" : 1e2,\"messages\":["
                            + "{\"role\":\"user\",\"content\":[{\"type\":\"text\", \"text\":\"write to ana@example.com\\n\"},{\"type\":\"text\",\"text\":\"caf\\u00e9\"}]}]}");
            assertEquals(200, response.statusCode(), text(response));
        }
        String sent = upstream.requests().getFirst().text();
        assertFalse(sent.contains("ana@example.com"), sent);
        assertTrue(
                sent.startsWith(
                        "{\"model\":\"gpt-5-mini\", \"max_tokens\":5, \"x\" : 1e2,\"messages\":[{\"role\":\"user\","
                                + "\"content\":[{\"type\":\"text\", \"text\":\"write to "),
                sent);
        assertTrue(sent.endsWith("\\n\"},{\"type\":\"text\",\"text\":\"caf\\u00e9\"}]}]}"), sent);
    }

    @Test
    void a_blocked_request_goes_nowhere() throws Exception {
        edge.guardrail(Detector.PII, Position.INPUT, Action.BLOCK).start();
        try (Caller caller = new Caller(edge)) {
            HttpResponse<byte[]> response =
                    caller.chat("{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\","
                            + "\"unheard_of\":{\"note\":\"ana@example.com\"}}]}");
            assertEquals(400, response.statusCode());
            assertTrue(text(response).contains("content_policy_violation"), text(response));
            assertFalse(text(response).contains("ana@"), text(response));
            assertEquals("false", header(response, "x-should-retry"));
            HttpResponse<byte[]> tokens = caller.post(
                    "/v1/embeddings",
                    "{\"model\":\"fast\",\"input\":[1,2,3]}".getBytes(StandardCharsets.UTF_8),
                    Map.of());
            assertEquals(400, tokens.statusCode());
            assertTrue(text(tokens).contains("unreadable_input"), text(tokens));
        }
        assertEquals(0, upstream.requests().size());
    }

    @Test
    void a_stream_without_findings_passes_byte_for_byte() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.MASK).start();
        byte[] events = ReplayUpstream.recorded("chat-stream.txt");
        upstream.then(ReplayUpstream.events(events));
        try (Caller caller = new Caller(edge)) {
            HttpResponse<byte[]> response = caller.chat("{\"model\":\"fast\",\"stream\":true,\"stream_options\":"
                    + "{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertEquals(new String(events, StandardCharsets.UTF_8), text(response));
        }
    }

    @Test
    void a_finding_across_events_is_masked_in_all_of_them() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.MASK).start();
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(event("write to "));
            exchange.chunk(event("ana@exam"));
            exchange.chunk(event("ple.com today"));
            exchange.chunk("data: [DONE]\n\n");
            exchange.endEvents();
        });
        try (Caller caller = new Caller(edge)) {
            HttpResponse<byte[]> response = caller.chat(
                    "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            String seen = text(response);
            assertTrue(seen.startsWith(event("write to ")), seen);
            assertFalse(seen.contains("ana@"), seen);
            assertFalse(seen.contains("ple.com"), seen);
            assertTrue(seen.contains("today"), seen);
            assertTrue(seen.contains("\"logprobs\":null"), "probabilities would repeat the text: " + seen);
            assertTrue(seen.endsWith("data: [DONE]\n\n"), seen);
        }
    }

    @Test
    void a_stream_that_is_blocked_ends_with_an_error_and_no_done() throws Exception {
        edge.guardrail(Detector.PII, Position.OUTPUT, Action.BLOCK).start();
        upstream.then(exchange -> {
            exchange.beginEvents();
            exchange.chunk(event("first, some words. "));
            exchange.chunk(event("then ana@example.com and more"));
            exchange.chunk(event(" text"));
            exchange.hang();
        });
        try (Caller caller = new Caller(edge)) {
            HttpResponse<byte[]> response = caller.chat(
                    "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            String seen = text(response);
            assertFalse(seen.contains("ana@"), seen);
            assertFalse(seen.contains("[DONE]"), seen);
            assertTrue(seen.contains("content_policy_violation"), seen);
        }
        assertTrue(upstream.clientLeft(10), "nobody listens to the rest");
        assertEquals(1, edge.purse.settled.size());
    }
}
