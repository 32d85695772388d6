import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.migrations.EmbeddedPostgres;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many calls share a commit, and whether a database far away delays the admission of a call: what passes between the caller's
 * request and its arrival at the provider. Load, provider and relay are in this process, so that both see one clock. Started by
 * bench/ledger.
 */
public final class LedgerLoad {
    private static final Pattern SENT = Pattern.compile("sent (\\d{20})");
    private static final String ANSWER = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,"
            + "\"model\":\"bench-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Noted.\"},"
            + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":45,\"completion_tokens\":6,\"total_tokens\":51}}";
    private static final String COMMITS = "SELECT count(*), count(DISTINCT txid) FROM audit.record WHERE at > now() - interval '%d ms'";

    private final Queue<Long> admissions = new ConcurrentLinkedQueue<>();
    private final Queue<Long> totals = new ConcurrentLinkedQueue<>();
    private final Path work;
    private final Path jar;
    private final Path config;
    private final int seconds;
    private final int warmup;
    private volatile int delay;

    private LedgerLoad(String[] args) {
        work = Path.of(args[0]).toAbsolutePath();
        jar = Path.of(args[1]).toAbsolutePath();
        config = Path.of(args[2]).toAbsolutePath();
        seconds = Integer.parseInt(args[3]);
        warmup = Integer.parseInt(args[4]);
    }

    public static void main(String[] args) throws Exception {
        new LedgerLoad(args).run();
    }

    private void run() throws Exception {
        HttpServer provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        provider.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        provider.createContext("/", this::answer);
        provider.start();
        try {
            for (int away : new int[] {0, 10}) {
                Path folder = Files.createDirectories(work.resolve("away-" + away));
                try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder.resolve("postgres"));
                        Relay relay = new Relay(port(postgres.owner()), away)) {
                    measure(folder, postgres, relay, away, provider.getAddress().getPort());
                }
            }
        } finally {
            provider.stop(0);
        }
    }

    private static int port(DatabaseLogin login) {
        String server = login.url().substring(0, login.url().lastIndexOf('/'));
        return Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
    }

    private static DatabaseLogin through(DatabaseLogin login, int relay) {
        return new DatabaseLogin(login.url().replace(":" + port(login) + "/", ":" + relay + "/"), login.user(), login.password());
    }

    private void measure(Path folder, EmbeddedPostgres postgres, Relay relay, int away, int provider) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path prices = Files.writeString(folder.resolve("prices.yaml"), """
                version: bench
                models:
                  fixed/bench-model: { input: "0.25", output: "2", max-output-tokens: 4096 }
                """);
        GatewayProcess gateway = new GatewayProcess(
                java,
                jar,
                config,
                folder.resolve("gateway"),
                prices,
                provider,
                through(postgres.app(), relay.port()),
                through(postgres.owner(), relay.port()));
        gateway.start();
        try {
            String key = gateway.newKey(HttpClient.newHttpClient(), "wrk");
            delay = 0;
            load(gateway.port(), key, 32, warmup);
            for (int callers : new int[] {1, 8, 32, 128}) {
                point(gateway, postgres, key, away, 0, callers);
            }
            for (int callers : new int[] {1, 8}) {
                point(gateway, postgres, key, away, 100, callers);
            }
        } finally {
            gateway.stop();
        }
    }

    private void point(GatewayProcess gateway, EmbeddedPostgres postgres, String key, int away, int waits, int callers)
            throws Exception {
        delay = waits;
        load(gateway.port(), key, callers, 1);
        admissions.clear();
        totals.clear();
        Duration before = gateway.cpu();
        long begin = System.nanoTime();
        load(gateway.port(), key, callers, seconds);
        double took = (System.nanoTime() - begin) / 1e9;
        Duration used = gateway.cpu().minus(before);
        long[] stored = commits(postgres, Math.round(took * 1000));
        int calls = totals.size();
        System.out.printf(
                Locale.ROOT,
                "database %2d ms away  provider %3d ms  %3d caller(s)  %7.0f calls/s  %6.0f commits/s  %5.1f records a commit"
                        + "  admission p50 %6d us  p99 %6d us  call p50 %7d us  CPU %4.0f us%n",
                away,
                waits,
                callers,
                calls / took,
                stored[1] / took,
                (double) stored[0] / Math.max(1, stored[1]),
                quantile(admissions, 0.5),
                quantile(admissions, 0.99),
                quantile(totals, 0.5),
                used.toNanos() / 1000.0 / Math.max(1, calls));
    }

    private static long quantile(Queue<Long> nanos, double part) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.isEmpty() ? -1 : sorted.get((int) (part * (sorted.size() - 1))) / 1000;
    }

    private static long[] commits(EmbeddedPostgres postgres, long millis) throws SQLException {
        try (Connection connection = postgres.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(String.format(Locale.ROOT, COMMITS, millis))) {
            row.next();
            return new long[] {row.getLong(1), row.getLong(2)};
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            long arrived = System.nanoTime();
            Matcher sent = SENT.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            if (sent.find()) {
                admissions.add(arrived - Long.parseLong(sent.group(1)));
            }
            Thread.sleep(delay);
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void load(int port, String key, int callers, int time) throws InterruptedException {
        long until = System.nanoTime() + time * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        Map<String, Boolean> failures = new ConcurrentHashMap<>();
        for (int i = 0; i < callers; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                try {
                    call(port, key, until);
                } catch (IOException failed) {
                    failures.put(String.valueOf(failed.getMessage()), true);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("calls failed: " + failures.keySet());
        }
    }

    private void call(int port, String key, long until) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            InputStream in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
            while (System.nanoTime() < until) {
                long sent = System.nanoTime();
                String body = String.format(
                        Locale.ROOT,
                        "{\"model\":\"bench\",\"max_tokens\":256,\"messages\":[{\"role\":\"user\",\"content\":\"sent %020d\"}]}",
                        sent);
                out.write(("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + key
                                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
                byte[] ignored = HttpLoad.answer(in);
                totals.add(System.nanoTime() - sent);
            }
        }
    }
}
