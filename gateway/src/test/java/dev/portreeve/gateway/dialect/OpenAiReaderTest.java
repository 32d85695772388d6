package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.TextRun;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pass over a request, and what may be cut into it. */
class OpenAiReaderTest {
    private static ModelRequest chat(String body) {
        return OpenAiReader.read(Operation.CHAT, body.getBytes(StandardCharsets.UTF_8), true);
    }

    private static String forwarded(ModelRequest request, String model, CapMember member, long cap, Content content) {
        return new String(request.forwarded(model, member, cap, content), StandardCharsets.UTF_8);
    }

    @Test
    void an_unchanged_body_is_the_same_array() {
        byte[] body = "{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        ModelRequest request = OpenAiReader.read(Operation.CHAT, body, true);
        assertSame(body, request.forwarded("m", CapMember.MAX_TOKENS, 0, request.content()));
    }

    @Test
    void every_string_in_a_message_is_text_unless_its_name_says_otherwise() {
        ModelRequest request = chat("{\"model\":\"m\",\"messages\":["
                + "{\"role\":\"system\",\"content\":\"s\"},"
                + "{\"role\":\"user\",\"name\":\"n\",\"content\":[{\"type\":\"text\",\"text\":\"p0\"},"
                + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\",\"detail\":\"low\"}},"
                + "{\"type\":\"text\",\"text\":\"p2\"}]},"
                + "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"r\",\"reasoning_content\":\"think\",\"tool_calls\":["
                + "{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"result\"}],"
                + "\"prediction\":{\"type\":\"content\",\"content\":\"guess\"}}");
        assertEquals(
                List.of("s", "p0", "p2", "r", "think", "{\"a\":1}", "result", "guess"),
                request.content().runs().stream().map(TextRun::text).toList());
        long channels = request.content().runs().stream()
                .map(TextRun::channel)
                .distinct()
                .count();
        assertEquals(8, channels, "no two texts are taken for one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"max_tokens\":null,", "\"max_completion_tokens\":null,", ""})
    void a_bound_is_put_in_where_there_is_none(String given) {
        ModelRequest request = chat("{" + given + "\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}");
        for (CapMember member : List.of(CapMember.MAX_TOKENS, CapMember.MAX_COMPLETION_TOKENS)) {
            String body = forwarded(request, "m", member, 9, request.content());
            // Reading it again shows that no member stands twice.
            assertEquals(9, chat(body).cap().tokens(), body);
        }
    }

    /** A server that knows the older name only would answer at any length, and nothing would be held for that. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"max_completion_tokens\":7,",
                "\"max_completion_tokens\" :\n 7,",
                "\"max_completion_tok\\u0065ns\":7,",
                "\"max_tokens\":null,\"max_completion_tokens\":7,",
                "\"max_completion_tokens\":7,\"max_tokens\":null,"
            })
    void a_bound_stands_under_the_name_that_the_provider_knows(String given) {
        ModelRequest request = chat("{" + given + "\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}");
        String body = forwarded(request, "m", CapMember.MAX_TOKENS, 0, request.content());
        assertTrue(body.contains("\"max_tokens\":7") || body.contains("\"max_tokens\" :\n 7"), body);
        assertEquals(7, chat(body).cap().tokens(), body);
        assertSame(
                request.body(),
                request.forwarded("m", CapMember.MAX_COMPLETION_TOKENS, 0, request.content()),
                "who knows the newer name gets it as it is");
    }

    @Test
    void the_larger_of_two_bounds_counts() {
        ModelRequest request = chat(
                "{\"max_tokens\":3,\"max_completion_tokens\":8,\"n\":2,\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}");
        assertEquals(8, request.cap().tokens());
        assertEquals(2, request.choices());
        assertTrue(request.cap().isGiven());
    }

    @Test
    void pictures_are_not_counted_as_text() {
        String picture = "A".repeat(100_000);
        ModelRequest request =
                chat("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                        + "\"image_url\":{\"url\":\"data:image/png;base64," + picture + "\"}}]}]}");
        assertTrue(request.inputBound() < 60_000, "bound " + request.inputBound());
        ModelRequest text =
                chat("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" + picture + "\"}]}");
        assertTrue(text.inputBound() >= 100_000, "bound " + text.inputBound());
    }

    /** Random bodies with strange spacing, escapes and members: what is not changed stays, what is changed can be read again. */
    @Test
    void splicing_changes_only_what_it_should() {
        long seed = 20261121;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            List<String> sources = new ArrayList<>();
            StringBuilder body = new StringBuilder("{")
                    .append(space(random))
                    .append("\"x\":[1.0,  {\"y\":\"model\"}],\"messages\":[");
            int messages = 1 + random.nextInt(4);
            for (int i = 0; i < messages; i++) {
                String source = source(random);
                sources.add(source);
                body.append(i == 0 ? "" : ",")
                        .append("{\"role\":\"user\",")
                        .append(space(random))
                        .append("\"content\" :")
                        .append(space(random))
                        .append(source)
                        .append("}");
            }
            body.append("],")
                    .append(space(random))
                    .append("\"model\":\"caf\\u00e9\",\"z\":1e5}")
                    .append(space(random));
            ModelRequest request = chat(body.toString());
            assertEquals("café", request.model());
            int changed = random.nextInt(messages);
            List<TextRun> runs = new ArrayList<>(request.content().runs());
            runs.set(changed, new TextRun(runs.get(changed).channel(), "masked \"\u0001 ü"));
            String result = forwarded(request, "other", CapMember.MAX_TOKENS, 0, new Content(runs));
            StringBuilder expected = new StringBuilder(body.toString().replace("\"caf\\u00e9\"", "\"other\""));
            int at = 0;
            for (int i = 0; i <= changed; i++) {
                at = expected.indexOf("\"content\" :", at) + 1;
            }
            int from = expected.indexOf(sources.get(changed), at);
            expected.replace(from, from + sources.get(changed).length(), "\"masked \\\"\\u0001 ü\"");
            assertEquals(expected.toString(), result, "seed " + seed + ", round " + round);
        }
    }

    private static String space(Random random) {
        return List.of("", " ", "\n\t", "\r\n  ").get(random.nextInt(4));
    }

    private static String source(Random random) {
        List<String> parts =
                List.of("a", "\\n", "\\u00e9", "é", "\uD83D\uDE00", "\\ud83d\\ude00", "\\\"", "{", "\\/", "線");
        StringBuilder source = new StringBuilder("\"");
        for (int i = random.nextInt(12); i >= 0; i--) {
            source.append(parts.get(random.nextInt(parts.size())));
        }
        return source.append('"').toString();
    }

    @Test
    void overlapping_changes_are_a_bug() {
        Splice splice = new Splice(new byte[10]).replace(new Span(2, 6), "x").replace(new Span(4, 5), "y");
        assertThrows(IllegalStateException.class, splice::apply);
        assertArrayEquals(new byte[10], new Splice(new byte[10]).apply());
    }
}
