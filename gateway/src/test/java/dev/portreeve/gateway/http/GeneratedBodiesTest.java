package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.http.MadeBody.Place;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.budget.InMemoryBudgetLedger;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies made from the schemas of the four dialects that callers speak, whole and spoilt, through the listener: to a provider of
 * the same dialect, and to ones of the others. {@code -Dportreeve.bodies=5000} tries more, {@code -Dportreeve.body-seed=7} tries
 * one again.
 */
class GeneratedBodiesTest {
    private static final int BODIES = Integer.getInteger("portreeve.bodies", 40);
    private static final @Nullable Long ONE = Long.getLong("portreeve.body-seed");
    private static final long SEED = 20261122;
    private static final int SHOWN = 4_000;
    private static final int LONGEST_ERROR = 600;
    private static final String LENIENT = "-lenient";
    /** What another dialect cannot say, and addresses that nothing is fetched from; each has a page in docs/errors. */
    private static final Set<String> DOCUMENTED =
            Set.of("unsupported_parameter", "media_not_fetched", "invalid_media", "unreadable_input");

    /** What is wrong with the whole of a body, which no member is named for. */
    private static final Set<String> OF_THE_WHOLE =
            Set.of("duplicate_key", "json_too_complex", "invalid_json", "model_not_found", "request_too_large");

    private static final String ORGANISATION = """
            providers: [ { id: p, base-url: "http://127.0.0.1:1/v1" } ]
            organisation:
              tenants:
                - id: acme
                  teams:
                    - id: support
                      agents:
                        - { id: triage-bot, budgets: [ { limit-usd: 1000000, window: total } ] }
            """;

    /** A dialect of callers, and how its provider answers. */
    enum Spoken {
        CHAT("/v1/chat/completions", "chat.json", "chat-stream.txt"),
        MESSAGES("/v1/messages", "anthropic/message.json", "anthropic/stream.txt"),
        RESPONSES("/v1/responses", "response.json", "response-text-stream.txt"),
        GEMINI("/v1beta/models/", "gemini/answer.json", "gemini/stream.txt");

        private final String path;
        private final String answer;
        private final String stream;

        Spoken(String path, String answer, String stream) {
            this.path = path;
            this.answer = answer;
            this.stream = stream;
        }

        /** The dialect that a request line is of. */
        static Spoken of(String line) {
            if (line.contains("/chat/")) {
                return CHAT;
            }
            return line.contains("/messages") ? MESSAGES : line.contains("/responses") ? RESPONSES : GEMINI;
        }

        String model() {
            return name().toLowerCase(Locale.ROOT);
        }

        String path(String model, Random random) {
            if (this != GEMINI) {
                return path;
            }
            return path + model + (random.nextInt(3) == 0 ? ":streamGenerateContent?alt=sse" : ":generateContent");
        }
    }

    private ReplayUpstream upstream;
    private InMemoryBudgetLedger money;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        upstream.always(exchange -> {
            assertTrue(held() > 0, "no money is held for a call that runs");
            answer(upstream.requests().getLast()).play(exchange);
        });
        money = new InMemoryBudgetLedger(
                ConfigFile.parse("test.yaml", ORGANISATION, Path.of("."), name -> null)
                        .organisation(),
                InstantSource.system());
        edge = new EdgeFixture()
                .budget(money, Prices.load(new PricesConfig(null, NanoUsd.ofUsd("1"), NanoUsd.ofUsd("1"))))
                .provider("a", upstream.baseUrl())
                .anthropic("b", upstream.baseUrl())
                .responses("c", upstream.baseUrl())
                .gemini("d", upstream.baseUrl())
                .model("chat", "a/m")
                .model("messages", "b/m")
                .model("responses", "c/m")
                .model("gemini", "d/m")
                .model("chat-lenient", "a/m", ModelConfig.Unsupported.DROP, ModelConfig.HostedTools.STRIP)
                .model("messages-lenient", "b/m", ModelConfig.Unsupported.DROP, ModelConfig.HostedTools.STRIP)
                .model("responses-lenient", "c/m", ModelConfig.Unsupported.DROP, ModelConfig.HostedTools.STRIP)
                .model("gemini-lenient", "d/m", ModelConfig.Unsupported.DROP, ModelConfig.HostedTools.STRIP)
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private static ReplayUpstream.Script answer(ReplayUpstream.Seen asked) {
        Spoken provider = Spoken.of(asked.line());
        boolean streamed =
                asked.line().contains("streamGenerate") || asked.text().contains("\"stream\":true");
        return streamed
                ? ReplayUpstream.events(ReplayUpstream.recorded(provider.stream))
                : ReplayUpstream.json(200, ReplayUpstream.recorded(provider.answer));
    }

