package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller can get wrong, and every refusal: an error of its dialect, a record, and not one byte to the upstream. */
class BadInputTest {
    private static final int MAX_BODY = 1 << 16;
    private static final String GOOD = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream().always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        edge = new EdgeFixture()
                .limited(EdgeFixture.limits(MAX_BODY, Duration.ofSeconds(20), Duration.ofSeconds(15)))
                .provider("openai", upstream.baseUrl())
                .model("fast", "openai/gpt-5-mini")
                .model("forbidden", "openai/gpt-5")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        assertEquals(0, upstream.requests().size(), "nothing reaches the upstream");
        caller.close();
        edge.close();
        upstream.close();
    }

    private void refused(HttpResponse<byte[]> response, int status, String code, String param) {
        assertEquals(status, response.statusCode(), text(response));
        assertTrue(text(response).contains("\"code\":\"" + code + "\""), text(response));
        String expected = param.equals("null") ? "null" : "\"" + param + "\"";
        assertTrue(text(response).contains("\"param\":" + expected), text(response));
        assertEquals("false", header(response, "x-should-retry"));
        assertFalse(header(response, "x-request-id").isEmpty());
        assertEquals("application/json", header(response, "content-type"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"model\":\"fast\",                                      | invalid_json               | null",
                "{\"model\":\"fast\",\"messages\":[}                       | invalid_json               | null",
                "{} {}                                                     | invalid_json               | null",
                "[]                                                        | invalid_type               | null",
                "\"text\"                                                  | invalid_type               | null",
                "{\"model\":\"fast\",\"model\":\"x\",\"messages\":[]}      | invalid_value              | messages",
                "{\"messages\":[{\"role\":\"user\"}]}                      | missing_required_parameter | model",
                "{\"model\":\"fast\"}                                      | missing_required_parameter | messages",
                "{\"model\":7,\"messages\":[{\"role\":\"user\"}]}          | invalid_type               | model",
                "{\"model\":\" \",\"messages\":[{\"role\":\"user\"}]}      | invalid_value              | model",
                "{\"model\":\"fast\",\"messages\":{}}                      | invalid_type               | messages",
                "{\"model\":\"fast\",\"messages\":[]}                      | invalid_value              | messages",
                "{\"model\":\"fast\",\"messages\":[7]}                     | invalid_type               | messages[0]",
                "{\"model\":\"fast\",\"messages\":[{\"content\":\"x\"}]}   | missing_required_parameter |"
                        + " messages[0].role",
                "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":7}]} | invalid_type |"
                        + " messages[0].content",
                "{\"model\":\"fast\",\"stream\":1,\"messages\":[{\"role\":\"user\"}]} | invalid_type | stream",
                "{\"model\":\"fast\",\"stream_options\":1,\"messages\":[{\"role\":\"user\"}]} | invalid_type |"
                        + " stream_options",
                "{\"model\":\"fast\",\"max_tokens\":\"9\",\"messages\":[{\"role\":\"user\"}]} | invalid_type |"
                        + " max_tokens",
                "{\"model\":\"fast\",\"max_tokens\":0,\"messages\":[{\"role\":\"user\"}]} | invalid_value | max_tokens",
                "{\"model\":\"fast\",\"max_completion_tokens\":99999999999999999999,\"messages\":[{\"role\":\"user\"}]}"
                        + " | invalid_value | max_completion_tokens",
                "{\"model\":\"fast\",\"n\":1.5,\"messages\":[{\"role\":\"user\"}]} | invalid_type | n",
                "{\"model\":\"fast\",\"n\":129,\"messages\":[{\"role\":\"user\"}]} | invalid_value | n",
            })
    void a_body_that_cannot_be_read(String body, String code, String param) throws Exception {
        // The one body that is wrong twice shows that the first mistake is the one reported.
        String expected = body.contains("\"model\":\"x\"") ? "duplicate_key" : code;
        refused(caller.chat(body), 400, expected, expected.equals("duplicate_key") ? "null" : param);
        assertEquals(EventKind.CALL_REFUSED, edge.lastRecord().kind());
        assertEquals("acme", edge.lastRecord().tenant());
        assertEquals(0, edge.purse.held.size());
    }

    @Test
    void the_position_of_a_mistake_is_said_but_nothing_of_the_body() throws Exception {
        HttpResponse<byte[]> response = caller.chat("{\"model\":\"fast\",\n \"messages\": hunter2 }");
        refused(response, 400, "invalid_json", "null");
        assertTrue(text(response).contains("line 2, column"), text(response));
        assertFalse(text(response).contains("hunter2"), text(response));
    }

    @Test
    void a_key_that_comes_twice_at_any_depth() throws Exception {
        refused(
                caller.chat(
                        "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"metadata\":{\"a\":1,\"a\":2}}"),
                400,
                "duplicate_key",
                "null");
    }

    @Test
    void json_nested_beyond_reason() throws Exception {
        refused(
                caller.chat("{\"model\":\"fast\",\"x\":" + "[".repeat(500) + "]".repeat(500) + "}"),
                400,
                "json_too_complex",
                "null");
    }

    @ParameterizedTest
    @ValueSource(ints = {MAX_BODY + 1, 3 * MAX_BODY})
    void a_body_over_the_limit(int size) throws Exception {
        refused(caller.chat("{\"x\":\"" + "a".repeat(size - 8) + "\"}"), 413, "request_too_large", "null");
        assertEquals(EventKind.CALL_REFUSED, edge.lastRecord().kind());
    }

    /** What is too much is read and thrown away, so that its sender hears why; nothing of it is kept. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_body_of_a_hundred_megabytes(boolean announced) throws Exception {
        String answer = sent(100, announced);
        assertTrue(answer.startsWith("HTTP/1.1 413"), answer);
        assertTrue(answer.contains("the body is larger than"), answer);
        await().until(() -> edge.journal.events().stream().anyMatch(one -> one.kind() == EventKind.CALL_REFUSED));
        assertEquals(0, edge.purse.held.size());
    }

    /** Who sends without end is cut off, and that is in the records. */
    @Test
    void a_body_of_a_gigabyte() throws Exception {
        String ignored = sent(1_000, true);
        await().until(() -> edge.journal.events().stream().anyMatch(one -> one.kind() == EventKind.CALL_REFUSED));
        assertEquals(0, edge.purse.held.size());
    }

    /** Sends so many megabytes, and says what is answered; nothing where the connection was ended before all was sent. */
    private String sent(int megabytes, boolean announced) throws IOException {
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'a');
        try (Socket socket = new Socket("127.0.0.1", edge.uri("/").getPort())) {
            OutputStream out = socket.getOutputStream();
            String length = announced ? "Content-Length: " + megabytes * (1L << 20) : "Transfer-Encoding: chunked";
            out.write(ascii("POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + EdgeFixture.KEY
                    + "\r\nContent-Type: application/json\r\n" + length + "\r\n\r\n"));
            for (int i = 0; i < megabytes; i++) {
                out.write(announced ? new byte[0] : ascii("100000\r\n"));
                out.write(piece);
                out.write(announced ? new byte[0] : ascii("\r\n"));
            }
            out.write(announced ? new byte[0] : ascii("0\r\n\r\n"));
            return Caller.all(socket);
        } catch (SocketException cut) {
            return "";
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** In every dialect, at its beginning and within what is only passed on. */
    @ParameterizedTest
    @ValueSource(
            strings = {"/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1beta/models/fast:generateContent"})
    void bytes_that_are_no_utf8_and_keys_that_come_twice(String path) throws Exception {
        String good =
                "{\"model\":\"fast\",\"max_tokens\":5,\"input\":\"hi\",\"messages\":[{\"role\":\"user\",\"content\":\"X\"}],"
                        + "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"X\"}]}],\"metadata\":{\"a\":\"Y\"}}";
        for (String odd : List.of("\u00ff", "\u00c3", "\u00c3\u0028", "\u00ed\u00a0\u0080", "\u00c0\u0080")) {
            for (String place : List.of("X", "Y")) {
                byte[] body = good.replace(place, odd).getBytes(StandardCharsets.ISO_8859_1);
                HttpResponse<byte[]> response = caller.post(path, body, Map.of());
                assertEquals(400, response.statusCode(), place + " " + text(response));
            }
        }
        byte[] twice = good.replace("{\"a\"", "{\"a\":1,\"a\"").getBytes(StandardCharsets.UTF_8);
        HttpResponse<byte[]> response = caller.post(path, twice, Map.of());
        assertEquals(400, response.statusCode(), text(response));
        assertTrue(text(response).contains("twice") || text(response).contains("duplicate"), text(response));
    }

    @Test
    void a_body_whose_sender_left() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", edge.uri("/").getPort())) {
            socket.getOutputStream()
                    .write(("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + EdgeFixture.KEY
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"model\":")
                            .getBytes(StandardCharsets.UTF_8));
        }
        await().until(() -> edge.journal.events().stream().anyMatch(one -> one.kind() == EventKind.CALL_REFUSED));
    }

    @Test
    void another_content_type() throws Exception {
        byte[] body = GOOD.getBytes(StandardCharsets.UTF_8);
        refused(
                caller.post("/v1/chat/completions", body, Map.of("Content-Type", "application/x-www-form-urlencoded")),
                415,
                "unsupported_media_type",
                "null");
    }

    @Test
    void another_encoding() throws Exception {
        refused(
                caller.post("/v1/chat/completions", GOOD.getBytes(StandardCharsets.UTF_16LE), Map.of()),
                400,
                "invalid_json",
                "null");
        refused(caller.post("/v1/chat/completions", new byte[0], Map.of()), 400, "missing_body", "null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "nobody/gpt-5", "openai/", "openai/a b", "openai/gpt\\r\\nx: y"})
    void an_unknown_model(String model) throws Exception {
        refused(caller.chat(GOOD.replace("fast", model)), 404, "model_not_found", "model");
        assertEquals(EventKind.CALL_REFUSED, edge.lastRecord().kind());
    }

    @Test
    void a_model_that_is_not_granted() throws Exception {
        refused(caller.chat(GOOD.replace("fast", "forbidden")), 403, "model_not_granted", "model");
        HttpResponse<byte[]> stranger = caller.post(
                "/v1/chat/completions",
                GOOD.getBytes(StandardCharsets.UTF_8),
                Map.of("Authorization", "Bearer " + EdgeFixture.STRANGER_KEY));
        refused(stranger, 403, "model_not_granted", "model");
        assertEquals("not_granted", header(stranger, "x-portreeve-reason"));
        assertEquals(header(stranger, "x-request-id"), header(stranger, "x-portreeve-decision"));
        assertEquals(EventKind.CALL_REFUSED, edge.lastRecord().kind());
    }

    @ParameterizedTest
    @ValueSource(strings = {GOOD, "{\"model\":\"fast\",\"stream\":true,\"messages\":[{\"role\":\"user\"}]}"})
    void money_that_is_gone(String body) throws Exception {
        edge.purse.empty = true;
        HttpResponse<byte[]> response = caller.chat(body);
        refused(response, 429, "insufficient_quota", "null");
        assertTrue(text(response).contains("\"type\":\"insufficient_quota\""));
        assertEquals("0", header(response, "x-portreeve-budget-remaining-usd"));
    }

    @ParameterizedTest
    @CsvSource({"Authorization, Bearer prk_wrong", "Authorization, Basic abc", "x-api-key, prk_wrong", "api-key, x"})
    void a_mistyped_key(String name, String value) throws Exception {
        Map<String, String> headers =
                name.equals("Authorization") ? Map.of(name, value) : Map.of("Authorization", "Bearer " + value);
        HttpResponse<byte[]> response =
                caller.post("/v1/chat/completions", GOOD.getBytes(StandardCharsets.UTF_8), headers);
        refused(response, 401, "invalid_api_key", "null");
        assertTrue(text(response).contains("checksum"), text(response));
        assertEquals("key_checksum", header(response, "x-portreeve-reason"));
    }

    @Test
    void evidence_that_cannot_be_written() throws Exception {
        edge.journal.next(InMemoryJournal.Fault.FAILS, InMemoryJournal.Fault.FAILS);
        edge.purse.empty = true;
        HttpResponse<byte[]> response = caller.chat(GOOD);
        assertEquals(503, response.statusCode(), text(response));
        assertTrue(text(response).contains("evidence_unavailable"), text(response));
    }

    @Test
    void a_path_that_is_almost_one_is_told_which() throws Exception {
        HttpResponse<byte[]> misspelt = caller.send("POST", "/v1/chat/completion", Map.of());
        refused(misspelt, 404, "unknown_url", "null");
        assertTrue(text(misspelt).contains("did you mean \\\"/v1/chat/completions\\\""), text(misspelt));
        HttpResponse<byte[]> far = caller.send("POST", "/" + "x".repeat(3_000), Map.of());
        refused(far, 404, "unknown_url", "null");
        assertFalse(text(far).contains("did you mean"), text(far));
    }

    @Test
    void the_bare_address_answers_those_who_probe_or_look() throws Exception {
        HttpResponse<byte[]> probe = caller.send("HEAD", "/", Map.of());
        assertEquals(200, probe.statusCode());
        assertEquals(0, probe.body().length);
        HttpResponse<byte[]> look = caller.send("GET", "/", Map.of());
        assertEquals(200, look.statusCode());
        assertTrue(text(look).contains("\"tool_calls\":\"/mcp\""), text(look));
    }

    @Test
    void paths_and_methods_that_do_not_exist() throws Exception {
        HttpResponse<byte[]> nowhere = caller.send("GET", "/v1/nowhere", Map.of());
        refused(nowhere, 404, "unknown_url", "null");
        HttpResponse<byte[]> get = caller.send("GET", "/v1/chat/completions", Map.of());
        refused(get, 405, "method_not_allowed", "null");
        assertEquals("POST", header(get, "allow"));
        assertEquals(405, caller.send("PUT", "/mcp", Map.of()).statusCode());
        assertEquals(200, caller.send("GET", "/health/live", Map.of()).statusCode());
        assertEquals(200, caller.send("GET", "/health/liveliness", Map.of()).statusCode());
        assertEquals(200, caller.send("GET", "/health/readiness", Map.of()).statusCode());
        for (String path : Front.PATHS) {
            String answer = text(caller.send("GET", path, Map.of()));
            assertFalse(answer.contains("unknown_url"), path + " is named as a path: " + answer);
        }
        assertEquals(200, caller.send("GET", "/health/ready", Map.of()).statusCode());
    }
}
