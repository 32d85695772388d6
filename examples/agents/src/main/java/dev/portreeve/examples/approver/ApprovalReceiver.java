package dev.portreeve.examples.approver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Receives the gateway's approval requests (Standard Webhooks, see {@link WebhookSecret}), shows them, and posts the
 * signed decision to the address that the request names. It answers the webhook at once and decides afterwards, because a
 * person takes longer than a sender waits. A program that decides by itself need not: its decision is the answer.
 *
 * <p>Thread-safe; requests are handled on virtual threads.
 */
public final class ApprovalReceiver implements AutoCloseable {
    private static final int MAX_BODY = 1 << 20;
    private static final int REMEMBERED = 1000;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final WebhookSecret secret;
    private final Approver approver;
    private final PrintStream out;
    private final InstantSource clock;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Set<String> seen = Collections.synchronizedSet(Collections.newSetFromMap(new Remembered()));

    /** Says yes or no to a request; may take as long as the request lives. */
    public interface Approver {
        Decision decide(JsonNode request) throws InterruptedException;

        /** Whether it takes no time, so that the answer to the message can say it. */
        default boolean isQuick() {
            return false;
        }
    }

    /**
     * What an approver says.
     *
     * @param by who decided
     * @param reason shown to the agent and kept in the record
     */
    public record Decision(boolean approved, String by, String reason) {}

    /** Says the same to everything. */
    private record Automatic(String rule) implements Approver {
        @Override
        public Decision decide(JsonNode request) {
            return new Decision("--approve".equals(rule), user(), "decided by the rule " + rule);
        }

        @Override
        public boolean isQuick() {
            return true;
        }
    }

