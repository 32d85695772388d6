package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.config.ProviderConfig.ApiKey;
import dev.portreeve.gateway.config.ProviderConfig.Dialect;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A provider with several keys: who gets which call, and what becomes of a key that fails. */
class ProviderKeysTest {
    private static final String CHAT = "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String BUSY = "{\"error\":{\"message\":\"x\"}}";
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-14T12:00:00Z"));
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        upstream = new ReplayUpstream();
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private void start(boolean oneAccount, ApiKey... keys) {
        edge = new EdgeFixture()
                .provider(new ProviderConfig(
                        "many",
                        ProviderConfig.Kind.OPENAI_COMPATIBLE,
                        upstream.baseUrl(),
                        null,
                        List.of(keys),
                        oneAccount,
                        Set.of(Dialect.OPENAI_CHAT, Dialect.OPENAI_RESPONSES),
                        null,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(20),
                        64,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null))
                .model("fast", "many/a")
                .model("other", "many/b")
                .at(now::get)
                .budget(
                        new InMemoryBudgetLedger(new OrganisationConfig(List.of()), now::get),
                        Prices.load(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180"))))
                .start();
        caller = new Caller(edge);
    }

    private static ApiKey key(String key, int weight, String name) {
        return new ApiKey(new Secret(key), weight, name);
    }

    private List<String> keysUsed() {
        return upstream.requests().stream()
                .map(seen -> seen.headers().get("authorization").replace("Bearer ", ""))
                .toList();
    }

    private long times(String key) {
        return keysUsed().stream().filter(key::equals).count();
    }

    private String closing() {
        return new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8);
    }

    @Test
    void calls_are_shared_out_by_weight_over_all_models() throws Exception {
        start(false, key("sk-a", 2, "team"), key("sk-b", 1, null));
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        for (int i = 0; i < 9; i++) {
            assertEquals(
                    200,
                    caller.chat(i % 2 == 0 ? CHAT : CHAT.replace("fast", "other"))
                            .statusCode());
        }
        assertEquals(6, times("sk-a"));
        assertEquals(3, times("sk-b"));
        List<String> records = edge.journal.records().stream()
                .map(stored -> new String(stored.leaf(), StandardCharsets.UTF_8))
                .toList();
        assertTrue(records.stream().anyMatch(leaf -> leaf.contains("\"provider_key\":\"team\"")));
        assertTrue(records.stream().anyMatch(leaf -> leaf.contains("\"provider_key\":\"2\"")), "its place in the list");
        assertTrue(records.stream().noneMatch(leaf -> leaf.contains("sk-")), "never the key itself");
    }

    @ParameterizedTest
    @CsvSource({"429, throttled, 2", "401, credential, 1", "403, access, 1", "402, account, 1"})
    void a_key_that_is_refused_is_left_out_and_another_takes_its_calls(int status, String kind, int failures)
            throws Exception {
        start(false, key("sk-a", 1, "first"), key("sk-b", 1, "second"));
        String headers = status == 429 ? "Retry-After: 20\r\n" : "";
        upstream.then(exchange -> exchange.json(status, headers, BUSY.getBytes(StandardCharsets.UTF_8)));
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")));
        HttpResponse<byte[]> response = caller.chat(CHAT);
        assertEquals(200, response.statusCode(), text(response));
        assertEquals("2", header(response, "x-portreeve-attempts"));
        await().until(() -> closing().contains("\"attempts\""));
        assertTrue(
                closing().contains("\"key\":\"first\"")
                        && closing().contains("\"result\":\"" + kind + "\"")
                        && closing().contains("\"key\":\"second\""),
                closing());
        for (int i = 0; i < 3; i++) {
            assertEquals("1", header(caller.chat(CHAT), "x-portreeve-attempts"));
        }
        assertEquals(List.of("sk-a", "sk-b", "sk-b", "sk-b", "sk-b"), keysUsed());
        now.updateAndGet(at -> at.plusSeconds(31));
        caller.chat(CHAT);
        caller.chat(CHAT);
        assertEquals(2, times("sk-a"), "it comes back");
        assertTrue(failures > 0);
    }

    @Test
    void a_failure_that_is_not_the_keys_is_not_tried_with_another_key() throws Exception {
        start(false, key("sk-a", 1, null), key("sk-b", 1, null));
        upstream.always(ReplayUpstream.json(500, BUSY));
        assertEquals(502, caller.chat(CHAT).statusCode());
        assertEquals(1, upstream.requests().size());
    }

    @Test
    void what_the_provider_keeps_goes_by_the_first_key_unless_all_are_of_one_account() throws Exception {
        String ask = "{\"model\":\"fast\",\"input\":\"hi\"}";
        start(false, key("sk-a", 1, null), key("sk-b", 1, null));
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        for (int i = 0; i < 4; i++) {
            assertEquals(200, responses(ask));
        }
        assertEquals(4, times("sk-a"));
        for (int i = 0; i < 4; i++) {
            assertEquals(200, responses(ask.replace("\"input\"", "\"store\":false,\"input\"")));
        }
        assertTrue(times("sk-b") >= 2, "nothing is kept, so any key will do");
        caller.close();
        edge.close();
        start(true, key("sk-c", 1, null), key("sk-d", 1, null));
        for (int i = 0; i < 4; i++) {
            assertEquals(200, responses(ask));
        }
        assertEquals(2, times("sk-c"));
        assertEquals(2, times("sk-d"));
    }

    private int responses(String body) throws Exception {
        return caller.post("/v1/responses", body.getBytes(StandardCharsets.UTF_8), Map.of())
                .statusCode();
    }

    @Test
    void a_key_shows_itself_nowhere() {
        start(false, key("sk-a", 1, "first"));
        assertFalse(key("sk-a", 1, "first").toString().contains("sk-a"));
    }
}
