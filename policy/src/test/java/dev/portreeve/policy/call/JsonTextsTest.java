package dev.portreeve.policy.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonTextsTest {
    private static final String CHAT = """
            {"model":"fast", "messages":[{"role":"system","content":"Sei knapp – bitte."},
             {"role":"user","content":[{"type":"text","text":"caf\\u00e9 ☕\\n"},{"type":"image_url","image_url":{"url":"data:x"}}]}],
             "tools":[{"function":{"name":"f","description":"content"}}], "a/b":{"~":"tilde"}}""";

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> pointers(JsonTexts texts) {
        return texts.texts().stream().map(JsonTexts.Text::pointer).toList();
    }

    private static List<String> values(JsonTexts texts) {
        return texts.texts().stream().map(JsonTexts.Text::value).toList();
    }

    @Test
    void findsWhatPathsLeadTo() {
        JsonTexts texts = JsonTexts.find(utf8(CHAT), JsonPaths.of("/messages/*/content", "/messages/*/content/*/text"));
        assertEquals(List.of("/messages/0/content", "/messages/1/content/0/text"), pointers(texts));
        assertEquals(List.of("Sei knapp – bitte.", "café ☕\n"), values(texts));
        assertEquals(
                List.of("/a~1b/~0"), pointers(JsonTexts.find(utf8(CHAT), JsonPaths.of("/a~1b/~0", "/nowhere/**"))));
        assertEquals(11, JsonTexts.find(utf8(CHAT), JsonPaths.of("/**")).texts().size());
        assertEquals(
                List.of("/tools/0/function/name", "/tools/0/function/description"),
                pointers(JsonTexts.find(utf8(CHAT), JsonPaths.of("/tools/*/**"))));
    }

    @Test
    void exactAndAnyPathsMeet() {
        JsonTexts texts = JsonTexts.find(
                utf8("{\"a\":{\"x\":\"1\",\"y\":\"2\"},\"b\":{\"x\":\"3\",\"z\":\"4\"}}"),
                JsonPaths.of("/*/x", "/a/y", "/b/**"));
        assertEquals(List.of("1", "2", "3", "4"), values(texts));
    }

    @Test
    void offsetsAreBytes() {
        byte[] json = utf8(CHAT);
        for (JsonTexts.Text text : JsonTexts.find(json, JsonPaths.of("/**")).texts()) {
            String literal = new String(json, text.start(), text.end() - text.start(), StandardCharsets.UTF_8);
            assertEquals(List.of(text.value()), values(JsonTexts.find(utf8("[" + literal + "]"), JsonPaths.of("/*"))));
        }
    }

    @Test
    void givesTheSameArrayBackWhenNothingChanged() {
        byte[] json = utf8(CHAT);
        JsonTexts texts = JsonTexts.find(json, JsonPaths.of("/**"));
        assertSame(json, texts.with(values(texts)));
        assertThrows(IllegalArgumentException.class, () -> texts.with(List.of()));
    }

    @Test
    void keepsEveryOtherByte() {
        byte[] json = utf8("{\"x\" : \"\\u0041\", \"y\":\"ü\\u00fc\" ,\"z\":\"ü\"}");
        JsonTexts texts = JsonTexts.find(json, JsonPaths.of("/**"));
        assertEquals(
                "{\"x\" : \"\\u0041\", \"y\":\"neu\\\\\" ,\"z\":\"ü\"}",
                new String(texts.with(List.of("A", "neu\\", "ü")), StandardCharsets.UTF_8));
    }

    @Test
    void replacedTextsAreReadBack() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            StringBuilder json = new StringBuilder("[");
            List<String> replacements = new ArrayList<>();
            int count = 1 + random.nextInt(6);
            for (int i = 0; i < count; i++) {
                json.append(i == 0 ? "" : " , ").append(CanonicalJson.quote(text(random)));
                replacements.add(text(random));
            }
            byte[] spliced = JsonTexts.find(utf8(json.append(" ]").toString()), JsonPaths.of("/*"))
                    .with(replacements);
            assertEquals(replacements, values(JsonTexts.find(spliced, JsonPaths.of("/*"))));
        }
    }

    private static String text(Random random) {
        int[] some = {'a', '"', '\\', '\n', 1, 'é', '€', 0x1F600, '/', ' '};
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            text.appendCodePoint(some[random.nextInt(some.length)]);
        }
        return text.toString();
    }

    @Test
    void refusesMalformedDocumentsAlsoWhereItDoesNotLook() {
        assertEquals(JsonProblem.Kind.DUPLICATE_KEY, kind("{\"skipped\":{\"a\":1,\"a\":2}}"));
        assertEquals(JsonProblem.Kind.SYNTAX, kind("{\"skipped\":[1,}"));
        assertEquals(JsonProblem.Kind.SYNTAX, kind("{} {}"));
        assertEquals(JsonProblem.Kind.LONE_SURROGATE, kind("{\"x\":\"\\ud83d\"}"));
        assertEquals(JsonProblem.Kind.SYNTAX, kind(""));
    }

    private static JsonProblem.Kind kind(String json) {
        return assertThrows(MalformedJson.class, () -> JsonTexts.find(utf8(json), JsonPaths.of("/x")))
                .problem()
                .kind();
    }

    @Test
    void refusesPathsThatMeanNothing() {
        assertThrows(IllegalArgumentException.class, () -> JsonPaths.of("messages"));
        assertThrows(IllegalArgumentException.class, () -> JsonPaths.of("/a/**/b"));
    }
}
