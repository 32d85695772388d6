package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.portreeve.gateway.config.MediaConfig;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.hub.fixture.TlsKeys;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures and documents by their address, at providers that take none: fetched from a real server over TLS. */
class InlineMediaTest {
    private static final byte[] PICTURE = bytes("\u0089PNG\r\n\u001a\nwhat is in it");
    private static final byte[] PDF = bytes("%PDF-1.7 what is in it");
    private static final List<String> FETCHED = new CopyOnWriteArrayList<>();
    private static final CountDownLatch OVER = new CountDownLatch(1);
    private static final AlarmClock ALARMS = new AlarmClock();

    @TempDir
    private static Path folder;

    private static HttpsServer pictures;
    private static SSLContext trusting;
    private static int port;

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @BeforeAll
    static void serve() throws Exception {
        trusting = TlsKeys.in(folder, "dns:pictures.example", "dns:elsewhere.example")
                .context();
        pictures = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pictures.setHttpsConfigurator(new HttpsConfigurator(trusting));
        pictures.setExecutor(task -> Thread.ofVirtual().start(task));
        pictures.createContext("/", InlineMediaTest::answer);
        pictures.start();
        port = pictures.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        FETCHED.add(path);
        switch (path) {
            case "/a.png" -> send(exchange, 200, "image/png", PICTURE);
            case "/a.pdf" -> send(exchange, 200, "application/pdf", PDF);
            case "/page" -> send(exchange, 200, "text/html", bytes("<html>"));
            case "/disguised" -> send(exchange, 200, "image/png", bytes("{\"token\":\"secret of a machine\"}"));
            case "/mislabelled" -> send(exchange, 200, "image/jpeg", PICTURE);
            case "/large" -> send(exchange, 200, "image/png", Arrays.copyOf(PICTURE, 4000));
            case "/moved" -> redirect(exchange, "/a.png");
            case "/loop" -> redirect(exchange, "/loop");
            case "/inside" -> redirect(exchange, "http://169.254.169.254/latest/meta-data");
            case "/stranger" -> redirect(exchange, "https://other.example:" + port + "/a.png");
            case "/silent" -> silent(exchange);
            default -> send(exchange, 404, "image/png", PICTURE);
        }
        exchange.close();
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        exchange.sendResponseHeaders(302, -1);
    }

