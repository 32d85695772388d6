package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Thoughts of another provider's model in a {@code thoughtSignature} of Gemini's dialect, which is base64 there and which its
 * clients send back at each call. Unlike a provider's own signature it can be read, and so guardrails read it.
 */
public final class CarriedThoughts {
    private static final String MARK = "portreeve-thoughts.";

    private CarriedThoughts() {}

    /** Thoughts, as JSON, in the form of a signature. */
    public static String signature(String json) {
        return Base64.getEncoder().encodeToString((MARK + json).getBytes(StandardCharsets.UTF_8));
    }

    /** What {@link #signature} was made of, or {@code null} for a signature of Google's own. */
    public static @Nullable String json(String signature) {
        try {
            String text = new String(Base64.getDecoder().decode(signature), StandardCharsets.UTF_8);
            return text.startsWith(MARK) ? text.substring(MARK.length()) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }
}
