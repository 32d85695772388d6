package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.model.ReplayUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a running call is charged, whatever becomes of the price meanwhile and whatever the provider says was used. */
class HeldPriceTest {
    private static final String RECORDS =
            "SELECT convert_from(leaf, 'UTF8') FROM audit.record WHERE kind = 'call.closed' ORDER BY txid, position";

    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private GatewayFixture fixture;
    private String key;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        price("first", 1);
        fixture = GatewayFixture.configured(
                folder, """
                    prices: { file: "FILE" }
                    providers: [{ id: up, base-url: "BASE", api-key: sk-test, dialects: [openai-chat] }]
                    models: [{ name: fast, route: { targets: [{ model: up/own }] }, max-output-tokens: 100 }]
                    organisation: { tenants: [{ id: acme, agents: [{ id: bot, budgets: [{ limit-usd: 10 }] }] }] }
                    policies: [{ id: models, effect: allow, models: ["*"] }]
                    """.replace("BASE", upstream.baseUrl().toString())
                        .replace("FILE", folder.resolve("prices.yaml").toString()));
        key = fixture.newKey("bot");
    }

    @AfterEach
    void stop() throws IOException {
        fixture.close();
        upstream.close();
    }

    /** Of a million tokens of output, in dollars; input is free. */
    private void price(String version, int output) throws IOException {
        Files.writeString(
                folder.resolve("prices.yaml"),
                "version: " + version + "\nmodels:\n  up/own: { input: 0, output: " + output + " }\n");
    }

    private static String answer(String outputTokens) {
        return "{\"id\":\"1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"own\",\"choices\":[{\"index\":0,"
                + "\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":" + outputTokens + "}}";
    }

    private HttpRequest chat(URI at) {
        String body = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        return HttpRequest.newBuilder(at.resolve("/v1/chat/completions"))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + key)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> call(URI at) throws IOException, InterruptedException {
        return fixture.http.send(chat(at), HttpResponse.BodyHandlers.ofString());
    }

    private List<String> query(String sql) {
        List<String> found = new ArrayList<>();
        try (Connection connection = fixture.database.owner().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        } catch (SQLException failed) {
            throw new AssertionError(sql, failed);
        }
    }

    private List<String> records(int count) {
        await().until(() -> query(RECORDS).size() >= count);
        return query(RECORDS);
    }

    /** Another gateway on the same database, with its own copy of the data directory. */
    private Gateway second(Path copy) throws IOException {
        Path from = fixture.directory.root();
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Path to = copy.resolve(from.relativize(file).toString());
                    if (!Files.isDirectory(to)) {
                        Files.copy(file, to);
                    }
                } catch (IOException failed) {
                    throw new UncheckedIOException(failed);
                }
            });
        }
        Path config = folder.resolve("second.yaml");
        String text = Files.readString(folder.resolve("portreeve.yaml"), StandardCharsets.UTF_8);
        Files.writeString(config, text.replace("./data", "./" + copy.getFileName()));
        return Gateway.start(ConfigFile.read(config, name -> null), Clock.systemUTC());
    }

    /** As when gateways are replaced one after the other by such with a new list. */
    @Test
    @SuppressWarnings("try")
    void aCallIsChargedAtThePriceItWasHeldAtThoughTheListChangesMeanwhile() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch repriced = new CountDownLatch(1);
        upstream.always(exchange -> {
            begun.countDown();
            boolean unused = repriced.await(1, TimeUnit.MINUTES);
            ReplayUpstream.json(200, answer("50")).play(exchange);
        });
        CompletableFuture<HttpResponse<String>> running =
                fixture.http.sendAsync(chat(fixture.data()), HttpResponse.BodyHandlers.ofString());
        assertTrue(begun.await(1, TimeUnit.MINUTES));
        price("second", 3);
        upstream.always(ReplayUpstream.json(200, answer("50")));
        Path copy = folder.resolve("second");
        try (Gateway ignored = second(copy)) {
            URI second = new DataDirectory(copy).listeners().orElseThrow().data();
            assertEquals(200, call(second).statusCode());
            String dearer = records(1).getFirst();
            assertTrue(dearer.contains("\"cost_usd\":\"0.00015\""), dearer);
            repriced.countDown();
            assertEquals(200, running.get(1, TimeUnit.MINUTES).statusCode());
            String held = records(2).getLast();
            assertTrue(held.contains("\"cost_usd\":\"0.00005\""), held);
        }
    }

    /** A count above 2^48 counts as that: a dollar a million makes it 281 million dollars, and nothing turns over. */
    @ParameterizedTest
    @ValueSource(strings = {"9007199254740992", "9007199254740993", "99999999999999999999999999", "1e300"})
    void countsBeyondAllMeasureAreABoundedOverrunAndADebt(String tokens) throws Exception {
        upstream.always(ReplayUpstream.json(200, answer(tokens)));
        assertEquals(200, call(fixture.data()).statusCode());
        String record = records(1).getFirst();
        assertTrue(record.contains("\"cost_usd\":\"281474976.710656\""), record);
        assertTrue(record.contains("\"overrun_usd\":\"281474976.710556\""), record);
        HttpResponse<String> refused = call(fixture.data());
        assertEquals(429, refused.statusCode(), refused.body());
        assertEquals(
                List.of("281474976710656000"), query("SELECT settled_nanos + overrun_nanos FROM policy.budget_window"));
    }
}
