package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;

/**
 * How a dialect carries the opaque end of another dialect's thoughts, so that they come back unchanged in a tool loop: OpenAI's
 * encrypted reasoning as the signature of a thought, Anthropic's signature as encrypted reasoning. A word in front says whose it
 * is; nobody gets back what another made.
 */
final class Signatures {
    private static final String REASONING = "openai-reasoning.";
    private static final String THINKING = "anthropic-thinking.";
    private static final String REDACTED = "anthropic-redacted.";

    private Signatures() {}

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
