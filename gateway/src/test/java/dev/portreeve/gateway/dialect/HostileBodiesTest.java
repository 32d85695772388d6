package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Bodies of every wrong shape, made from what each dialect's reference says a body is and then spoilt: a reader takes one or says
 * what is wrong with it, and nothing else ever happens. The same seed makes the same bodies.
 */
class HostileBodiesTest {
    private static final int BODIES = 3_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String CHAT = """
            {"model":"m","messages":[{"role":"system","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},
             {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},{"role":"assistant","content":null,
             "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"c","content":"d"}],"stream":true,"stream_options":{"include_usage":false},
             "max_tokens":9,"max_completion_tokens":9,"n":2,"tools":[{"type":"function","function":{"name":"f"}},
             {"type":"web_search"}],"tool_choice":"auto","temperature":0.5,"service_tier":"auto","prediction":{"content":"x"}}""";
    private static final String MESSAGES = """
            {"model":"m","max_tokens":9,"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"b"},{"type":"image","source":{"type":"base64",
             "media_type":"image/png","data":"AAAA"}}]},{"role":"assistant","content":[{"type":"thinking","thinking":"t",
             "signature":"s"},{"type":"tool_use","id":"c","name":"f","input":{"x":"y"}}]},{"role":"user","content":[
             {"type":"tool_result","tool_use_id":"c","content":"d"}]}],"stream":true,"tools":[{"name":"f","input_schema":{}},
             {"type":"web_search_20250305","name":"web_search"}],"mcp_servers":[{"type":"url","url":"https://x","name":"n"}],
             "thinking":{"type":"enabled","budget_tokens":1024},"service_tier":"auto"}""";
    private static final String RESPONSES = """
            {"model":"m","instructions":"a","input":[{"role":"user","content":[{"type":"input_text","text":"b"}]},
             {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c",
             "output":"d"},{"type":"reasoning","id":"r","summary":[],"encrypted_content":"e"}],"stream":true,"store":false,
             "background":false,"max_output_tokens":9,"previous_response_id":null,"tools":[{"type":"function","name":"f",
             "parameters":{}},{"type":"mcp","server_label":"l","server_url":"https://x"}],"reasoning":{"effort":"low"}}""";
    private static final String GEMINI = """
            {"systemInstruction":{"parts":[{"text":"a"}]},"contents":[{"role":"user","parts":[{"text":"b"},{"inlineData":
             {"mimeType":"image/png","data":"AAAA"}}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{"x":"y"}},
             "thoughtSignature":"s"}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"z":"d"}}}]}],
             "tools":[{"functionDeclarations":[{"name":"f"}],"googleSearch":{}},{"codeExecution":{}}],
             "generationConfig":{"maxOutputTokens":9,"candidateCount":1,"thinkingConfig":{"thinkingBudget":0}}}""";

    private static String reference(Dialect dialect) {
        return switch (dialect) {
            case OPENAI_CHAT -> CHAT;
            case ANTHROPIC_MESSAGES -> MESSAGES;
            case OPENAI_RESPONSES -> RESPONSES;
            case GEMINI -> GEMINI;
            case BEDROCK_CONVERSE, COHERE_CHAT -> throw dialect.notOfCallers();
        };
    }

    @ParameterizedTest
    @EnumSource(
            value = Dialect.class,
            names = {"OPENAI_CHAT", "ANTHROPIC_MESSAGES", "OPENAI_RESPONSES", "GEMINI"})
    void a_spoilt_body_is_taken_or_refused_and_nothing_else(Dialect dialect) {
        Random random = new Random(20261121);
        int taken = 0;
        int refused = 0;
        for (int i = 0; i < BODIES; i++) {
            byte[] body = spoilt(dialect, random);
            if (assertDoesNotThrow(() -> isTaken(dialect, body), () -> shown(body))) {
                taken++;
            } else {
                refused++;
            }
        }
        // Both must happen often, or what was tried here says little.
        assertTrue(taken > BODIES / 20, "taken: " + taken);
        assertTrue(refused > BODIES / 20, "refused: " + refused);
    }