    private static void silent(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "image/png");
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write(PICTURE);
        exchange.getResponseBody().flush();
        try {
            OVER.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterAll
    static void stopServing() {
        OVER.countDown();
        pictures.stop(0);
        ALARMS.close();
    }

    @BeforeEach
    void start() throws IOException {
        FETCHED.clear();
        upstream = new ReplayUpstream();
        begin(true, Duration.ofSeconds(20));
    }

    private void begin(boolean allowPrivate, Duration timeout) {
        OutboundHttp http = new OutboundHttp(
                Duration.ofSeconds(20), host -> List.of(InetAddress.getLoopbackAddress()), trusting, ALARMS);
        MediaConfig config =
                new MediaConfig(List.of("pictures.example", "*.below.example"), 3000, 3, timeout, allowPrivate);
        edge = new EdgeFixture()
                .inlining(config, http)
                .provider("openai", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .model("gpt", "openai/gpt-5-mini")
                .model("claude", "anthropic/claude-sonnet-4-5")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private static String address(String path) {
        return "https://pictures.example:" + port + path;
    }

    private static String picture(String url) {
        return "{\"type\":\"image_url\",\"image_url\":{\"url\":\"" + url + "\",\"detail\":\"low\"}}";
    }

    private static String chat(String model, String... parts) {
        return "{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"look\"}," + String.join(",", parts) + "]}],\"x\":1.50}";
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void a_picture_takes_the_place_of_its_address_and_no_other_byte_changes() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        HttpResponse<byte[]> answer =
                caller.chat(chat("openai/gpt", picture(address("/moved?token=t")), picture(address("/moved?token=t"))));
        assertEquals(200, answer.statusCode(), text(answer));
        String expected = chat(
                "gpt",
                picture("data:image/png;base64," + base64(PICTURE)),
                picture("data:image/png;base64," + base64(PICTURE)));
        assertEquals(
                expected, upstream.requests().getFirst().text().replaceFirst("\"max_completion_tokens\":\\d+,", ""));
        assertEquals(List.of("/moved", "/a.png"), FETCHED, "the same address is fetched once");
        assertFalse(edge.journal.events().toString().contains("token=t"));
    }

    @Test
    void what_is_fetched_is_translated_like_what_was_sent() throws Exception {
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        assertEquals(
                200, caller.chat(chat("claude", picture(address("/a.png")))).statusCode());
        String seen = upstream.requests().getFirst().text();
        assertTrue(
                seen.contains(
                        "{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"" + base64(PICTURE) + "\"}"),
                seen);
    }

    @Test
    void documents_of_the_other_dialects_are_fetched_too() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        String response = "{\"model\":\"gpt\",\"store\":false,\"input\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"input_file\", \"file_url\" : \"" + address("/a.pdf") + "\"},"
                + "{\"type\":\"input_image\",\"image_url\":\"" + address("/a.png") + "\"}]}]}";
        HttpResponse<byte[]> answer = caller.post("/v1/responses", response.getBytes(StandardCharsets.UTF_8), Map.of());
        assertEquals(200, answer.statusCode(), text(answer));
        String message = "{\"model\":\"gpt\",\"max_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"" + address("/a.pdf") + "\"}},"
                + "{\"source\":{\"url\":\"" + address("/a.png") + "\",\"type\":\"url\"},\"type\":\"image\"}]}]}";
        assertEquals(
                200,
                caller.post("/v1/messages", message.getBytes(StandardCharsets.UTF_8), Map.of())
                        .statusCode());
        for (ReplayUpstream.Seen seen : upstream.requests()) {
            assertTrue(seen.text().contains("\"file_data\":\"data:application/pdf;base64," + base64(PDF)), seen.text());
            assertTrue(seen.text().contains("\"url\":\"data:image/png;base64," + base64(PICTURE)), seen.text());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/page|leads to neither a picture nor a pdf",
                "/disguised|leads to something that is not what its content type says",
                "/mislabelled|leads to something that is not what its content type says",
                "/large|leads to more than 3000 bytes",
                "/loop|is redirected too often",
                "/inside|is redirected to an address that is not fetched",
                "/stranger|is redirected to an address that is not fetched",
                "/nothing|was answered with status 404",
                "/a.pdf|leads to something of type application/pdf, which cannot stand there"
            })
    void what_cannot_be_had_is_a_clear_error_and_costs_nothing(String path, String problem) throws Exception {
        HttpResponse<byte[]> answer = caller.chat(chat("claude", picture(address(path + "?secret"))));
        assertEquals(400, answer.statusCode());
        assertTrue(text(answer).contains("\"code\":\"media_not_fetched\""), text(answer));
        assertTrue(text(answer).contains("the address in \\\"messages[0].content[1]\\\" " + problem), text(answer));
        assertEquals("media_not_fetched", header(answer, "x-portreeve-reason"));
        assertEquals("false", header(answer, "x-should-retry"));
        assertEquals(List.of(), upstream.requests());
        assertEquals(List.of(new Usage(0, 0, 0, Usage.Basis.ESTIMATED)), edge.purse.settled);
        assertFalse(
                (text(answer) + edge.journal.events()).contains("secret"), "addresses stay out of errors and records");
    }

    @Test
    void a_server_that_falls_silent_is_waited_for_no_longer_than_said() throws Exception {
        stop();
        upstream = new ReplayUpstream();
        begin(true, Duration.ofMillis(300));
        HttpResponse<byte[]> answer = caller.chat(chat("gpt", picture(address("/silent"))));
        assertEquals(400, answer.statusCode());
        assertTrue(text(answer).contains("media_not_fetched"), text(answer));
    }

    @Test
    void a_name_that_leads_into_ones_own_network_is_not_followed() throws Exception {
        stop();
        upstream = new ReplayUpstream();
        begin(false, Duration.ofSeconds(20));
        HttpResponse<byte[]> answer = caller.chat(chat("gpt", picture(address("/a.png"))));
        assertEquals(400, answer.statusCode());
        assertTrue(text(answer).contains("is not connected to"), text(answer));
        assertEquals(List.of(), FETCHED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://pictures.example/a.png|is not https",
                "https://other.example/a.png|is of a host that",
                "https://below.example/a.png|is of a host that",
                "https://pictures.example/a b|is not a valid one"
            })
    void what_is_never_fetched_is_refused_before_money_is_held(String url, String problem) throws Exception {
        HttpResponse<byte[]> answer = caller.chat(chat("gpt", picture(url)));
        assertEquals(400, answer.statusCode());
        assertTrue(text(answer).contains(problem), text(answer));
        assertTrue(text(answer).contains("\"param\":\"messages[0].content[1]\""), text(answer));
        assertEquals(List.of(), edge.purse.held);
    }

    @Test
    void there_is_a_bound_on_their_number() throws Exception {
        String one = picture(address("/a.png"));
        HttpResponse<byte[]> answer = caller.chat(chat("gpt", one, one, one, one));
        assertEquals(400, answer.statusCode());
        assertTrue(text(answer).contains("\"param\":\"messages[0].content[4]\""), text(answer));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data:image/png;base64,iVBO!w0K|is not valid base64",
                "data:image/png;base64,|is not valid base64",
                "data:image/png,plain|is a data uri without base64",
                "data:image/png|is a data uri without base64",
                "data:text/html;base64,AAAA|should be a picture",
                "data:image/jpeg;base64,iVBORw0KGgo=|says it is image/jpeg, and is image/png"
            })
    void broken_data_uris_are_a_clear_error(String uri, String problem) throws Exception {
        HttpResponse<byte[]> answer = caller.chat(chat("claude", picture(uri)));
        assertEquals(400, answer.statusCode(), text(answer));
        assertTrue(text(answer).contains("\"code\":\"invalid_media\""), text(answer));
        assertTrue(text(answer).contains("picture or document 1 of the conversation " + problem), text(answer));
    }
}
