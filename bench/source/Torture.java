import dev.portreeve.migrations.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several gateways on one database are killed again and again, and the database with them, while many agents spend budgets that run
 * dry. Then everything must be accounted for. Started by bench/torture, which says what its arguments are.
 */
public final class Torture {
    private static final int TEAMS = 4;
    private static final int MEMBERS = 10;
    /** So many of the members' keys have a budget of their own: with tenant, teams and members that makes twenty. */
    private static final int KEYS = 5;

    private final Path work;
    private final Path jar;
    private final int seconds;
    private final int agents;
    private final int killEvery;
    private final List<GatewayProcess> gateways = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, LongAdder> answers = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private volatile boolean over;
    private int kills;

    private Torture(String[] args) {
        work = Path.of(args[0]).toAbsolutePath();
        jar = Path.of(args[1]).toAbsolutePath();
        seconds = Integer.parseInt(args[3]);
        agents = Integer.parseInt(args[4]);
        killEvery = Integer.parseInt(args[5]);
    }

    public static void main(String[] args) throws Exception {
        Torture torture = new Torture(args);
        boolean holds;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(torture.work.resolve("postgres"));
                BillingUpstream upstream = new BillingUpstream()) {
            holds = torture.run(Path.of(args[2]).toAbsolutePath(), postgres, upstream);
        }
        System.exit(holds ? 0 : 1);
    }

    private boolean run(Path config, EmbeddedPostgres postgres, BillingUpstream upstream) throws Exception {
        try {
            start(config, postgres, upstream);
            say("%d agents, %d gateways, a kill every %d s, for %d s", agents, gateways.size(), killEvery, seconds);
            spendAndKill();
            TortureAccounts accounts = new TortureAccounts(postgres.owner().dataSource());
            accounts.settle(this::say);
            spendTheRest();
            accounts.settle(this::say);
            say("answers: %s; gateways killed: %d times, PostgreSQL: 2 times", new TreeMap<>(answers), kills);
            boolean agrees = reconciles();
            return accounts.verdict(upstream.bills(), keys, this::say) && agrees;
        } finally {
            over = true;
            for (GatewayProcess gateway : gateways) {
                gateway.stop();
            }
        }
    }

    private void say(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }

    private void start(Path config, EmbeddedPostgres postgres, BillingUpstream upstream) throws Exception {
        Path prices = Files.writeString(work.resolve("prices.yaml"), """
                version: torture
                models:
                  fixed/bench-model: { input: "0.25", output: "2", max-output-tokens: 4096 }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path written = work.resolve("torture.yaml");
        Files.writeString(written, Files.readString(config) + organisation());
        for (int i = 0; i < 3; i++) {
            gateways.add(new GatewayProcess(
                    java, jar, written, work.resolve("gateway-" + i), prices, upstream.port(), postgres.app(), postgres.owner()));
        }
        GatewayProcess first = gateways.getFirst();
        first.start();
        for (int i = 0; i < MEMBERS; i++) {
            keys.add(first.newKey(http, "agent-" + i));
        }
        first.stop();
        Files.writeString(written, Files.readString(config) + organisation());
        for (GatewayProcess gateway : gateways) {
            if (gateway != first) {
                sharePepper(first.data(), gateway.data());
            }
            gateway.start();
        }
    }

    /** Replicas tell keys by the same secret. */
    private static void sharePepper(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (Path file : files.filter(each -> each.getFileName().toString().contains("pepper")).toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static String usd(double amount) {
        return String.format(java.util.Locale.ROOT, "%.6f", amount);
    }

    /** Twenty budgets, four deep, of a size that is gone when two thirds of the time are. */
    private String organisation() {
        double all = seconds * agents * 0.0002;
        StringBuilder text = new StringBuilder("organisation:\n  tenants:\n    - id: torture\n      budgets: [ { limit-usd: ")
                .append(usd(all))
                .append(" } ]\n      teams:\n");
        for (int team = 0; team < TEAMS; team++) {
            text.append("        - id: team-").append(team).append("\n          budgets: [ { limit-usd: ");
            text.append(usd(all * 0.3)).append(" } ]\n          agents:\n");
            for (int member = team; member < MEMBERS; member += TEAMS) {
                text.append("            - { id: agent-").append(member).append(", budgets: [ { limit-usd: ");
                text.append(usd(all * 0.13)).append(" } ] }\n");
            }
        }
        if (!keys.isEmpty()) {
            text.append("      keys:\n");
            for (int key = 0; key < KEYS; key++) {
                text.append("        - { id: ").append(TortureAccounts.keyId(keys.get(key)));
                text.append(", budgets: [ { limit-usd: ").append(usd(all * 0.09)).append(" } ] }\n");
            }
        }
        return text.toString();
    }

    private void spendAndKill() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> callers = IntStream.range(0, agents)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> spend(i % MEMBERS)))
                    .collect(Collectors.toList());
            Random random = new Random(7);
            long begin = System.nanoTime();
            long end = begin + seconds * 1_000_000_000L;
            int databaseKills = 0;
            while (System.nanoTime() < end) {
                Thread.sleep(killEvery * 1000L);
                GatewayProcess victim = gateways.get(random.nextInt(gateways.size()));
                victim.kill();
                kills++;
                if (databaseKills < 2 && System.nanoTime() - begin > (databaseKills + 1) * seconds * 1_000_000_000L / 3) {
                    // First as an operator would, then as a failing machine would.
                    killDatabase(databaseKills++ == 0 ? "-INT" : "-KILL");
                }
                victim.start();
            }
            while (databaseKills < 2) {
                killDatabase(databaseKills++ == 0 ? "-INT" : "-KILL");
                Thread.sleep(2000);
            }
            over = true;
            for (Future<?> caller : callers) {
                caller.get();
            }
        }
    }

    private void killDatabase(String signal) throws IOException, InterruptedException {
        Path file;
        try (var files = Files.find(work.resolve("postgres"), 3, (path, attributes) -> path.endsWith("postmaster.pid"))) {
            file = files.findFirst().orElseThrow();
        }
        String pid = Files.readAllLines(file).getFirst().strip();
        int ignored = new ProcessBuilder("kill", signal, pid).inheritIO().start().waitFor();
        say("PostgreSQL was sent %s", signal);
    }

    private void spend(int key) {
        while (!over) {
            String answer = call(key);
            if (!answer.equals("answered")) {
                rest(answer.equals("refused") ? 300 : 100);
            }
        }
    }

    private static void rest(long millis) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(millis / 2, millis));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** One call through some gateway, and what came of it. */
    private String call(int key) {
        long number = numbers.incrementAndGet();
        int port = gateways.get((int) (number % gateways.size())).port();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + keys.get(key))
                .header("Content-Type", "application/json")
                .header("x-client-request-id", Long.toString(number))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"torture\",\"max_tokens\":" + BillingUpstream.MAX_OUTPUT
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"call " + number + " of key " + key + "\"}]}"))
                .build();
        String outcome;
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            outcome = response.statusCode() == 200
                    ? "answered"
                    : response.body().contains("budget") ? "refused" : "error " + response.statusCode();
        } catch (IOException cut) {
            outcome = "cut off";
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            outcome = "stopped";
        }
        answers.computeIfAbsent(outcome, first -> new LongAdder()).increment();
        return outcome;
    }

    /** One after the other, until each key is refused twice. */
    private void spendTheRest() {
        long before = numbers.get();
        for (int key = 0; key < MEMBERS; key++) {
            int refused = 0;
            for (int tries = 0; refused < 2 && tries < 100_000; tries++) {
                refused = call(key).equals("refused") ? refused + 1 : 0;
            }
        }
        say("spent what was left with %d calls", numbers.get() - before);
    }

    private boolean reconciles() throws IOException, InterruptedException {
        GatewayProcess.Ran ran = gateways.getFirst().run("budgets", "reconcile");
        say("portreeve budgets reconcile: exit code %d%n%s", ran.code(), ran.said().indent(2).stripTrailing());
        return ran.code() == 0;
    }
}
