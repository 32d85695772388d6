package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.migrations.DatabaseLogin;
import dev.portreeve.migrations.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A whole gateway on its own database and free ports, with the demo provider and a tool server, and the command line beside
 * it.
 */
final class GatewayFixture implements AutoCloseable {
    static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    static final int MAX_ADMIN_BODY = 2000;
    private static final String SERVER_AND_DATABASE = """
        server: { listen: "127.0.0.1:0", admin-listen: "127.0.0.1:0", data-directory: ./data }
        database: { url: "APP_URL", owner-url: "OWNER_URL" }
        """;
    private static final String CONFIGURATION = SERVER_AND_DATABASE + """
        providers: [{ id: demo, kind: demo }]
        models: [{ name: demo, route: { targets: [{ model: demo/parrot }] }, max-output-tokens: 100 }]
        tool-servers: [{ slug: sticky, command: STICKY, trust-annotations: true, definitions: trust }]
        organisation:
          tenants:
            - id: acme
              budgets: [{ limit-usd: 10 }]
              agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }, { id: other }]
        policies:
          - { id: models, effect: allow, models: ["*"] }
          - { id: read, effect: allow, tools: [sticky__read, sticky__wait] }
          - { id: write, effect: require-approval, tools: [sticky__write] }
        approvals: { hold: 1ms, webhooks: [{ url: "http://127.0.0.1:9/", secret: SIGNING }] }
        limits: { max-admin-body-bytes: LARGEST }
        """;

    final TestDatabase database;
    private final boolean owner;
    final Path folder;
    final DataDirectory directory;
    final Gateway gateway;
    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /** What a command printed and how it ended. */
    record Outcome(int exitCode, String out, String err) {}

    GatewayFixture(Path folder) {
        this(folder, "");
    }

    /** @param more lines for the end of the configuration */
    GatewayFixture(Path folder, String more) {
        this(folder, CONFIGURATION, more);
    }

    /** @param configuration all of it but the listeners and the database */
    static GatewayFixture configured(Path folder, String configuration) {
        return new GatewayFixture(folder, SERVER_AND_DATABASE, configuration);
    }

    /** The same, reached from outside under another address. */
    static GatewayFixture behind(String publicUrl, Path folder, String configuration) {
        String template =
                SERVER_AND_DATABASE.replace("data-directory:", "public-url: \"" + publicUrl + "\", data-directory:");
        return new GatewayFixture(folder, template, configuration);
    }

    private GatewayFixture(Path folder, String template, String more) {
        this(TestDatabase.fresh(), true, folder, template, more);
    }

    /** A second gateway on the same database with the same secrets, to be closed first. */
    GatewayFixture beside(Path other, String configuration) {
        try (Stream<Path> files = Files.list(directory.root())) {
            Path data = Files.createDirectories(other.resolve("data"));
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().startsWith("listeners")) {
                    Files.copy(file, data.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return new GatewayFixture(database, false, other, SERVER_AND_DATABASE, configuration);
    }

    private GatewayFixture(TestDatabase database, boolean owner, Path folder, String template, String more) {
        this.database = database;
        this.owner = owner;
        this.folder = folder;
        this.directory = new DataDirectory(folder.resolve("data"));
        Path config = folder.resolve("portreeve.yaml");
        try {
            Files.writeString(config, filledIn(template) + more);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.gateway = Gateway.start(ConfigFile.read(config, name -> null), Clock.systemUTC());
    }

    private String filledIn(String template) {
        return template.replace("APP_URL", url(database.app()))
                .replace("OWNER_URL", url(database.owner()))
                .replace("STICKY", StickyNotes.command(folder))
                .replace("SIGNING", WEBHOOK_SECRET)
                .replace("LARGEST", String.valueOf(MAX_ADMIN_BODY));
    }

    private static String url(DatabaseLogin login) {
        return login.url() + "?user=" + login.user() + "&password="
                + URLEncoder.encode(login.password(), StandardCharsets.UTF_8);
    }

    URI admin() {
        return directory.listeners().orElseThrow().admin();
    }

    URI data() {
        return directory.listeners().orElseThrow().data();
    }

    /** A statement of the database's owner. */
    void execute(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    /** The answer of a question with one truth value, as the database's owner. */
    boolean isTrue(String sql) {
        try (Connection connection = database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() && rows.getBoolean(1);
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    String newKey(String member) {
        return run("keys", "create", member).out().strip();
    }

    /** A command of the program, in the gateway's folder. */
    Outcome run(String... arguments) {
        return run(Map.of(), arguments);
    }

    Outcome run(Map<String, String> variables, String... arguments) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("PORTREEVE_DATA", directory.root().toString());
        environment.putIfAbsent("DATABASE_URL", url(database.owner()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), environment::get, false), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** A request to the admin listener; headers are given as name, value, name, value. */
    HttpResponse<String> send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(admin().resolve(path)).method(method, HttpRequest.BodyPublishers.ofString(body));
        List<String> pairs = Arrays.asList(headers);
        for (int i = 0; i < pairs.size(); i += 2) {
            request.header(pairs.get(i), pairs.get(i + 1));
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stop);
        }
    }

    /** With the admin token. */
    HttpResponse<String> api(String method, String path, String body) {
        return send(
                method,
                path,
                body,
                "Authorization",
                "Bearer " + directory.adminToken().reveal());
    }

    @Override
    public void close() {
        http.close();
        gateway.close();
        if (owner) {
            database.close();
        }
    }
}
