package dev.portreeve.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Where a bound by size is too high, or a provider does not say what was used, tokens are counted if they can be. */
class CountedCallsTest {
    private static final String WORDS = "word ".repeat(8_000);
    private static final String ANSWER = "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,"
            + "\"message\":{\"role\":\"assistant\",\"content\":\"hello world, how are you today\"},\"finish_reason\":\"stop\"}]}";

    @TempDir
    private Path folder;

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        Path list = Files.writeString(folder.resolve("prices.yaml"), """
                version: counted
                models:
                  openai/gpt-4o-mini: { input: 1, output: 1 }
                  openai/gpt-5: { input: 1, output: 1 }
                  chat/gpt-4o-mini: { input: 1, output: 1 }
                """);
        BudgetConfig daily = new BudgetConfig(new BigDecimal("0.02"), BudgetConfig.Window.DAILY, ZoneOffset.UTC);
        OrganisationConfig.Member agent = new OrganisationConfig.Member("triage-bot", List.of(daily));
        OrganisationConfig.Team support = new OrganisationConfig.Team("support", List.of(), List.of(), List.of(agent));
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                new OrganisationConfig(List.of(
                        new OrganisationConfig.Tenant("acme", List.of(), List.of(support), List.of(), List.of()))),
                InstantSource.system());
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(list, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .provider("openai", upstream.baseUrl())
                .provider("chat", upstream.baseUrl())
                .start();
        caller = new Caller(edge);
        upstream.always(ReplayUpstream.json(200, ANSWER));
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> call(String model, String text) throws IOException, InterruptedException {
        String body = "{\"model\":\"" + model
                + "\",\"max_completion_tokens\":100,\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
        return caller.post("/v1/chat/completions", body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private JsonNode record(int number) {
        await().until(() -> edge.journal.records().size() > number);
        return JsonMapper.shared()
                .readTree(new String(edge.journal.records().get(number).leaf(), StandardCharsets.UTF_8));
    }

    @Test
    void a_call_that_does_not_fit_by_its_bytes_is_counted_and_made() throws Exception {
        assertEquals(200, call("openai/gpt-4o-mini", WORDS).statusCode());
        JsonNode opened = record(0);
        assertTrue(opened.findPath("input_counted").asBoolean(), opened.toString());
        NanoUsd worst = NanoUsd.ofUsd(opened.findPath("worst_case_usd").asString());
        assertTrue(
                worst.compareTo(NanoUsd.ofUsd("0.008")) > 0 && worst.compareTo(NanoUsd.ofUsd("0.01")) < 0, worst + "");
        assertEquals("counted", record(1).findPath("basis").asString());
    }

    @Test
    void what_does_not_fit_even_so_is_refused_and_so_is_what_cannot_be_counted() throws Exception {
        assertEquals(429, call("openai/gpt-4o-mini", WORDS.repeat(3)).statusCode());
        assertEquals(429, call("chat/gpt-4o-mini", WORDS).statusCode());
        assertTrue(upstream.requests().isEmpty());
    }

    @Test
    void an_answer_without_usage_is_counted_where_it_can_be() throws Exception {
        assertEquals(200, call("openai/gpt-4o-mini", "hi").statusCode());
        JsonNode counted = record(1);
        assertEquals("counted", counted.findPath("basis").asString());
        assertEquals(7 + 16, counted.findPath("output_tokens").asInt());
        assertEquals(200, call("openai/gpt-5", "hi").statusCode());
        JsonNode thinks = record(3);
        assertEquals("estimated", thinks.findPath("basis").asString());
        assertEquals(
                "hello world, how are you today".length(),
                thinks.findPath("output_tokens").asInt());
        assertEquals(200, call("chat/gpt-4o-mini", "hi").statusCode());
        assertEquals("estimated", record(5).findPath("basis").asString());
    }
}
