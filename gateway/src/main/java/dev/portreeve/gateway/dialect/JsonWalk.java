package dev.portreeve.gateway.dialect;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;

/**
 * One streaming pass over JSON bytes that knows where each value stands. Depth, names and numbers are bounded; a name that
 * comes twice in an object is an error, since two readers would disagree about it. For one thread.
 *
 * <p>All methods throw {@link tools.jackson.core.JacksonException} on malformed JSON.
 */
final class JsonWalk implements AutoCloseable {
    private static final int MAX_DEPTH = 128;
    private static final int MAX_NUMBER = 1_000;
    private static final int MAX_NAME = 50_000;
    /** No model comes near. */
    private static final long MAX_COUNT = 1L << 48;

    /** One factory for all, because it holds the table of known names; strings are bounded by the body around them. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_NUMBER)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final JsonParser parser;
    private final int base;

    JsonWalk(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    JsonWalk(byte[] bytes, int start, int length) {
        this.parser = JSON.createParser(ObjectReadContext.empty(), bytes, start, length);
        this.base = start;
    }

    JsonToken next() {
        JsonToken token = parser.nextToken();
        return token == null ? JsonToken.NOT_AVAILABLE : token;
    }

    /** Goes to the next member of an object and on to its value; false at the object's end. */
    boolean member() {
        if (parser.nextToken() != JsonToken.PROPERTY_NAME) {
            return false;
        }
        parser.nextToken();
        return true;
    }

    /** Goes to the next element of an array; false at its end. */
    boolean element() {
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    /** The name of the member whose value this is. */
    String name() {
        String name = parser.currentName();
        return name == null ? "" : name;
    }

    JsonToken token() {
        JsonToken token = parser.currentToken();
        return token == null ? JsonToken.NOT_AVAILABLE : token;
    }

    boolean is(JsonToken token) {
        return parser.currentToken() == token;
    }

    String string() {
        return parser.getString();
    }

    long integer() {
        return parser.getLongValue();
    }

    /**
     * A number of tokens, a part of one rounded up: whatever a stranger says, it is not below zero, and sums of several stay within 64
     * bits. What is no number is skipped.
     */
    long count(long otherwise) {
        if (is(JsonToken.VALUE_NUMBER_FLOAT)) {
            return Math.clamp((long) Math.ceil(Double.parseDouble(parser.getString())), 0, MAX_COUNT);
        }
        if (!is(JsonToken.VALUE_NUMBER_INT)) {
            skipQuickly();
            return otherwise;
        }
        try {
            return Math.clamp(parser.getLongValue(), 0, MAX_COUNT);
        } catch (InputCoercionException absurd) {
            return parser.getString().startsWith("-") ? 0 : MAX_COUNT;
        }
    }

    /** Where the current scalar value stands, or, for an object or array, its opening bracket. */
    int start() {
        return base + (int) parser.currentTokenLocation().getByteOffset();
    }

    /** How far the pass has come. */
    int position() {
        return base + (int) parser.currentLocation().getByteOffset();
    }

    /** Passes over the current value, whatever it is, and says where it stood. */
    Span skip() {
        int start = start();
        parser.skipChildren();
        parser.finishToken();
        return new Span(start, position());
    }

    /** Passes over the current value. */
    void skipQuickly() {
        parser.skipChildren();
    }

    @Override
    public void close() {
        parser.close();
    }
}
