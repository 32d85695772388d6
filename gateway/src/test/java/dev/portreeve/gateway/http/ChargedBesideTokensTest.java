package dev.portreeve.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a provider charges beside tokens, and what it says a call costs: held, charged and recorded. */
class ChargedBesideTokensTest {
    private static final Path FIXTURES = Path.of("src/test/resources/usage");

    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        Path list = Files.writeString(folder.resolve("prices.yaml"), """
                version: beside
                models:
                  anthropic/m: { input: 1, output: 1, web-search: 0.01 }
                  openrouter/m: { input: 1, output: 1 }
                  chat/m: { input: 1, output: 1 }
                """);
        BudgetConfig daily = new BudgetConfig(new BigDecimal("1000"), BudgetConfig.Window.DAILY, ZoneOffset.UTC);
        OrganisationConfig.Member agent = new OrganisationConfig.Member("triage-bot", List.of(daily));
        OrganisationConfig.Team support = new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent));
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                new OrganisationConfig(List.of(
                        new OrganisationConfig.Tenant("acme", List.of(), List.of(support), List.of(), List.of()))),
                InstantSource.system());
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(list, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .provider("openrouter", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .model("a", "anthropic/m", null, HostedTools.PASS)
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private static String answer(String fixture) throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(FIXTURES.resolve(fixture)))
                .path("answer")
                .toString();
    }

    private HttpResponse<byte[]> post(String path, String body) throws IOException, InterruptedException {
        return caller.post(path, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private JsonNode record(int number) {
        await().until(() -> edge.journal.records().size() > number);
        return JsonMapper.shared()
                .readTree(new String(edge.journal.records().get(number).leaf(), StandardCharsets.UTF_8));
    }

    @Test
    void searches_are_held_at_their_bound_and_charged_as_reported() throws Exception {
        upstream.always(ReplayUpstream.json(200, answer("anthropic-web-search.json")));
        String body = "{'model':'a','max_tokens':1000,'messages':[{'role':'user','content':'hi'}],"
                + "'tools':[{'type':'web_search_20250305','name':'web_search','max_uses':5}]}";
        assertEquals(200, post("/v1/messages", body).statusCode());
        JsonNode opened = record(0);
        NanoUsd held = NanoUsd.ofUsd(opened.findPath("held_usd").asString());
        assertTrue(held.compareTo(NanoUsd.ofUsd("0.05")) > 0, held + " holds five searches and tokens");
        assertTrue(held.compareTo(NanoUsd.ofUsd("0.06")) < 0, held + " holds no more than that");
        JsonNode closed = record(1);
        assertEquals("0.02697", closed.findPath("cost_usd").asString());
        assertEquals(2, closed.findPath("web_search_uses").asInt());
    }

    @Test
    void what_openrouter_says_a_call_costs_is_charged_and_the_list_stands_beside() throws Exception {
        String answer = answer("openrouter.json").replace("0.95", "0.00042");
        upstream.always(ReplayUpstream.json(200, answer));
        String body = "{'model':'openrouter/m','max_tokens':1000,'messages':[{'role':'user','content':'hi'}]}";
        assertEquals(200, post("/v1/chat/completions", body).statusCode());
        JsonNode closed = record(1);
        assertEquals("0.00042", closed.findPath("cost_usd").asString());
        assertEquals("stated", closed.findPath("cost_basis").asString());
        assertEquals("0.000196", closed.findPath("computed_usd").asString());
    }

    @Test
    void the_same_words_of_a_provider_that_is_not_known_for_it_mean_nothing() throws Exception {
        upstream.always(ReplayUpstream.json(200, answer("openrouter.json")));
        String body = "{'model':'chat/m','max_tokens':1000,'messages':[{'role':'user','content':'hi'}]}";
        assertEquals(200, post("/v1/chat/completions", body).statusCode());
        JsonNode closed = record(1);
        assertEquals("0.000196", closed.findPath("cost_usd").asString());
        assertTrue(closed.findPath("cost_basis").isMissingNode());
    }

    @Test
    void a_cost_that_cannot_be_true_is_not_charged() throws Exception {
        for (String absurd : new String[] {"-1", "1e300", "\"0.1\"", "99999", "null", "[]"}) {
            int before = edge.journal.records().size();
            upstream.always(ReplayUpstream.json(200, answer("openrouter.json").replace("0.95", absurd)));
            String body = "{'model':'openrouter/m','max_tokens':1000,'messages':[{'role':'user','content':'hi'}]}";
            assertEquals(200, post("/v1/chat/completions", body).statusCode(), absurd);
            assertEquals("0.000196", record(before + 1).findPath("cost_usd").asString(), absurd);
        }
    }
}