    /** The ids of the last messages: a sender repeats a message when it did not see our answer. */
    private static final class Remembered extends LinkedHashMap<String, Boolean> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    }

    /**
     * Starts to listen on the loopback address.
     *
     * @param port 0 lets the system choose
     */
    public ApprovalReceiver(int port, String secret, Approver approver, PrintStream out, InstantSource clock)
            throws IOException {
        this.secret = new WebhookSecret(secret);
        this.approver = approver;
        this.out = out;
        this.clock = clock;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
        server.setExecutor(threads);
        server.createContext("/", this::receive);
        server.start();
    }

    /** Where the gateway's {@code approvals.webhooks} entry must point. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            if ("POST".equals(exchange.getRequestMethod())) {
                accept(exchange);
            } else {
                exchange.sendResponseHeaders(405, -1);
            }
        }
    }

    private void accept(HttpExchange exchange) throws IOException {
        byte[] body = body(exchange.getRequestBody());
        String id = header(exchange, "webhook-id");
        boolean genuine = secret.verifies(
                id,
                header(exchange, "webhook-timestamp"),
                header(exchange, "webhook-signature"),
                body,
                clock.instant());
        if (!genuine) {
            out.println("refused a message whose signature is not right");
            exchange.sendResponseHeaders(401, -1);
            return;
        }
        JsonNode message;
        try {
            message = JSON.readTree(body);
        } catch (JacksonException notJson) {
            exchange.sendResponseHeaders(400, -1);
            return;
        }
        boolean asks = "approval.requested".equals(message.path("type").asString(""));
        if (asks && approver.isQuick()) {
            answer(exchange, id, message.path("data"));
            return;
        }
        if (asks && seen.add(id)) {
            threads.execute(() -> decide(message.path("data")));
        }
        exchange.sendResponseHeaders(204, -1);
    }

    /** The decision as the answer, signed under the id of the message it answers; a repeated message gets the same. */
    private void answer(HttpExchange exchange, String id, JsonNode request) throws IOException {
        out.println(show(request));
        try {
            Decision decision = approver.decide(request);
            byte[] body = body(request, decision);
            long timestamp = clock.instant().getEpochSecond();
            exchange.getResponseHeaders().set("content-type", "application/json");
            exchange.getResponseHeaders().set("webhook-id", id);
            exchange.getResponseHeaders().set("webhook-timestamp", String.valueOf(timestamp));
            exchange.getResponseHeaders().set("webhook-signature", secret.sign(id, timestamp, body));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            out.println((decision.approved() ? "approve " : "deny ")
                    + request.path("ticket").asString("") + " in the answer");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** It names the ticket, so that nobody can send it again for another. */
    private static byte[] body(JsonNode request, Decision decision) {
        return JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("ticket", request.path("ticket").asString(""))
                .put("decision", decision.approved() ? "approve" : "deny")
                .put("approver", decision.by())
                .put("reason", decision.reason()));
    }

    private void decide(JsonNode request) {
        out.println(show(request));
        try {
            Decision decision = approver.decide(request);
            out.println((decision.approved() ? "approve " : "deny ")
                    + request.path("ticket").asString("") + ": "
                    + post(URI.create(request.path("decision_url").asString("")), body(request, decision)));
        } catch (IOException failed) {
            out.println("the decision could not be delivered: " + failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Signed like the request: with the secret that only this receiver and the gateway know. */
    private String post(URI decisionUrl, byte[] body) throws IOException, InterruptedException {
        String id = "msg_" + UUID.randomUUID();
        long timestamp = clock.instant().getEpochSecond();
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(decisionUrl)
                        .timeout(Duration.ofSeconds(10))
                        .header("content-type", "application/json")
                        .header("webhook-id", id)
                        .header("webhook-timestamp", String.valueOf(timestamp))
                        .header("webhook-signature", secret.sign(id, timestamp, body))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return response.statusCode() / 100 == 2
                ? "delivered"
                : "the gateway answered " + response.statusCode() + " " + response.body();
    }

    /** The request as JSON in ASCII: an argument cannot hide itself behind control or direction characters. */
    static String show(JsonNode request) {
        StringBuilder shown = new StringBuilder();
        for (char c : JSON.writerWithDefaultPrettyPrinter()
                .writeValueAsString(request)
                .toCharArray()) {
            if (c == '\n' || (c >= ' ' && c < 0x7f)) {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return shown.toString();
    }

    private static byte[] body(InputStream in) throws IOException {
        byte[] body = in.readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            throw new IOException("a request of more than " + MAX_BODY + " bytes");
        }
        return body;
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        client.close();
    }

    private static String user() {
        return System.getProperty("user.name", "somebody");
    }

    private static boolean asksAndHearsYes(Console terminal, JsonNode request) {
        String answer =
                terminal.readLine("approve %s? [y/N] ", request.path("tool").asString(""));
        return answer != null && answer.strip().equalsIgnoreCase("y");
    }

    /**
     * Listens until the process ends.
     *
     * @param args the port, and {@code --approve} or {@code --deny} to answer without asking; the secret is read from
     *     {@code APPROVAL_WEBHOOK_SECRET}
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        String secret = System.getenv("APPROVAL_WEBHOOK_SECRET");
        String rule = args.length == 2 ? args[1] : "--ask";
        if (args.length < 1
                || args.length > 2
                || secret == null
                || !Set.of("--ask", "--approve", "--deny").contains(rule)) {
            System.err.println("usage: APPROVAL_WEBHOOK_SECRET=whsec_… ApprovalReceiver PORT [--approve|--deny|--ask]");
            System.exit(2);
        }
        Console terminal = System.console();
        if ("--ask".equals(rule) && (terminal == null || !terminal.isTerminal())) {
            System.err.println("there is no terminal to ask on: use --approve or --deny");
            System.exit(2);
        }
        Approver approver = "--ask".equals(rule) && terminal != null
                ? request -> new Decision(asksAndHearsYes(terminal, request), user(), "decided on a terminal")
                : new Automatic(rule);
        try (ApprovalReceiver receiver = new ApprovalReceiver(
                Integer.parseInt(args[0]), String.valueOf(secret), approver, System.out, InstantSource.system())) {
            System.out.println("waiting for approval requests at " + receiver.url());
            Thread.currentThread().join();
        }
    }
}