    private static String shown(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static boolean isTaken(Dialect dialect, byte[] body) {
        ModelRequest read = read(dialect, body, false);
        ModelRequest screened = read(dialect, body, true);
        assertEquals(read == null, screened == null, "with texts and without, the same is refused");
        if (read == null || screened == null) {
            return false;
        }
        assertSame(body, screened.screened(screened.content()), "what no guardrail changed stays the same bytes");
        byte[] forwarded = screened.forwarded("other", CapMember.MAX_TOKENS, 7, screened.content());
        assertDoesNotThrow(() -> JSON.readTree(forwarded), () -> "no json any more: " + shown(forwarded));
        stripped(screened);
        return true;
    }

    private static @Nullable ModelRequest read(Dialect dialect, byte[] body, boolean withTexts) {
        RequestPath path = dialect == Dialect.GEMINI
                ? new RequestPath(Operation.CHAT, "m", false)
                : RequestPath.of(Operation.CHAT);
        try {
            return dialect.read(path, body, withTexts);
        } catch (BadRequest said) {
            assertTrue(said.status() >= 400 && said.status() < 500, said.code());
            return null;
        }
    }

    /** Hosted tools can all be taken out, and what is left has none. */
    private static void stripped(ModelRequest request) {
        ModelRequest left = request;
        for (int i = 0; i < 8 && !left.hosted().isEmpty(); i++) {
            byte[] body = left.withoutHosted(found -> true);
            if (body == null) {
                break;
            }
            left = left.dialect().read(left.path(), body, true);
        }
        assertTrue(left.hosted().isEmpty(), () -> "hosted tools are left in " + shown(request.body()));
    }

    private static byte[] spoilt(Dialect dialect, Random random) {
        ObjectNode tree = (ObjectNode) JSON.readTree(reference(dialect));
        for (int i = random.nextInt(3); i >= 0; i--) {
            spoil(tree, random);
        }
        byte[] bytes = JSON.writeValueAsBytes(tree);
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                yield bytes;
            }
            case 2 -> twice(bytes, random);
            default -> bytes;
        };
    }

    /** A member that stands there already, once more. */
    private static byte[] twice(byte[] bytes, Random random) {
        List<String> names = List.of("model", "messages", "stream", "tools", "input", "contents");
        String again = "{\"" + names.get(random.nextInt(names.size())) + "\":1,";
        return (again + new String(bytes, StandardCharsets.UTF_8).substring(1)).getBytes(StandardCharsets.UTF_8);
    }

    /** Goes down at random and puts something else into one place, or takes it out. */
    private static void spoil(ObjectNode tree, Random random) {
        List<String> names = List.copyOf(tree.propertyNames());
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        var value = tree.get(name);
        if (value.isObject() && random.nextInt(3) > 0) {
            spoil((ObjectNode) value, random);
        } else if (value.isArray() && !value.isEmpty() && random.nextInt(4) > 0) {
            spoil((ArrayNode) value, random);
        } else if (random.nextInt(5) == 0) {
            tree.remove(name);
        } else {
            tree.set(name, JSON.readTree(odd(random)));
        }
    }

    private static void spoil(ArrayNode array, Random random) {
        int at = random.nextInt(array.size());
        if (array.get(at).isObject() && random.nextInt(4) > 0) {
            spoil((ObjectNode) array.get(at), random);
        } else if (random.nextBoolean()) {
            array.set(at, JSON.readTree(odd(random)));
        } else {
            array.insert(at, NODES.objectNode().put("type", "x".repeat(random.nextInt(100))));
        }
    }

    private static String odd(Random random) {
        List<String> odd = List.of(
                "null",
                "true",
                "0",
                "-1",
                "1.5",
                "1e400",
                "99999999999999999999",
                "\"\"",
                "\"text\"",
                "\"\\ud800\"",
                "\"\\u0000\"",
                "[]",
                "{}",
                "[[[[1]]]]",
                "{\"type\":\"text\"}",
                "{\"type\":7,\"text\":{\"a\":[\"b\"]}}",
                "[{\"type\":\"web_search\"},{\"type\":\"mcp\"},7,null]",
                "\"" + "long ".repeat(40) + "\"");
        return odd.get(random.nextInt(odd.size()));
    }
}
