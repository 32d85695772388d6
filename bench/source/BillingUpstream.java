import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A provider of chat completions that keeps its own count of what it bills, by the number that each question carries ("call 17
 * of key 3"). It takes its time, and what an answer uses is random.
 */
final class BillingUpstream implements AutoCloseable {
    static final long NANOS_PER_INPUT_TOKEN = 250;
    static final long NANOS_PER_OUTPUT_TOKEN = 2000;
    static final int MAX_OUTPUT = 60;

    private static final Pattern NUMBER = Pattern.compile("call (\\d+) of key (\\d+)");
    private static final int INPUT = 20;

    private final HttpServer server;
    private final Map<Long, Bill> bills = new ConcurrentHashMap<>();

    /** What a call came to, all attempts at it together. */
    record Bill(int key, long nanos, int attempts) {
        private Bill plus(Bill more) {
            return new Bill(key, nanos + more.nanos, attempts + more.attempts);
        }
    }

    BillingUpstream() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    Map<Long, Bill> bills() {
        return bills;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Matcher number = NUMBER.matcher(question);
            if (!number.find()) {
                exchange.sendResponseHeaders(400, -1);
                return;
            }
            long call = Long.parseLong(number.group(1));
            Random random = new Random(call);
            int output = 1 + random.nextInt(MAX_OUTPUT);
            long nanos = INPUT * NANOS_PER_INPUT_TOKEN + output * NANOS_PER_OUTPUT_TOKEN;
            // It bills what it has begun, whether or not anybody hears the answer.
            bills.merge(call, new Bill(Integer.parseInt(number.group(2)), nanos, 1), Bill::plus);
            Thread.sleep(5 + random.nextInt(200));
            byte[] answer = ("{\"id\":\"chatcmpl-" + call + "\",\"object\":\"chat.completion\",\"created\":1700000000,"
                            + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                            + "\"content\":\"Noted.\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":" + INPUT
                            + ",\"completion_tokens\":" + output + ",\"total_tokens\":" + (INPUT + output) + "}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
