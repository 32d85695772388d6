package dev.portreeve.policy.call;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** The one way this module reads JSON: UTF-8 only, no key twice, no half surrogate pairs, bounded depth. */
final class StrictJson {
    static final int MAX_DEPTH = 64;
    private static final int MAX_NAME_CHARS = 10_000;
    private static final int MAX_NUMBER_CHARS = 1_000;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private StrictJson() {}

    /** A parser before its first token. The bytes are checked first, so that the parser cannot take them for UTF-16. */
    static JsonParser parser(byte[] json) {
        boolean marked = json.length > 2 && json[0] == (byte) 0xEF && json[1] == (byte) 0xBB && json[2] == (byte) 0xBF;
        if (marked) {
            throw new MalformedJson(JsonProblem.Kind.SYNTAX, 0);
        }
        int bad = firstInvalid(json);
        if (bad >= 0) {
            boolean control = json[bad] >= 0 && json[bad] < 0x20;
            throw new MalformedJson(control ? JsonProblem.Kind.SYNTAX : JsonProblem.Kind.NOT_UTF8, bad);
        }
        return FACTORY.createParser(ObjectReadContext.empty(), json);
    }

    /** Says in our words what the parser found. */
    static MalformedJson malformed(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        long offset = location == null ? 0 : Math.max(0, location.getByteOffset());
        String message = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
        if (e instanceof StreamConstraintsException) {
            boolean depth = message.contains("nesting depth");
            return new MalformedJson(depth ? JsonProblem.Kind.TOO_DEEP : JsonProblem.Kind.TOO_LARGE, offset);
        }
        boolean duplicate = message.startsWith("Duplicate");
        return new MalformedJson(duplicate ? JsonProblem.Kind.DUPLICATE_KEY : JsonProblem.Kind.SYNTAX, offset);
    }

    /** @throws MalformedJson if half of a surrogate pair stands alone, which no UTF-8 text can carry */
    static String wellFormed(String value, long offset) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!pair) {
                    throw new MalformedJson(JsonProblem.Kind.LONE_SURROGATE, offset);
                }
                i++;
            }
        }
        return value;
    }

    /** The offset of the first byte that UTF-8 (RFC 3629) or JSON forbids anywhere, or -1. */
    private static int firstInvalid(byte[] bytes) {
        int i = 0;
        while (i < bytes.length) {
            byte b = bytes[i];
            if (b >= 0) {
                if (b < 0x20 && b != '\t' && b != '\n' && b != '\r') {
                    return i;
                }
                i++;
                continue;
            }
            int length = sequenceLength(bytes, i);
            if (length == 0) {
                return i;
            }
            i += length;
        }
        return -1;
    }

    /** The length of the well-formed multi-byte sequence at {@code i}, or 0. */
    private static int sequenceLength(byte[] bytes, int i) {
        int lead = bytes[i] & 0xFF;
        int length = lead >= 0xC2 && lead <= 0xDF
                ? 2
                : lead >= 0xE0 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
        if (length == 0 || i + length > bytes.length) {
            return 0;
        }
        for (int k = 1; k < length; k++) {
            if ((bytes[i + k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = bytes[i + 1] & 0xFF;
        // The first continuation byte is narrower after these leads: overlong forms, surrogates, beyond U+10FFFF.
        boolean narrow = (lead == 0xE0 && second < 0xA0)
                || (lead == 0xED && second > 0x9F)
                || (lead == 0xF0 && second < 0x90)
                || (lead == 0xF4 && second > 0x8F);
        return narrow ? 0 : length;
    }
}
