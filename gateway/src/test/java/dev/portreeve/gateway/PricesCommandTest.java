package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.portreeve.gateway.cli.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that need no server: prices, from files and over HTTP, and the known providers. */
class PricesCommandTest {
    private static final String MODELS_DEV = """
            {"openai":{"models":{"gpt-5-mini":{"cost":{"input":12.5,"output":2,"cache_read":0.5},"limit":{"context":1000,"output":100}}}},
             "acme":{"models":{"own":{"cost":{"input":1,"output":2}}}}}
            """;
    private static final String LITELLM = """
            {"own":{"litellm_provider":"acme","input_cost_per_token":2e-06,"output_cost_per_token":9e-06,
               "cache_creation_input_token_cost":4e-06}}
            """;

    @TempDir
    private Path folder;

    private HttpServer web;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private record Outcome(int exitCode, String out, String err) {
        JsonNode json() {
            assertEquals(0, exitCode, err);
            return JsonMapper.shared().readTree(out);
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), name -> null, false), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    @BeforeEach
    void start() throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        serve("/api.json", 200, MODELS_DEV);
        serve("/litellm.json", 200, LITELLM);
        serve("/broken.json", 200, "<html>");
        serve("/missing.json", 404, "{}");
        web.createContext("/moved.json", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            exchange.getResponseHeaders().add("Location", "/api.json");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        web.start();
    }

