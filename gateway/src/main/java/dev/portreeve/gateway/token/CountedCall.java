package dev.portreeve.gateway.token;

import com.knuddels.jtokkit.api.EncodingType;
import dev.portreeve.policy.call.TokenCount;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * The tokens of one call. Its input is counted as the JSON it is sent as, which has more of them than the prompt that the provider
 * makes of it: names of members, quotes, escapes. What stands in it as pictures or files is charged otherwise, so a request
 * with any is not counted. For the call's thread.
 */
final class CountedCall implements TokenCount {
    private static final byte[] MEDIA = ";base64,".getBytes(StandardCharsets.US_ASCII);
    /** What a provider adds to each text of an answer: its beginning and end, and the names of calls. */
    private static final long EACH_TEXT = 16;

    private final Vocabularies vocabularies;
    private final EncodingType vocabulary;
    private final boolean thinks;
    private final byte[] body;
    private final long beside;
    private long input = UNKNOWN;
    private boolean asked;

    CountedCall(Vocabularies vocabularies, EncodingType vocabulary, boolean thinks, byte[] body, long beside) {
        this.vocabularies = vocabularies;
        this.vocabulary = vocabulary;
        this.thinks = thinks;
        this.body = body;
        this.beside = beside;
    }

    @Override
    public long input() {
        if (!asked) {
            asked = true;
            boolean countable = body.length <= Vocabularies.MOST && beside >= 0 && !hasMedia();
            long tokens = countable
                    ? vocabularies.count(vocabulary, List.of(new String(body, StandardCharsets.UTF_8)))
                    : UNKNOWN;
            input = tokens == UNKNOWN ? UNKNOWN : tokens + beside;
        }
        return input;
    }

    /** Thoughts that are billed and not shown would be missing, so the answer of a model that thinks is bounded by its size. */
    @Override
    public long output(Collection<String> texts) {
        if (thinks) {
            return UNKNOWN;
        }
        long tokens = vocabularies.count(vocabulary, texts);
        return tokens == UNKNOWN ? UNKNOWN : tokens + EACH_TEXT * texts.size();
    }

    private boolean hasMedia() {
        for (int at = 0; at <= body.length - MEDIA.length; at++) {
            if (body[at] == ';' && matches(at)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(int at) {
        for (int i = 1; i < MEDIA.length; i++) {
            if (body[at + i] != MEDIA[i]) {
                return false;
            }
        }
        return true;
    }
}
