package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.InMemoryJournal.Fault;
import dev.portreeve.gateway.model.ReplayUpstream;
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
import org.junit.jupiter.params.provider.ValueSource;

/** INV-6: what caller and provider say to each other passes in their very bytes, but for what routing must change. */
class PassThroughTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("openai", upstream.baseUrl())
                .model("fast", "openai/gpt-5-mini")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    @Test
    void a_unary_call_passes_byte_for_byte_both_ways() throws Exception {
        byte[] answer = ReplayUpstream.recorded("chat.json");
        upstream.then(ReplayUpstream.json(200, answer));
        String body =
                "{ \"model\" :\"openai/gpt-5-mini\",\n\t\"messages\":[{\"role\":\"user\",\"content\":\"Gr\\u00fc\\u00dfe \uD83D\uDC4B\"}],"
                        + " \"max_tokens\":7,\"x_unknown\" : [1.50, 1e3, {\"a\":null}] , \"temperature\":0.10}\n";
        HttpResponse<byte[]> response = caller.chat(body);
        assertEquals(200, response.statusCode());
        assertArrayEquals(answer, response.body());
        assertEquals(
                body.replace("openai/gpt-5-mini", "gpt-5-mini"),
                upstream.requests().getFirst().text());
        assertEquals(List.of(new Usage(19, 8, 10, Usage.Basis.REPORTED)), edge.purse.settled);
    }

    @Test
    void a_body_that_needs_no_change_goes_on_as_it_is() throws Exception {
        edge.close();
        edge = new EdgeFixture()
                .provider("openai", upstream.baseUrl())
                .model("gpt-5-mini", "openai/gpt-5-mini")
                .start();
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        byte[] body =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud83d\\ude00\"}],\"n\":1, \"max_completion_tokens\":3,\"model\":\"gpt-5-mini\"}"
                        .getBytes(StandardCharsets.UTF_8);
        try (Caller other = new Caller(edge)) {
            assertEquals(200, other.post("/v1/chat/completions", body, Map.of()).statusCode());
        }
        assertArrayEquals(body, upstream.requests().getFirst().body());
    }

    @Test
    void an_answer_says_what_it_cost_and_where_it_came_from() throws Exception {
        upstream.then(exchange -> exchange.json(
                200,
                "x-request-id: req_77\r\nopenai-processing-ms: 12\r\nSet-Cookie: a=b\r\nopenai-organization: ours\r\n",
                ReplayUpstream.recorded("chat.json")));
        HttpResponse<byte[]> response =
                caller.chat("{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals("openai", header(response, "x-portreeve-provider"));
        assertEquals("gpt-5-mini", header(response, "x-portreeve-model"));
        assertEquals("1", header(response, "x-portreeve-attempts"));
        // 11 plain and 8 cached input tokens, 10 output tokens.
        assertEquals("0.00002295", header(response, "x-portreeve-cost-usd"));
        assertEquals("1.5", header(response, "x-portreeve-budget-remaining-usd"));
        assertEquals("2030-01-01T00:00:00Z", header(response, "x-portreeve-budget-reset"));
        assertEquals("128000", header(response, "x-portreeve-output-cap"));
        assertEquals("req_77", header(response, "x-portreeve-upstream-request-id"));
        assertEquals("12", header(response, "openai-processing-ms"));
        assertEquals(header(response, "x-request-id"), header(response, "x-portreeve-call-id"));
        assertTrue(header(response, "x-portreeve-overhead-ms").matches("\\d+\\.\\d{3}"));
        assertEquals("", header(response, "set-cookie"));
        assertEquals("", header(response, "openai-organization"));
        assertTrue(upstream.requests()
                .getFirst()
                .text()
                .startsWith("{\"max_completion_tokens\":128000,\"model\":\"gpt-5-mini\""));
    }

    @Test
    void the_callers_credentials_stay_here_and_the_providers_go_there() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        caller.post(
                "/chat/completions",
                "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "x-api-key", "another",
                        "Cookie", "session=1",
                        "openai-organization", "org-caller",
                        "x-client-request-id", "run-7",
                        "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        Map<String, String> sent = upstream.requests().getFirst().headers();
        assertEquals("Bearer sk-upstream", sent.get("authorization"));
        assertEquals("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", sent.get("traceparent"));
        assertEquals("run-7", sent.get("x-client-request-id"));
        String opened = new String(edge.journal.records().getFirst().leaf(), StandardCharsets.UTF_8);
        assertTrue(opened.contains("0af7651916cd43dd8448eb211c80319c") && opened.contains("run-7"), opened);
        assertFalse(sent.containsKey("x-api-key"), sent.toString());
        assertFalse(sent.containsKey("cookie"), sent.toString());
        assertFalse(sent.containsKey("openai-organization"), sent.toString());
        assertEquals("application/json", sent.get("content-type"));
        assertFalse(sent.containsKey("expect"), sent.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x-litellm-api-key", "x-portkey-api-key", "cf-aig-authorization"})
    void a_key_may_stand_where_clients_of_other_gateways_put_it(String place) throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        HttpResponse<byte[]> response = caller.post(
                "/v1/chat/completions",
                "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of(place, "Bearer " + EdgeFixture.KEY, "authorization", "Bearer sk-of-the-provider"));
        assertEquals(200, response.statusCode(), text(response));
        Map<String, String> sent = upstream.requests().getFirst().headers();
        assertEquals("Bearer sk-upstream", sent.get("authorization"), "the caller's never leaves");
        assertFalse(sent.containsKey(place), sent.toString());
    }

    @Test
    void a_stream_passes_byte_for_byte_when_the_caller_asked_for_the_usage() throws Exception {
        byte[] events = ReplayUpstream.recorded("chat-stream.txt");
        upstream.then(ReplayUpstream.events(events));
        String body =
                "{\"model\":\"openai/gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_obfuscation\":true,"
                        + "\"include_usage\" : true},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        HttpResponse<byte[]> response = caller.chat(body);
        assertArrayEquals(events, response.body());
        assertEquals(
                body.replace("openai/gpt-5-mini", "gpt-5-mini"),
                upstream.requests().getFirst().text());
        assertEquals("text/event-stream; charset=utf-8", header(response, "content-type"));
        assertEquals("no", header(response, "x-accel-buffering"));
        assertEquals(List.of(new Usage(12, 2, 4, Usage.Basis.REPORTED)), edge.purse.settled);
    }

    @Test
    void usage_nobody_asked_for_is_asked_for_and_taken_out_again() throws Exception {
        upstream.always(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        Map<String, String> asked = Map.of(
                "{\"model\":\"fast\",\"stream\":true,\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"stream_options\":{\"include_usage\":true},\"model\":\"gpt-5-mini\",\"stream\":true,\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"fast\",\"stream\":true,\"stream_options\":null,\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"fast\",\"stream\":true,\"stream_options\":{ },\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true },\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"fast\",\"stream\":true,\"stream_options\":{\"x\":1},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"x\":1},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"fast\",\"stream\":true,\"stream_options\":{\"include_usage\":false},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                "{\"model\":\"gpt-5-mini\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":5,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        byte[] without = ReplayUpstream.recorded("chat-stream-without-usage.txt");
        for (Map.Entry<String, String> entry : asked.entrySet()) {
            HttpResponse<byte[]> response = caller.chat(entry.getKey());
            assertArrayEquals(without, response.body(), text(response));
            assertEquals(entry.getValue(), upstream.requests().getLast().text());
        }
        assertTrue(edge.purse.settled.stream().allMatch(new Usage(12, 2, 4, Usage.Basis.REPORTED)::equals));
    }

    @Test
    void events_cut_anywhere_by_the_network_arrive_whole_and_in_order() throws Exception {
        byte[] events = ReplayUpstream.recorded("chat-stream.txt");
        for (int size : new int[] {1, 7, 64, 333}) {
            upstream.then(exchange -> {
                exchange.beginEvents();
                for (int from = 0; from < events.length; from += size) {
                    exchange.chunk(java.util.Arrays.copyOfRange(events, from, Math.min(events.length, from + size)));
                }
                exchange.endEvents();
            });
            HttpResponse<byte[]> response = caller.chat(
                    "{\"model\":\"fast\",\"stream\":true,"
                            + "\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
            assertArrayEquals(events, response.body());
        }
    }

    @Test
    void line_ends_of_all_kinds_pass() throws Exception {
        String events =
                new String(ReplayUpstream.recorded("chat-stream.txt"), StandardCharsets.UTF_8).replace("\n", "\r\n");
        upstream.then(ReplayUpstream.events(events.getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response = caller.chat("{\"model\":\"fast\",\"stream\":true,"
                + "\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(events, text(response));
        assertEquals(List.of(new Usage(12, 2, 4, Usage.Basis.REPORTED)), edge.purse.settled);
    }

    @Test
    void embeddings_pass_byte_for_byte() throws Exception {
        byte[] answer = ReplayUpstream.recorded("embeddings.json");
        upstream.then(ReplayUpstream.json(200, answer));
        byte[] body =
                "{\"input\":[[1,2],[3]],\"model\":\"openai/text-embedding-3-small\", \"encoding_format\":\"float\"}"
                        .getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> response = caller.post("/v1/embeddings", body, Map.of());
        assertArrayEquals(answer, response.body());
        assertEquals(
                "{\"input\":[[1,2],[3]],\"model\":\"text-embedding-3-small\", \"encoding_format\":\"float\"}",
                upstream.requests().getFirst().text());
        assertEquals(
                "POST /v1/embeddings HTTP/1.1", upstream.requests().getFirst().line());
    }

    @Test
    void connections_to_the_provider_serve_one_call_after_another() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        for (int i = 0; i < 20; i++) {
            assertEquals(
                    200,
                    caller.chat("{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                            .statusCode());
        }
        assertEquals(1, upstream.connections());
    }

    @Test
    void an_answer_whose_opening_record_fails_is_not_released() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        edge.journal.next(Fault.FAILS);
        HttpResponse<byte[]> response =
                caller.chat("{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(503, response.statusCode());
        assertTrue(text(response).contains("evidence_unavailable"), text(response));
        assertEquals("", header(response, "x-portreeve-provider"), "headers of the lost answer are gone");
        assertEquals(edge.purse.held.getFirst().id().toString(), header(response, "x-request-id"), "it names the call");
    }

    @Test
    void an_answer_does_not_wait_for_its_closing_record() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        edge.journal.next(Fault.NONE, Fault.FAILS);
        HttpResponse<byte[]> response =
                caller.chat("{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(200, response.statusCode());
        assertEquals(EventKind.CALL_OPENED, edge.lastRecord().kind());
    }

    @Test
    void a_stream_whose_opening_record_fails_never_begins() throws Exception {
        upstream.always(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        edge.journal.next(Fault.FAILS);
        HttpResponse<byte[]> response = caller.chat(
                "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertEquals(503, response.statusCode());
        assertTrue(text(response).contains("evidence_unavailable"), text(response));
    }

    @Test
    void a_stream_does_not_wait_for_its_closing_record() throws Exception {
        upstream.always(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")));
        edge.journal.next(Fault.NONE, Fault.FAILS);
        HttpResponse<byte[]> answer = caller.chat(
                "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertTrue(new String(answer.body(), StandardCharsets.UTF_8).contains("[DONE]"));
        // What stays is the opening record, durable before the first byte; the sweeper settles the money.
        assertEquals(EventKind.CALL_OPENED, edge.lastRecord().kind());
    }
}
