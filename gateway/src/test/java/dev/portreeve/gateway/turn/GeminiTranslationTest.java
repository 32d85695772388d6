package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is special about Gemini's dialect in translations: thoughts through a tool loop, results without ids, ends. */
class GeminiTranslationTest {
    private static final String CALLED =
            "{\"responseId\":\"r\",\"modelVersion\":\"m\",\"candidates\":[{\"content\":{\"parts\":["
                    + "{\"text\":\"hm\",\"thought\":true},{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\":1.50}},\"thoughtSignature\":\"c2ln\"},"
                    + "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]},\"finishReason\":\"STOP\"}]}";

    private static Translation of(Dialect caller, String body, Dialect provider, String model) {
        return Translation.of(
                caller,
                body.getBytes(StandardCharsets.UTF_8),
                provider,
                new Translation.Circumstances(model, 20_000, true, false, Unsupported.USUAL, 1));
    }

    private static JsonNode json(byte[] bytes) {
        return Json.read(bytes, 0, bytes.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String gemini(String contents) {
        return "{\"contents\":[" + contents + "]}";
    }

    @Test
    void a_signature_comes_back_through_anthropics_dialect() {
        String ask = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}RESULT]}";
        Translation first =
                of(Dialect.ANTHROPIC_MESSAGES, ask.replace("RESULT", ""), Dialect.GEMINI, "gemini-3-pro-preview");
        JsonNode message = json(first.answer(bytes(CALLED)));
        String id = message.path("content").path(1).path("id").stringValue();
        String second = message.path("content").path(2).path("id").stringValue();
        assertFalse(id.equals(second), "two calls have two ids");
        String answered =
                ",{\"role\":\"assistant\",\"content\":" + message.path("content") + "},{\"role\":\"user\",\"content\":["
                        + "{\"type\":\"tool_result\",\"tool_use_id\":\"" + second + "\",\"content\":\"two\"},"
                        + "{\"type\":\"tool_result\",\"tool_use_id\":\"" + id + "\",\"content\":\"one\"}]}";
        loops(of(Dialect.ANTHROPIC_MESSAGES, ask.replace("RESULT", answered), Dialect.GEMINI, "gemini-3-pro-preview"));
    }

    private static final String SPOKEN =
            "{\"responseId\":\"r\",\"modelVersion\":\"m\",\"candidates\":[{\"content\":{\"parts\":["
                    + "{\"text\":\"I look.\"},{\"text\":\"\",\"thoughtSignature\":\"dGV4dA==\"},"
                    + "{\"functionCall\":{\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"c2ln\"}]},\"finishReason\":\"STOP\"}]}";

    /** Signed texts, and a call with a signature of its own, as the model said them. */
    private static void spoken(Translation second) {
        JsonNode parts = json(second.request()).path("contents").path(1).path("parts");
        assertEquals("I look.", parts.path(0).path("text").stringValue(), parts.toString());
        assertEquals("dGV4dA==", parts.path(0).path("thoughtSignature").stringValue(), parts.toString());
        assertEquals("c2ln", parts.path(1).path("thoughtSignature").stringValue(), parts.toString());
        assertEquals("f", parts.path(1).path("functionCall").path("name").stringValue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_signature_of_a_text_comes_back_too_through_anthropics_dialect(boolean streamed) {
        String ask = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}RESULT]}";
        Translation first =
                of(Dialect.ANTHROPIC_MESSAGES, ask.replace("RESULT", ""), Dialect.GEMINI, "gemini-3-pro-preview");
        String content;
        if (streamed) {
            StreamTranslation stream = first.stream();
            String events = new String(stream.events(bytes("data: " + SPOKEN + "\n\n")), StandardCharsets.UTF_8);
            assertTrue(
                    events.contains("gemini-thought.text.dGV4dA==") && events.contains("gemini-thought.c2ln"), events);
            content = "[{\"type\":\"text\",\"text\":\"I look.\"},"
                    + "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"gemini-thought.text.dGV4dA==\"},"
                    + "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"gemini-thought.c2ln\"},"
                    + "{\"type\":\"tool_use\",\"id\":\"call_r_0\",\"name\":\"f\",\"input\":{}}]";
        } else {
            content = json(first.answer(bytes(SPOKEN))).path("content").toString();
        }
        String answered = ",{\"role\":\"assistant\",\"content\":" + content + "},{\"role\":\"user\",\"content\":["
                + "{\"type\":\"tool_result\",\"tool_use_id\":\"call_r_0\",\"content\":\"one\"}]}";
        spoken(of(Dialect.ANTHROPIC_MESSAGES, ask.replace("RESULT", answered), Dialect.GEMINI, "gemini-3-pro-preview"));
    }

    @Test
    void the_signature_of_a_text_comes_back_too_through_openais_chat() {
        String ask = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}RESULT]}";
        Translation first = of(Dialect.OPENAI_CHAT, ask.replace("RESULT", ""), Dialect.GEMINI, "gemini-3-pro-preview");
        JsonNode message =
                json(first.answer(bytes(SPOKEN))).path("choices").path(0).path("message");
        String answered = "," + message + ",{\"role\":\"tool\",\"tool_call_id\":\"call_r_0\",\"content\":\"found\"}";
        spoken(of(Dialect.OPENAI_CHAT, ask.replace("RESULT", answered), Dialect.GEMINI, "gemini-3-pro-preview"));
    }

    @Test
    void where_no_call_follows_nobody_needs_the_signature_of_a_text() {
        String ask = "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        Translation first = of(Dialect.ANTHROPIC_MESSAGES, ask, Dialect.GEMINI, "gemini-3-pro-preview");
        String only =
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\",\"thoughtSignature\":\"dGV4dA==\"}]},\"finishReason\":\"STOP\"}]}";
        String answer = new String(first.answer(bytes(only)), StandardCharsets.UTF_8);
        assertTrue(answer.contains("Hi") && !answer.contains("gemini-thought"), answer);
    }

    @Test
    void a_signature_comes_back_through_openais_chat() {
        String ask = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}RESULT]}";
        Translation first = of(Dialect.OPENAI_CHAT, ask.replace("RESULT", ""), Dialect.GEMINI, "gemini-3-pro-preview");
        JsonNode message =
                json(first.answer(bytes(CALLED))).path("choices").path(0).path("message");
        String answered = "," + message;
        for (JsonNode call : message.path("tool_calls")) {
            answered += ",{\"role\":\"tool\",\"tool_call_id\":" + call.path("id") + ",\"content\":\"found\"}";
        }
        loops(of(Dialect.OPENAI_CHAT, ask.replace("RESULT", answered), Dialect.GEMINI, "gemini-3-pro-preview"));
    }

    @Test
    void a_signature_comes_back_through_openais_responses() {
        String ask = "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hi\"}RESULT]}";
        Translation first =
                of(Dialect.OPENAI_RESPONSES, ask.replace("RESULT", ""), Dialect.GEMINI, "gemini-3-pro-preview");
        String answered = "";
        for (JsonNode item : json(first.answer(bytes(CALLED))).path("output")) {
            answered += "," + item;
        }
        loops(of(Dialect.OPENAI_RESPONSES, ask.replace("RESULT", answered), Dialect.GEMINI, "gemini-3-pro-preview"));
    }

    private static void loops(Translation translation) {
        String sent = new String(translation.request(), StandardCharsets.UTF_8);
        JsonNode parts = json(translation.request()).path("contents").path(1).path("parts");
        assertEquals("c2ln", parts.path(0).path("thoughtSignature").asString(""), sent);
        assertEquals(
                "{\"a\":1.50}", Json.text(parts.path(0).path("functionCall").path("args")), sent);
        assertFalse(parts.path(1).has("thoughtSignature"), sent);
        assertFalse(sent.contains("skip_thought"), sent);
    }

    @Test
    void anothers_thoughts_come_back_through_geminis_dialect() {
        String answer =
                "{\"id\":\"msg_1\",\"model\":\"m\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig=\"},"
                        + "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}}],\"stop_reason\":\"tool_use\",\"usage\":{}}";
        String ask = gemini("{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}RESULT");
        Translation first =
                of(Dialect.GEMINI, ask.replace("RESULT", ""), Dialect.ANTHROPIC_MESSAGES, "claude-sonnet-4-5");
        JsonNode content =
                json(first.answer(bytes(answer))).path("candidates").path(0).path("content");
        // Gemini CLI sends no thoughts back, only what is at the call.
        String answered =
                ",{\"role\":\"model\",\"parts\":[" + content.path("parts").path(1)
                        + "]},{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{\"output\":\"x\"}}}]}";
        JsonNode sent = json(
                of(Dialect.GEMINI, ask.replace("RESULT", answered), Dialect.ANTHROPIC_MESSAGES, "claude-sonnet-4-5")
                        .request());
        assertEquals(
                "[{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"sig=\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"f\",\"input\":{}}]",
                Json.text(sent.path("messages").path(1).path("content")));
        assertEquals(
                "toolu_1",
                sent.path("messages")
                        .path(2)
                        .path("content")
                        .path(0)
                        .path("tool_use_id")
                        .asString(""));
    }

    @Test
    void results_find_their_calls_by_name_and_order() {
        String call = "{\"functionCall\":{\"name\":\"NAME\",\"args\":{}}}";
        String result = "{\"functionResponse\":{\"name\":\"NAME\",\"response\":{\"output\":\"TEXT\"}}}";
        String body = gemini("{\"role\":\"user\",\"parts\":[{\"text\":\"x\"}]},{\"role\":\"model\",\"parts\":["
                + call.replace("NAME", "a") + "," + call.replace("NAME", "b") + "," + call.replace("NAME", "a")
                + "]},{\"role\":\"user\",\"parts\":["
                + result.replace("NAME", "b").replace("TEXT", "1") + ","
                + result.replace("NAME", "a").replace("TEXT", "2") + ","
                + result.replace("NAME", "a").replace("TEXT", "3") + "]}");
        JsonNode messages = json(of(Dialect.GEMINI, body, Dialect.OPENAI_CHAT, "gpt")
                        .request())
                .path("messages");
        assertEquals(
                "call_1 1",
                messages.path(2).path("tool_call_id").asString("") + " "
                        + messages.path(2).path("content").asString(""));
        assertEquals("call_0", messages.path(3).path("tool_call_id").asString(""));
        assertEquals("call_2", messages.path(4).path("tool_call_id").asString(""));
        String orphan = gemini("{\"parts\":[" + result.replace("NAME", "z") + "]}");
        assertThrows(BadRequest.class, () -> of(Dialect.GEMINI, orphan, Dialect.OPENAI_CHAT, "gpt"));
    }

    @ParameterizedTest
    @CsvSource({
        "gemini-2.5-flash,none,{\"thinkingBudget\":0}",
        "gemini-2.5-pro,none,{\"thinkingBudget\":128}",
        "gemini-2.5-flash,max,'{\"thinkingBudget\":19999,\"includeThoughts\":true}'",
        "gemini-2.5-pro,low,'{\"thinkingBudget\":2048,\"includeThoughts\":true}'",
        "gemini-3-pro-preview,minimal,'{\"thinkingLevel\":\"LOW\",\"includeThoughts\":true}'",
        "gemini-3-flash,none,{\"thinkingLevel\":\"MINIMAL\"}",
        "gemini-3.1-flash,xhigh,'{\"thinkingLevel\":\"HIGH\",\"includeThoughts\":true}'",
        "gemini-2.0-flash,high,",
        "gemini-3-flash,absurd,"
    })
    void effort_is_said_as_the_model_wants_it(String model, String effort, String said) {
        String body = "{\"model\":\"m\",\"reasoning_effort\":\"" + effort
                + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        JsonNode config = json(of(Dialect.OPENAI_CHAT, body, Dialect.GEMINI, model)
                        .request())
                .path("generationConfig")
                .path("thinkingConfig");
        assertEquals(said == null ? "" : said, config.isMissingNode() ? "" : Json.text(config));
    }

    @ParameterizedTest
    @CsvSource({
        "STOP,stop",
        "MAX_TOKENS,length",
        "SAFETY,content_filter",
        "RECITATION,content_filter",
        "IMAGE_SAFETY,content_filter",
        "LANGUAGE,stop",
        "SOMETHING_NEW,stop"
    })
    void ends_have_their_word(String reason, String word) {
        String answer =
                "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"x\"}]},\"finishReason\":\"" + reason + "\"}]}";
        JsonNode read = json(chat().answer(bytes(answer)));
        assertEquals(word, read.path("choices").path(0).path("finish_reason").asString(""));
    }

    private static Translation chat() {
        return of(
                Dialect.OPENAI_CHAT,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
                Dialect.GEMINI,
                "gemini-2.5-pro");
    }

    @Test
    void a_blocked_prompt_is_an_answer_that_was_filtered() {
        JsonNode read = json(chat().answer(bytes("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}")));
        assertEquals(
                "content_filter",
                read.path("choices").path(0).path("finish_reason").asString(""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"})
    void a_call_that_the_model_could_not_say_is_the_providers_failure(String reason) {
        String answer = "{\"candidates\":[{\"finishReason\":\"" + reason + "\"}]}";
        assertThrows(UnreadableAnswer.class, () -> chat().answer(bytes(answer)));
        assertThrows(UnreadableAnswer.class, () -> chat().stream().events(bytes("data: " + answer + "\n\n")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"inlineData\":{\"mimeType\":\"audio/wav\",\"data\":\"AA==\"}}",
                "{\"videoMetadata\":{}}",
                "{\"functionCall\":{\"name\":\"f\"}}"
            })
    void content_without_counterpart_is_refused(String part) {
        String body = gemini("{\"role\":\"user\",\"parts\":[" + part + "]}");
        assertThrows(BadRequest.class, () -> of(Dialect.GEMINI, body, Dialect.OPENAI_CHAT, "gpt"));
    }

    @Test
    void a_picture_by_address_is_refused_since_nobody_fetches_it() {
        String body =
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x/a.png\"}}]}]}";
        assertThrows(BadRequest.class, () -> of(Dialect.OPENAI_CHAT, body, Dialect.GEMINI, "gemini-2.5-pro"));
    }

    @Test
    void a_request_comes_through_another_dialect_as_it_was() {
        String body = gemini(
                "{\"role\":\"user\",\"parts\":[{\"text\":\"look\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"AAAA\"}}]},"
                        + "{\"role\":\"model\",\"parts\":[{\"text\":\"so\"},{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{\"n\":1.50}}}]},"
                        + "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"output\":\"found\"}}},{\"text\":\"go\"}]}");
        String between = new String(
                of(Dialect.GEMINI, body, Dialect.ANTHROPIC_MESSAGES, "claude-sonnet-4-5")
                        .request(),
                StandardCharsets.UTF_8);
        byte[] back = of(Dialect.ANTHROPIC_MESSAGES, between, Dialect.GEMINI, "gemini-2.5-pro")
                .request();
        assertEquals(json(bytes(body)), json(back));
        assertTrue(between.contains("\"tool_use_id\":\"c1\""), between);
    }
}
