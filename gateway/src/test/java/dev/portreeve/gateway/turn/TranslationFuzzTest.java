package dev.portreeve.gateway.turn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whatever shape a body has, it is translated or refused; whatever a provider says, it is translated or called unreadable. */
class TranslationFuzzTest {
    private static final Path GOLDEN = Path.of("src", "test", "resources", "translation");
    private static final long SEED = 11;
    private static final int ROUNDS = 4_000;
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "1.5",
            "1e400",
            "99999999999999999999",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[null]",
            "[[]]",
            "[{\"type\":\"text\"}]",
            "{\"type\":7}",
            "{\"type\":\"tool_use\"}",
            "[\"a\",1]");

    private final Random random = new Random(SEED);

    /** One place of a tree becomes something else, or goes. */
    private void mutate(JsonNode tree) {
        List<JsonNode> holders = new ArrayList<>();
        gather(tree, holders);
        JsonNode holder = holders.get(random.nextInt(holders.size()));
        JsonNode value = JsonMapper.shared().readTree(VALUES.get(random.nextInt(VALUES.size())));
        boolean remove = random.nextInt(4) == 0;
        if (holder instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>(object.propertyNames());
            String name = names.get(random.nextInt(names.size()));
            if (remove) {
                object.remove(name);
            } else {
                object.set(name, value);
            }
        } else if (holder instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), value);
        }
    }

    private static void gather(JsonNode node, List<JsonNode> holders) {
        if (node.isContainer()) {
            holders.add(node);
            node.forEach(each -> gather(each, holders));
        }
    }

    private byte[] mutated(JsonNode original) {
        JsonNode copy = original.deepCopy();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            mutate(copy);
        }
        return JsonMapper.shared().writeValueAsBytes(copy);
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
        "chat-to-bedrock,OPENAI_CHAT,BEDROCK_CONVERSE,anthropic.claude-sonnet-4-5-v1:0",
        "messages-to-bedrock,ANTHROPIC_MESSAGES,BEDROCK_CONVERSE,anthropic.claude-sonnet-4-5-v1:0",
        "responses-to-bedrock,OPENAI_RESPONSES,BEDROCK_CONVERSE,openai.gpt-oss-120b-1:0",
        "chat-to-cohere,OPENAI_CHAT,COHERE_CHAT,command-a-reasoning-08-2025",
        "messages-to-cohere,ANTHROPIC_MESSAGES,COHERE_CHAT,command-a-03-2025",
        "responses-to-cohere,OPENAI_RESPONSES,COHERE_CHAT,command-a-03-2025"
    })
    void requests(String folder, Dialect caller, Dialect provider, String model) throws IOException {
        JsonNode original = JsonMapper.shared().readTree(Files.readAllBytes(GOLDEN.resolve(folder + "/request.json")));
        int translated = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] body = mutated(original);
            try {
                caller.read(new RequestPath(Operation.CHAT, model, false), body, false);
                byte[] request = Translation.of(
                                caller,
                                body,
                                provider,
                                new Translation.Circumstances(model, 20_000, true, false, Unsupported.USUAL, 1))
                        .request();
                provider.read(new RequestPath(Operation.CHAT, model, false), request, true);
                translated++;
            } catch (BadRequest refused) {
                assertTrue(refused.status() == 400, new String(body, StandardCharsets.UTF_8));
            } catch (RuntimeException bug) {
                throw new AssertionError(new String(body, StandardCharsets.UTF_8), bug);
            }
        }
        assertTrue(translated > ROUNDS / 10, "only " + translated + " were translated");
    }

    @ParameterizedTest
    @CsvSource({
        "messages-to-chat,ANTHROPIC_MESSAGES,OPENAI_CHAT",
        "chat-to-messages,OPENAI_CHAT,ANTHROPIC_MESSAGES",
        "responses-to-chat,OPENAI_RESPONSES,OPENAI_CHAT",
        "responses-to-messages,OPENAI_RESPONSES,ANTHROPIC_MESSAGES",
        "chat-to-responses,OPENAI_CHAT,OPENAI_RESPONSES",
        "messages-to-responses,ANTHROPIC_MESSAGES,OPENAI_RESPONSES",
        "chat-to-gemini,OPENAI_CHAT,GEMINI",
        "messages-to-gemini,ANTHROPIC_MESSAGES,GEMINI",
        "responses-to-gemini,OPENAI_RESPONSES,GEMINI",
        "gemini-to-chat,GEMINI,OPENAI_CHAT",
        "gemini-to-messages,GEMINI,ANTHROPIC_MESSAGES",
        "gemini-to-responses,GEMINI,OPENAI_RESPONSES",
        "chat-to-bedrock,OPENAI_CHAT,BEDROCK_CONVERSE",
        "messages-to-bedrock,ANTHROPIC_MESSAGES,BEDROCK_CONVERSE",
        "responses-to-bedrock,OPENAI_RESPONSES,BEDROCK_CONVERSE",
        "chat-to-cohere,OPENAI_CHAT,COHERE_CHAT",
        "messages-to-cohere,ANTHROPIC_MESSAGES,COHERE_CHAT",
        "responses-to-cohere,OPENAI_RESPONSES,COHERE_CHAT"
    })
    void answers(String folder, Dialect caller, Dialect provider) throws IOException {
        JsonNode original = JsonMapper.shared().readTree(Files.readAllBytes(GOLDEN.resolve(folder + "/answer.json")));
        String[] events =
                Files.readString(GOLDEN.resolve(folder + "/stream.txt")).split("(?<=\n\n)", -1);
        Translation translation = Translation.of(
                caller,
                "{\"model\":\"m\",\"max_tokens\":9,\"input\":\"hi\",\"contents\":[{\"parts\":[{\"text\":\"hi\"}]}],\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                provider,
                new Translation.Circumstances("m", 100, true, false, Unsupported.USUAL, 1));
        for (int i = 0; i < ROUNDS; i++) {
            byte[] answer = mutated(original);
            try {
                translation.answer(answer);
                stream(translation, events);
            } catch (UnreadableAnswer unreadable) {
                assertTrue(!unreadable.detail().isEmpty());
            } catch (RuntimeException bug) {
                throw new AssertionError(new String(answer, StandardCharsets.UTF_8), bug);
            }
        }
    }

    private void stream(Translation translation, String[] events) {
        StreamTranslation stream = translation.stream();
        StringBuilder seen = new StringBuilder();
        try {
            for (String event : events) {
                String sent = random.nextInt(6) == 0 ? changed(event) : event;
                seen.append(sent);
                stream.events(sent.getBytes(StandardCharsets.UTF_8));
            }
            stream.rest();
        } catch (UnreadableAnswer unreadable) {
            assertTrue(!unreadable.detail().isEmpty());
        } catch (RuntimeException bug) {
            throw new AssertionError(seen.toString(), bug);
        }
    }

    private String changed(String event) {
        int data = event.indexOf("data: {");
        if (data < 0) {
            return event;
        }
        JsonNode tree = JsonMapper.shared().readTree(event.substring(data + 6));
        mutate(tree);
        return event.substring(0, data + 6) + tree + "\n\n";
    }
}
