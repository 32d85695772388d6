import dev.portreeve.migrations.DatabaseLogin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A gateway process that is killed and started again, always on the same port and folder. */
final class GatewayProcess {
    private static final long START_SECONDS = 90;
    private static final Pattern KEY = Pattern.compile("\"key\"\\s*:\\s*\"([^\"]+)\"");

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private final Path data;
    private final int port = freePort();
    private final int admin = freePort();
    private volatile Process process;

    GatewayProcess(String java, Path jar, Path config, Path folder, Path prices, int upstream, DatabaseLogin app, DatabaseLogin owner)
            throws IOException {
        data = Files.createDirectories(folder);
        log = folder.resolve("gateway.log");
        command = List.of(
                java, "-XX:+UseG1GC", "-XX:+UseCompactObjectHeaders", "-Xmx256m", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-jar", jar.toString(), "serve", "--config", config.toString());
        environment = Map.of(
                "BENCH_LISTEN", Integer.toString(port),
                "BENCH_ADMIN", Integer.toString(admin),
                "BENCH_DATA", data.toString(),
                "BENCH_DATABASE", url(app),
                "BENCH_DATABASE_OWNER", url(owner),
                "BENCH_FIXED", Integer.toString(upstream),
                "BENCH_PRICES", prices.toString());
    }

    private static String url(DatabaseLogin login) {
        return login.url() + "?user=" + login.user() + "&password=" + login.password();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new IllegalStateException("no port is free", none);
        }
    }

    int port() {
        return port;
    }

    Path data() {
        return data;
    }

    /** Starts it, and waits until it listens. */
    void start() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!listens()) {
            if (!process.isAlive() || System.nanoTime() > until) {
                List<String> lines = Files.readAllLines(log);
                throw new IOException("a gateway did not start; it said:\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
            }
            Thread.sleep(50);
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What it has used of the processors. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        int ignored = process.waitFor();
    }

    /** As an operator would. */
    void stop() throws InterruptedException {
        if (process != null && process.isAlive()) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                kill();
            }
        }
    }

    /** Makes a key for a member, whose secret this is. */
    String newKey(HttpClient http, String member) throws IOException, InterruptedException {
        HttpRequest wish = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/api/v1/keys"))
                .header("Authorization", "Bearer " + Files.readString(data.resolve("admin-token")).strip())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"member\":\"" + member + "\",\"name\":\"torture\"}"))
                .build();
        HttpResponse<String> made = http.send(wish, HttpResponse.BodyHandlers.ofString());
        Matcher key = KEY.matcher(made.body());
        if (made.statusCode() != 201 || !key.find()) {
            throw new IOException("no key: " + made.statusCode() + " " + made.body());
        }
        return key.group(1);
    }

    /** Runs another command of the same program beside it, and gives what it prints. */
    Ran run(String... arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(command.subList(0, command.indexOf("serve")));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--data", data.toString()));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        Process ran = builder.start();
        String said = new String(ran.getInputStream().readAllBytes());
        return new Ran(ran.waitFor(), said);
    }

    /** How a command ended. */
    record Ran(int code, String said) {}
}
