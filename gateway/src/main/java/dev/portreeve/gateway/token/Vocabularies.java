package dev.portreeve.gateway.token;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.portreeve.policy.call.TokenCount;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The vocabularies of OpenAI's models, the only ones of today's large vendors that are published. Each is read when it is first
 * needed, which takes about a second and some dozen megabytes. Counting takes long, so few calls count at once, and what is
 * too large, takes too long or finds no room is {@link TokenCount#UNKNOWN}. Thread-safe.
 */
public final class Vocabularies {
    /** In bytes or characters, of one request or one answer. */
    static final int MOST = 2 * 1024 * 1024;
    /** Text is cut into pieces of so many characters, so that no run within it is longer and the time can be watched. */
    private static final int PIECE = 16 * 1024;

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int AT_ONCE = 2;

    private static final List<String> PROVIDERS = List.of("openai", "azure", "openrouter");
    private static final String AT_OPENROUTER = "openai/";

    /** Models and their vocabularies by how their names begin, the longer ones first. */
    private static final List<Family> FAMILIES = List.of(
            new Family("gpt-4o", EncodingType.O200K_BASE, false),
            new Family("chatgpt-4o", EncodingType.O200K_BASE, false),
            new Family("gpt-4.1", EncodingType.O200K_BASE, false),
            new Family("gpt-4.5", EncodingType.O200K_BASE, false),
            new Family("gpt-5", EncodingType.O200K_BASE, true),
            new Family("o1", EncodingType.O200K_BASE, true),
            new Family("o3", EncodingType.O200K_BASE, true),
            new Family("o4", EncodingType.O200K_BASE, true),
            new Family("gpt-4", EncodingType.CL100K_BASE, false),
            new Family("gpt-3.5", EncodingType.CL100K_BASE, false),
            new Family("text-embedding-", EncodingType.CL100K_BASE, false));

    /** @param thinks whether an answer has tokens that nobody sees */
    private record Family(String prefix, EncodingType vocabulary, boolean thinks) {}

    private final EncodingRegistry registry = Encodings.newLazyEncodingRegistry();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Duration patience;

    public Vocabularies() {
        this(PATIENCE);
    }

    Vocabularies(Duration patience) {
        this.patience = patience;
    }

    /** Counts for one call. */
    @FunctionalInterface
    public interface Of {
        /**
         * @param body of the request, as its provider gets it
         * @param beside what is to be added for what is not in it
         */
        TokenCount request(byte[] body, long beside);
    }

    /** How a model's calls are counted, or {@code null} if its vocabulary is not known. */
    public @Nullable Of of(String provider, String model) {
        if (!PROVIDERS.contains(provider)) {
            return null;
        }
        boolean passedOn = provider.equals("openrouter");
        if (passedOn && !model.startsWith(AT_OPENROUTER)) {
            return null;
        }
        String name = passedOn ? model.substring(AT_OPENROUTER.length()) : model;
        for (Family family : FAMILIES) {
            if (name.startsWith(family.prefix())) {
                return (body, beside) -> new CountedCall(this, family.vocabulary(), family.thinks(), body, beside);
            }
        }
        return null;
    }

    /**
     * At least what the texts have, each by itself.
     *
     * @return {@link TokenCount#UNKNOWN} if that takes too much
     */
    long count(EncodingType vocabulary, Collection<String> texts) {
        if (texts.stream().mapToLong(String::length).sum() > MOST || !room.tryAcquire()) {
            return TokenCount.UNKNOWN;
        }
        try {
            Encoding encoding = registry.getEncoding(vocabulary);
            long until = System.nanoTime() + patience.toNanos();
            long tokens = 0;
            for (String text : texts) {
                for (int at = 0; at < text.length(); at = end(text, at)) {
                    if (System.nanoTime() - until > 0) {
                        return TokenCount.UNKNOWN;
                    }
                    tokens += encoding.countTokensOrdinary(text.substring(at, end(text, at)));
                }
            }
            return tokens;
        } finally {
            room.release();
        }
    }

    /** Never within a character. */
    private static int end(String text, int start) {
        int end = Math.min(text.length(), start + PIECE);
        return end < text.length() && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
    }
}
