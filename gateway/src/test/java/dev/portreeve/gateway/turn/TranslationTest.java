package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests, answers and streams in another dialect, against golden files and by what must hold of them. */
class TranslationTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "translation");
    private static final String ID = "answer-?[0-9a-f-]{32,36}";
    private static final boolean WRITE = Boolean.getBoolean("portreeve.write-golden");

    private static Translation of(Dialect caller, String body, Dialect provider, String model, long cap) {
        return Translation.of(
                caller,
                body.getBytes(StandardCharsets.UTF_8),
                provider,
                new Translation.Circumstances(model, cap, true, false, Unsupported.USUAL, 1_700_000_000));
    }

    private static Translation chat(String more) {
        return of(
                Dialect.OPENAI_CHAT,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}",
                Dialect.ANTHROPIC_MESSAGES,
                "claude-sonnet-4-5",
                20_000);
    }

    private static JsonNode json(Translation translation) {
        return JsonMapper.shared().readTree(translation.request());
    }

    private static String streamed(Translation translation, byte[] events, int size) {
        StreamTranslation stream = translation.stream();
        StringBuilder out = new StringBuilder();
        String text = new String(events, StandardCharsets.UTF_8);
        String[] whole = text.split("(?<=\n\n)");
        for (int from = 0; from < whole.length; from += size) {
            String block = String.join("", Arrays.copyOfRange(whole, from, Math.min(whole.length, from + size)));
            out.append(new String(stream.events(block.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8));
        }
        return out
                + new String(stream.rest(), StandardCharsets.UTF_8)
                + new String(stream.last(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "messages-to-chat,ANTHROPIC_MESSAGES,OPENAI_CHAT,gpt-5-mini",
        "chat-to-messages,OPENAI_CHAT,ANTHROPIC_MESSAGES,claude-sonnet-4-5",
        "responses-to-chat,OPENAI_RESPONSES,OPENAI_CHAT,gpt-5-mini",
        "responses-to-messages,OPENAI_RESPONSES,ANTHROPIC_MESSAGES,claude-sonnet-4-5",
        "chat-to-responses,OPENAI_CHAT,OPENAI_RESPONSES,gpt-5-mini",
        "messages-to-responses,ANTHROPIC_MESSAGES,OPENAI_RESPONSES,gpt-5-mini",
        "chat-to-gemini,OPENAI_CHAT,GEMINI,gemini-2.5-pro",
        "messages-to-gemini,ANTHROPIC_MESSAGES,GEMINI,gemini-3-flash",
        "responses-to-gemini,OPENAI_RESPONSES,GEMINI,gemini-3-pro-preview",
        "gemini-to-chat,GEMINI,OPENAI_CHAT,gpt-5-mini",
        "gemini-to-messages,GEMINI,ANTHROPIC_MESSAGES,claude-sonnet-4-5",
        "gemini-to-responses,GEMINI,OPENAI_RESPONSES,gpt-5-mini",
        "chat-to-bedrock,OPENAI_CHAT,BEDROCK_CONVERSE,eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "messages-to-bedrock,ANTHROPIC_MESSAGES,BEDROCK_CONVERSE,eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "responses-to-bedrock,OPENAI_RESPONSES,BEDROCK_CONVERSE,eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "chat-to-cohere,OPENAI_CHAT,COHERE_CHAT,command-a-reasoning-08-2025",
        "messages-to-cohere,ANTHROPIC_MESSAGES,COHERE_CHAT,command-a-03-2025",
        "responses-to-cohere,OPENAI_RESPONSES,COHERE_CHAT,command-a-03-2025"
    })
    void each_direction_is_as_written_down(String folder, Dialect caller, Dialect provider, String model)
            throws IOException {
        Path at = GOLDEN.resolve(folder);
        Translation translation = of(caller, Files.readString(at.resolve("request.json")), provider, model, 20_000);
        golden(at.resolve("translated.json"), pretty(translation.request()));
        golden(
                at.resolve("notes.txt"),
                translation.notes().stream().map(note -> note + "\n").collect(Collectors.joining()));
        golden(at.resolve("answered.json"), pretty(translation.answer(Files.readAllBytes(at.resolve("answer.json")))));
        byte[] events = Files.readAllBytes(at.resolve("stream.txt"));
        golden(at.resolve("streamed.txt"), streamed(translation, events, 1));
        golden(
                at.resolve("lost.txt"),
                translation.lostInAnswer().stream().map(note -> note + "\n").collect(Collectors.joining()));
        assertEquals(
                streamed(translation, events, 1).replaceAll(ID, "answer-ID"),
                streamed(translation, events, 100).replaceAll(ID, "answer-ID"),
                "blocks change nothing");
        provider.read(new RequestPath(Operation.CHAT, model, false), translation.request(), true);
    }

    private static String pretty(byte[] json) {
        JsonNode tree = Json.read(json, 0, json.length);
        return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(tree) + "\n";
    }

    /** Where a provider gives its answers no id, each gets one of its own. */
    private static void golden(Path file, String text) throws IOException {
        String found = text.replaceAll(ID, "answer-ID");
        if (WRITE) {
            Files.writeString(file, found);
        }
        assertEquals(Files.readString(file), found, file.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"n\":2",
                ",\"functions\":[{}]",
                ",\"audio\":{}",
                ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]",
                ",\"response_format\":{\"type\":\"grammar\"}",
                ",\"tool_choice\":{\"type\":\"custom\"}"
            })
    void what_would_change_the_meaning_is_refused(String member) {
        BadRequest refused = assertThrows(BadRequest.class, () -> chat(member));
        assertEquals("unsupported_parameter", refused.code());
        assertEquals(400, refused.status());
    }

    @Test
    void content_without_counterpart_is_refused() {
        for (String part : new String[] {
            "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==\",\"format\":\"wav\"}}",
            "{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}"
        }) {
            String body = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[" + part + "]}]}";
            assertThrows(
                    BadRequest.class, () -> of(Dialect.OPENAI_CHAT, body, Dialect.ANTHROPIC_MESSAGES, "claude-x", 100));
        }
        String search =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"search_result\"}]}]}";
        assertThrows(BadRequest.class, () -> of(Dialect.ANTHROPIC_MESSAGES, search, Dialect.OPENAI_CHAT, "gpt", 100));
    }

    @Test
    void effort_is_said_as_the_model_wants_it() {
        String high = ",\"reasoning_effort\":\"high\",\"temperature\":0.2";
        JsonNode older = json(chat(high));
        assertEquals(16_384, older.path("thinking").path("budget_tokens").asInt());
        assertTrue(older.path("temperature").isMissingNode(), "a model that thinks takes no temperature");
        JsonNode newer = json(of(
                Dialect.OPENAI_CHAT,
                "{\"model\":\"m\",\"reasoning_effort\":\"xhigh\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                Dialect.ANTHROPIC_MESSAGES,
                "claude-opus-4-6",
                100));
        assertEquals("adaptive", newer.path("thinking").path("type").asString());
        assertEquals("xhigh", newer.path("output_config").path("effort").asString());
        Translation tight = of(
                Dialect.OPENAI_CHAT,
                "{\"model\":\"m\",\"reasoning_effort\":\"low\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                Dialect.ANTHROPIC_MESSAGES,
                "claude-sonnet-4-5",
                1_000);
        assertTrue(json(tight).path("thinking").isMissingNode());
        assertTrue(
                tight.notes().toString().contains("no room to think"),
                tight.notes().toString());
    }

    /** Anthropic refuses to go on thinking in a tool loop without the thoughts it began with. */
    @Test
    void a_tool_loop_thinks_on_only_from_thoughts_that_came_back() {
        String loop =
                "{\"model\":\"m\",\"reasoning_effort\":\"high\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
                        + "{\"role\":\"assistant\",\"content\":null,%s\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"}]}";
        JsonNode without = json(
                of(Dialect.OPENAI_CHAT, loop.formatted(""), Dialect.ANTHROPIC_MESSAGES, "claude-sonnet-4-5", 20_000));
        assertTrue(without.path("thinking").isMissingNode());
        JsonNode with = json(of(
                Dialect.OPENAI_CHAT,
                loop.formatted("\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"t\",\"signature\":\"s\"}],"),
                Dialect.ANTHROPIC_MESSAGES,
                "claude-sonnet-4-5",
                20_000));
        assertEquals("enabled", with.path("thinking").path("type").asString());
        assertEquals(
                "s",
                with.path("messages")
                        .path(1)
                        .path("content")
                        .path(0)
                        .path("signature")
                        .asString());
    }

    @Test
    void a_request_survives_the_way_there_and_back() {
        String body = "{\"model\":\"m\",\"system\":[{\"type\":\"text\",\"text\":\"s\"}],\"messages\":["
                + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]},"
                + "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"n\",\"input\":{\"x\":1.50}}]},"
                + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t\",\"content\":[{\"type\":\"text\",\"text\":\"c\"}]}]}],"
                + "\"tools\":[{\"name\":\"n\",\"input_schema\":{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"auto\"}}";
        Translation there = of(Dialect.ANTHROPIC_MESSAGES, body, Dialect.OPENAI_CHAT, "m", 100);
        Translation back = of(
                Dialect.OPENAI_CHAT,
                new String(there.request(), StandardCharsets.UTF_8),
                Dialect.ANTHROPIC_MESSAGES,
                "m",
                100);
        assertEquals(JsonMapper.shared().readTree(body), json(back));
        assertEquals(java.util.List.of(), there.notes());
        assertEquals(java.util.List.of(), back.notes());
    }

    @Test
    void notes_hold_names_that_are_harmless_in_headers() {
        String odd = chat(",\"a\\r\\nb\":1").notes().toString();
        assertTrue(odd.contains("a??b"), odd);
    }
}
