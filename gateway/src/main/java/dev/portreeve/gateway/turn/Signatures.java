package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.CarriedThoughts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * How a dialect carries the opaque end of another dialect's thoughts, so that they come back unchanged in a tool loop: OpenAI's
 * encrypted reasoning as the signature of a thought, Anthropic's signature as encrypted reasoning. A word in front says whose it
 * is; nobody gets back what another made.
 */
final class Signatures {
    private static final String REASONING = "openai-reasoning.";
    private static final String THINKING = "anthropic-thinking.";
    private static final String REDACTED = "anthropic-redacted.";

    private static final String GEMINI = "gemini-thought.";
    /** Google's own are base64, which has no dot. */
    private static final String GEMINI_TEXT = GEMINI + "text.";

    private Signatures() {}

    /** A signature of Gemini's as that of a thought. */
    static String ofGemini(String signature) {
        return GEMINI + signature;
    }

    /** A signature that Gemini put at a text, as that of a thought behind the text. */
    static String ofGeminiText(String signature) {
        return GEMINI_TEXT + signature;
    }

    static boolean isGeminiText(@Nullable String signature) {
        return signature != null && signature.startsWith(GEMINI_TEXT);
    }

    static String geminiText(@Nullable String signature) {
        return signature == null ? "" : signature.substring(GEMINI_TEXT.length());
    }

    /** Of a call or of a text. */
    static boolean isGemini(@Nullable String signature) {
        return signature != null && signature.startsWith(GEMINI);
    }

    static String gemini(@Nullable String signature) {
        return signature == null ? "" : signature.substring(GEMINI.length());
    }

    /**
     * Thoughts as the signature of a call of Gemini's, in whose dialect it is base64: one of Gemini's own as it was, others with
     * their text, because clients need not send that back. {@code null} for thoughts that are not signed.
     */
    static @Nullable String carrying(List<Part> thoughts) {
        ArrayNode blocks = Json.array();
        for (Part part : thoughts) {
            if (part instanceof Part.Thinking thinking
                    && isGemini(thinking.signature())
                    && !isGeminiText(thinking.signature())) {
                return gemini(thinking.signature());
            }
            if (part instanceof Part.Thinking thinking
                    && thinking.signature() != null
                    && !thinking.signature().isEmpty()) {
                blocks.add(OpenAiAnswers.thinking(thinking.text(), thinking.signature()));
            } else if (part instanceof Part.RedactedThinking redacted) {
                blocks.add(OpenAiAnswers.redacted(redacted.data()));
            }
        }
        return blocks.isEmpty() ? null : CarriedThoughts.signature(Json.text(blocks));
    }

    /** The thoughts that a call's signature stands for. */
    static List<Part> carried(String signature) {
        String carried = CarriedThoughts.json(signature);
        if (carried == null) {
            return signature.isEmpty() ? List.of() : List.of(new Part.Thinking("", ofGemini(signature)));
        }
        List<Part> thoughts = new ArrayList<>();
        byte[] json = carried.getBytes(StandardCharsets.UTF_8);
        try {
            for (JsonNode block : Json.read(json, 0, json.length)) {
                String data = Json.string(block, "data");
                thoughts.add(
                        data == null
                                ? new Part.Thinking(Json.string(block, "thinking", ""), Json.string(block, "signature"))
                                : new Part.RedactedThinking(data));
            }
        } catch (JacksonException tampered) {
            return List.of();
        }
        return thoughts;
    }

    /** A reasoning item as a signature. */
    static String ofReasoning(String id, String encrypted) {
        return REASONING + id.replace('.', '_') + "." + encrypted;
    }

    static boolean isReasoning(@Nullable String signature) {
        return signature != null
                && signature.startsWith(REASONING)
                && signature.indexOf('.', REASONING.length()) > REASONING.length();
    }

    static String reasoningId(String signature) {
        return signature.substring(REASONING.length(), signature.indexOf('.', REASONING.length()));
    }

    static String encrypted(String signature) {
        return signature.substring(signature.indexOf('.', REASONING.length()) + 1);
    }

    /** An Anthropic signature as encrypted reasoning. */
    static String ofThinking(String signature) {
        return THINKING + signature;
    }

    static String ofRedacted(String data) {
        return REDACTED + data;
    }

    /** The part that encrypted reasoning stands for, or {@code null} if it is not one of ours. */
    static @Nullable Part part(String text, @Nullable String encrypted) {
        if (encrypted == null) {
            return null;
        }
        if (encrypted.startsWith(THINKING)) {
            return new Part.Thinking(text, encrypted.substring(THINKING.length()));
        }
        return encrypted.startsWith(REDACTED)
                ? new Part.RedactedThinking(encrypted.substring(REDACTED.length()))
                : null;
    }
}
