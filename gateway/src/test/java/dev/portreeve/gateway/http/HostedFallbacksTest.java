package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a provider's own tools at a later place is said by that place's model and the rules, and stands in the record. */
class HostedFallbacksTest {
    private static final String OUR_MCP = "https://agents.example/mcp";
    private static final String TOOLS = "\"tools\":[{\"type\":\"web_search\"},"
            + "{\"type\":\"mcp\",\"server_label\":\"theirs\",\"server_url\":\"https://mcp.example/x\",\"authorization\":\"s3cret\"}]";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        InMemoryBudgetLedger money = new InMemoryBudgetLedger(
                new OrganisationConfig(
                        List.of(new OrganisationConfig.Tenant("acme", List.of(), List.of(), List.of(), List.of()))),
                InstantSource.system());
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .reachedAt(URI.create("https://agents.example"))
                .responses("one", upstream.baseUrl())
                .responses("two", upstream.baseUrl())
                .anthropic("three", upstream.baseUrl())
                .hostedTools("no-code", Rule.Effect.DENY, "", "two/code_interpreter");
        for (HostedTools treatment : HostedTools.values()) {
            edge.model(model("two-" + treatment, "two/m", treatment, List.of()))
                    .model(model("three-" + treatment, "three/m", treatment, List.of()));
            for (HostedTools first : HostedTools.values()) {
                edge.model(model(first + "-two-" + treatment, "one/m", first, List.of("two-" + treatment)))
                        .model(model(first + "-three-" + treatment, "one/m", first, List.of("three-" + treatment)));
            }
        }
        edge.start();
        caller = new Caller(edge);
    }

    private static ModelConfig model(String name, String target, HostedTools hosted, List<String> fallbacks) {
        return new ModelConfig(
                name,
                new ModelConfig.Route(
                        List.of(new ModelConfig.Target(target)),
                        null,
                        hosted,
                        ModelConfig.Strategy.PRIORITY,
                        0,
                        fallbacks,
                        new ModelConfig.FallbacksOn(List.of(), List.of()),
                        ModelConfig.CoolDown.USUAL),
                null);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> call(String model, String tools, String answer) throws Exception {
        upstream.then(ReplayUpstream.json(503, "{\"error\":{\"message\":\"busy\"}}"));
        upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded(answer)));
        String body =
                "{\"model\":\"" + model + "\",\"store\":false,\"max_output_tokens\":9,\"input\":\"hi\"," + tools + "}";
        return caller.post("/v1/responses", body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private String closing() {
        await().until(() -> edge.journal.records().size() == 2);
        return new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        // What the first place does and what the second, which of the tools reach the second, and whose connector.
        "STRIP, PASS, true, theirs",
        "PASS, STRIP, false, none",
        "REWRITE, PASS, true, theirs",
        "STRIP, REWRITE, false, ours",
        "PASS, REWRITE, false, ours",
        "REWRITE, STRIP, false, none",
        "REWRITE, REWRITE, false, ours",
    })
    void at_another_provider_of_the_callers_dialect(
            HostedTools first, HostedTools second, boolean search, String connector) throws Exception {
        HttpResponse<byte[]> response = call(first + "-two-" + second, TOOLS, "response.json");
        assertEquals(200, response.statusCode(), text(response));
        String sent = upstream.requests().getLast().text();
        assertEquals(search, sent.contains("web_search"), sent);
        assertEquals(connector.equals("theirs"), sent.contains("mcp.example/x") && sent.contains("s3cret"), sent);
        assertEquals(connector.equals("ours"), sent.contains("\"" + OUR_MCP + "\"") && sent.contains("prh_"), sent);
        assertEquals(connector.equals("none"), !sent.contains("\"mcp\""), sent);
        String fate =
                search ? "passed, the provider runs it by itself" : "stripped, the provider would run it by itself";
        assertTrue(closing().contains("\"tools.web_search: " + fate), closing());
    }

    @Test
    void a_place_that_denies_them_is_left_out() throws Exception {
        HttpResponse<byte[]> response = call("PASS-two-DENY", TOOLS, "response.json");
        assertEquals(503, response.statusCode(), text(response));
        assertEquals(1, upstream.requests().size());
        assertTrue(closing().contains("\"result\":\"not_granted\""), closing());
    }

    @Test
    void a_rule_that_forbids_one_there_takes_it_out_there() throws Exception {
        HttpResponse<byte[]> response = call(
                "PASS-two-PASS",
                "\"tools\":[{\"type\":\"code_interpreter\"},{\"type\":\"web_search\"}]",
                "response.json");
        assertEquals(200, response.statusCode(), text(response));
        assertTrue(upstream.requests().getFirst().text().contains("code_interpreter"));
        String sent = upstream.requests().getLast().text();
        assertTrue(!sent.contains("code_interpreter") && sent.contains("web_search"), sent);
    }

    /** Such a tool means nothing in another dialect, whatever the model there would let pass. */
    @ParameterizedTest
    @CsvSource({"STRIP", "PASS", "REWRITE"})
    void in_another_dialect_none_is_left(HostedTools second) throws Exception {
        HttpResponse<byte[]> response = call("PASS-three-" + second, TOOLS, "anthropic/message.json");
        assertEquals(200, response.statusCode(), text(response));
        String sent = upstream.requests().getLast().text();
        for (String left : List.of("web_search", "mcp.example", "s3cret", "mcp", "prh_")) {
            assertFalse(sent.contains(left), sent);
        }
        assertTrue(closing().contains("\"openai-responses to anthropic-messages\""), closing());
    }
}