    private void serve(String path, int status, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        web.createContext(path, exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        web.stop(0);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + web.getAddress().getPort() + path;
    }

    private Outcome refresh(Path to, String... from) {
        List<String> arguments = new java.util.ArrayList<>(
                List.of("prices", "refresh", "--to", to.toString(), "--version-name", "mine-1"));
        for (String each : from) {
            arguments.addAll(List.of("--from", each));
        }
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void a_list_is_made_from_catalogues_over_http_and_compared_with_the_one_in_the_program() throws IOException {
        Path list = folder.resolve("prices.jsonl.gz");
        Outcome made = refresh(
                list, "models-dev=" + url("/api.json") + "#models.dev", "litellm=" + url("/litellm.json") + "#litellm");
        assertEquals(0, made.exitCode(), made.err());
        assertEquals(List.of("/api.json", "/litellm.json"), asked);
        assertTrue(made.out().startsWith("2 models in " + list + "\n"), made.out());
        JsonNode rows = run("prices", "diff", "-o", "json", list.toString()).json();
        JsonNode moved = row(rows, "openai/gpt-5-mini", "input");
        assertEquals("0.25", moved.path("built_in").asString());
        assertEquals("12.5", moved.path("file").asString());
        assertEquals("over 5 times", moved.path("look").asString());
        assertEquals("", row(rows, "acme/own", "new").path("look").asString());
        assertTrue(row(rows, "openai/gpt-5-mini", "output").isMissingNode(), "what is the same is no difference");
        Outcome table = run("prices", "diff", list.toString());
        assertTrue(table.out().contains("over 5 times"), table.out());
        assertTrue(table.err().contains("differences between builtin-"), table.err());

        Path config = Files.writeString(
                folder.resolve("portreeve.yaml"), "prices: { file: \"" + list + "\" }\n", StandardCharsets.UTF_8);
        JsonNode own = run("prices", "explain", "acme/own", "-o", "json", "--config", config.toString())
                .json();
        assertEquals("mine-1", own.path("price_version").asString());
        JsonNode input = what(own.path("amounts"), "input");
        assertEquals("1", input.path("usd_per_million").asString(), "the first catalogue goes before the second");
        assertTrue(input.path("source").asString().startsWith("models.dev sha256:"), input.toString());
        JsonNode written = what(own.path("amounts"), "cache-write");
        // The second catalogue knows a plain price twice as high, so what it alone knows counts half.
        assertEquals("2", written.path("usd_per_million").asString());
        assertTrue(written.path("source").asString().startsWith("litellm sha256:"), written.toString());
    }

    private static JsonNode row(JsonNode rows, String model, String what) {
        for (JsonNode row : rows) {
            if (row.path("model").asString().equals(model)
                    && row.path("what").asString().equals(what)) {
                return row;
            }
        }
        return rows.path("none");
    }

    private static JsonNode what(JsonNode amounts, String what) {
        for (JsonNode amount : amounts) {
            if (amount.path("what").asString().equals(what)) {
                return amount;
            }
        }
        return amounts.path("none");
    }

    @Test
    void what_cannot_be_had_leaves_no_list_behind() {
        Path list = folder.resolve("prices.jsonl.gz");
        for (String place : List.of("/missing.json", "/moved.json")) {
            Outcome failed = refresh(list, "models-dev=" + url(place));
            assertEquals(3, failed.exitCode(), failed.err());
            assertTrue(failed.err().contains("offline, give files with --from"), failed.err());
        }
        assertEquals(List.of("/missing.json", "/moved.json"), asked, "a redirect was followed");
        assertEquals(1, refresh(list, "models-dev=" + url("/broken.json")).exitCode());
        assertEquals(
                3, refresh(list, "models-dev=" + folder.resolve("none.json")).exitCode());
        assertEquals(2, refresh(list, "excel=" + url("/api.json")).exitCode());
        assertFalse(Files.exists(list));
    }

    @Test
    void addresses_that_the_gateway_does_not_connect_to_are_not_fetched_from() {
        Path list = folder.resolve("prices.jsonl.gz");
        for (String place : List.of("http://169.254.169.254/latest", "http://10.0.0.1/api.json", "http://192.0.2.1/")) {
            Outcome refused = refresh(list, "models-dev=" + place);
            assertEquals(1, refused.exitCode(), refused.err());
            assertTrue(refused.err().contains("was not fetched"), refused.err());
        }
        assertFalse(Files.exists(list));
    }

    @Test
    void a_models_price_is_explained_with_its_source() {
        Outcome table = run("prices", "explain", "openai/gpt-5-mini");
        assertEquals(0, table.exitCode(), table.err());
        assertTrue(table.out().contains("from list builtin-") && table.out().contains("(MIT)"), table.out());
        Outcome unknown = run("prices", "explain", "nobody/nothing");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.out().contains("costs the high default: $30 and $180"), unknown.out());
        assertEquals(2, run("prices", "explain", "gpt-5-mini").exitCode());
    }

    @Test
    void what_a_provider_charges_for_tools_of_its_own_is_explained_with_its_source() {
        String table = run("prices", "explain", "openai/gpt-5-mini").out();
        String published = " +fees that providers publish for what they run beside a model";
        assertTrue(
                Pattern.compile("web-search +0\\.01" + published).matcher(table).find(), table);
        assertTrue(
                Pattern.compile("code-interpreter +0\\.03" + published)
                        .matcher(table)
                        .find(),
                table);
        assertTrue(
                Pattern.compile("image-generation +0\\.25 +in no list")
                        .matcher(table)
                        .find(),
                "what no list has: " + table);
        JsonNode json =
                run("prices", "explain", "google/gemini-2.5-pro", "-o", "json").json();
        assertEquals("once", json.path("searching").asString(), json::toString);
        assertTrue(json.toString().contains("\"what\":\"web-search\",\"usd_per_use\":\"0.035\""), json::toString);
    }

    @Test
    void known_providers_are_listed_and_shown() {
        JsonNode all = run("providers", "list", "-o", "json").json();
        assertTrue(all.size() >= 103, all.size() + " providers");
        Outcome table = run("providers", "list");
        assertTrue(table.out().contains("GROQ_API_KEY") && table.out().contains("https://api.groq.com/"), table.out());
        Outcome groq = run("providers", "show", "groq");
        assertEquals(0, groq.exitCode(), groq.err());
        assertTrue(groq.out().contains("- { id: groq, api-key: \"${GROQ_API_KEY}\" }"), groq.out());
        JsonNode together = run("providers", "show", "together", "-o", "json").json();
        assertEquals("togetherai", together.path("id").asString());
        assertEquals("together", together.path("aliases").path(0).asString());
        Outcome unknown = run("providers", "show", "grog");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains("\"groq\""), unknown.err());
    }
}