    /** Whose provider is asked: the caller's own dialect, or another. */
    private static Spoken asked(Spoken by, boolean translated, Random random) {
        int step = translated ? 1 + random.nextInt(Spoken.values().length - 1) : 0;
        return Spoken.values()[(by.ordinal() + step) % Spoken.values().length];
    }

    /** Half of what is translated goes without what another dialect cannot say. */
    private static String model(Spoken provider, boolean translated, Random random) {
        return translated && random.nextBoolean() ? provider.model() + LENIENT : provider.model();
    }

    private static long[] seeds() {
        return ONE == null ? LongStream.range(SEED, SEED + BODIES).toArray() : new long[] {ONE};
    }

    @FunctionalInterface
    private interface Trial {
        boolean isTaken(MadeBody made, Random random) throws Exception;
    }

    /** Tries bodies of all seeds; how many were answered. */
    private static int each(Spoken by, boolean translated, Trial trial) {
        Map<String, BodyShape> schema = BodyShape.read(by.model());
        int taken = 0;
        List<String> failures = new ArrayList<>();
        for (long seed : seeds()) {
            // Neighbours among seeds begin alike.
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            Spoken provider = asked(by, translated, random);
            MadeBody made = new MadeBody(schema, random, model(provider, translated, random));
            try {
                taken += trial.isTaken(made, random) ? 1 : 0;
            } catch (Exception | AssertionError failed) {
                String body = made.tree().toString();
                failures.add("to " + provider + ", again with -Dportreeve.body-seed=" + seed + ": " + failed + "\n  "
                        + body.substring(0, Math.min(SHOWN, body.length())));
            }
        }
        assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
        return taken;
    }

    /** Sends a body, and waits until its money is settled and its records are whole. */
    private HttpResponse<byte[]> sent(Spoken by, String model, String body, Random random) throws Exception {
        int before = edge.journal.events().size();
        HttpResponse<byte[]> response =
                caller.post(by.path(model, random), body.getBytes(StandardCharsets.UTF_8), Map.of());
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() ->
                        isClosed(edge.journal.events().stream().skip(before).toList()));
        assertEquals(0, held(), "money is held");
        return response;
    }

    private long held() {
        return money.held("acme", "member:triage-bot:total", Instant.EPOCH);
    }

    private static boolean isClosed(List<AuditEvent> events) {
        List<EventKind> kinds = events.stream().map(AuditEvent::kind).toList();
        return kinds.equals(List.of(EventKind.CALL_REFUSED))
                || kinds.equals(List.of(EventKind.CALL_OPENED, EventKind.CALL_CLOSED));
    }

    /** The error in the form that clients of this dialect know. */
    private Said error(Spoken by, HttpResponse<byte[]> response) {
        JsonNode body = JsonMapper.shared().readTree(response.body());
        JsonNode error = body.path("error");
        String message = error.path("message").asString("");
        assertFalse(message.isBlank(), text(response));
        switch (by) {
            case MESSAGES -> {
                assertEquals("error", body.path("type").asString(""), text(response));
                assertFalse(error.path("type").asString("").isEmpty(), text(response));
            }
            case GEMINI -> {
                assertEquals(response.statusCode(), error.path("code").asInt(0), text(response));
                assertFalse(error.path("status").asString("").isEmpty(), text(response));
            }
            case CHAT, RESPONSES -> {
                assertFalse(error.path("type").asString("").isEmpty(), text(response));
                assertFalse(error.path("code").asString("").isEmpty(), text(response));
            }
        }
        JsonNode record =
                JsonMapper.shared().readTree(edge.journal.records().getLast().leaf());
        return new Said(record.path("reason").asString(""), text(response));
    }

    private record Said(String reason, String text) {}

    @ParameterizedTest
    @CsvSource({
        "CHAT,false",
        "CHAT,true",
        "MESSAGES,false",
        "MESSAGES,true",
        "RESPONSES,false",
        "RESPONSES,true",
        "GEMINI,false",
        "GEMINI,true"
    })
    void one_as_the_reference_has_it_is_answered(Spoken by, boolean translated) {
        int taken = each(by, translated, (made, random) -> {
            String body = made.tree().toString();
            HttpResponse<byte[]> response = sent(by, made.model(), body, random);
            if (response.statusCode() != 200) {
                Said said = error(by, response);
                assertTrue(
                        translated && response.statusCode() < 500 && DOCUMENTED.contains(said.reason()),
                        response.statusCode() + " " + said);
                return false;
            }
            assertFalse(text(response).contains("\"error\":{"), text(response));
            if (!translated) {
                arrived(made.tree());
            }
            return true;
        });
        assertTrue(ONE != null || taken >= (translated ? BODIES / 4 : BODIES), "answered: " + taken);
    }

    /** All that was sent reached the provider, except for the model's name, and a cap where none was given. */
    private void arrived(JsonNode sent) {
        JsonNode seen =
                JsonMapper.shared().readTree(upstream.requests().getLast().body());
        if (sent.path("generationConfig") instanceof ObjectNode config && !config.has("maxOutputTokens")) {
            ((ObjectNode) seen.path("generationConfig")).remove("maxOutputTokens");
        }
        for (String name : sent.propertyNames()) {
            boolean capped = name.equals("max_output_tokens") && sent.path(name).isNull();
            if (!name.equals("model") && !capped) {
                assertEquals(sent.path(name).toString(), seen.path(name).toString(), name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "CHAT,false",
        "CHAT,true",
        "MESSAGES,false",
        "MESSAGES,true",
        "RESPONSES,false",
        "RESPONSES,true",
        "GEMINI,false",
        "GEMINI,true"
    })
    void a_spoilt_one_is_answered_or_told_what_is_wrong(Spoken by, boolean translated) {
        int taken = each(by, translated, (made, random) -> {
            SpoiltBody spoilt = new SpoiltBody(made, random, 1 + random.nextInt(3));
            HttpResponse<byte[]> response = sent(by, made.model(), spoilt.text(), random);
            if (response.statusCode() == 200) {
                assertFalse(text(response).contains("\"error\":{"), text(response));
                return true;
            }
            String told = response.statusCode() + " " + text(response) + " of "
                    + spoilt.places().stream().map(Place::path).toList();
            assertTrue(response.statusCode() >= 400 && response.statusCode() < 500, told);
            Said said = error(by, response);
            assertTrue(said.text().length() < LONGEST_ERROR, "too much of what was sent is said again: " + told);
            assertTrue(isNamed(said, spoilt.places()), "nothing is named: " + told);
            return false;
        });
        assertTrue(ONE != null || (taken > 0 && taken < BODIES), "answered: " + taken);
    }

    /** Whether it says a member that leads to a spoilt place, or that is wrong already in what was not spoilt. */
    private static boolean isNamed(Said said, List<Place> places) {
        if (OF_THE_WHOLE.contains(said.reason()) || DOCUMENTED.contains(said.reason())) {
            return true;
        }
        List<String> names = new ArrayList<>();
        places.forEach(place -> names.addAll(place.path()));
        return names.stream().anyMatch(said.text()::contains);
    }
}
