package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.CapAt;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;

/**
 * The members that the requests of all dialects have in common, as one pass over a body finds them. For one request.
 *
 * <p>The bound of the input tokens is the number of the body's bytes: a byte-level tokenizer never makes more tokens than
 * bytes, and the JSON around a message is longer than the few tokens a provider adds for it. Pictures are the exception,
 * counted apart in {@link MessageTexts}.
 */
final class RequestFields {
    /** Above these the product with a price could leave 64 bits; no model comes near. */
    private static final long MAX_OUTPUT_CAP = 10_000_000;

    private @Nullable String model;
    private @Nullable Span modelAt;
    private long cap;
    private final List<CapAt> caps = new ArrayList<>(1);
    private ServiceWish service = ServiceWish.NONE;

    /** The parser would guess UTF-16 and UTF-32, whose offsets mean something else. */
    static void requireUtf8(byte[] body) {
        if (body.length == 0) {
            throw new BadRequest(400, "missing_body", null, "the request has no body");
        }
        for (int i = 0; i < Math.min(4, body.length); i++) {
            if (body[i] == 0 || (i == 0 && body[i] < 0)) {
                throw new BadRequest(
                        400, "invalid_json", null, "the body is not json in utf-8 without a byte order mark");
            }
        }
    }

    /** Enters the body's object; what it returns is where a member may be inserted. */
    static int enter(JsonWalk walk) {
        if (walk.next() != JsonToken.START_OBJECT) {
            throw new BadRequest(400, "invalid_type", null, "the body is not a json object");
        }
        return walk.position();
    }

    static void requireEnd(JsonWalk walk) {
        if (walk.next() != JsonToken.NOT_AVAILABLE) {
            throw new BadRequest(400, "invalid_json", null, "something follows the json object of the body");
        }
    }

    void readModel(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_STRING)) {
            throw BadRequest.invalid("invalid_type", "model", "\"model\" must be a string");
        }
        String name = walk.string();
        if (name.isBlank()) {
            throw BadRequest.invalid("invalid_value", "model", "\"model\" is empty");
        }
        model = name;
        modelAt = walk.skip();
    }

    /** One of the members that say how the call shall be served. */
    void readService(JsonWalk walk) {
        service = service.and(walk);
    }

    ServiceWish service() {
        return service;
    }

    String model() {
        if (model == null) {
            throw BadRequest.invalid("missing_required_parameter", "model", "\"model\" is missing");
        }
        return model;
    }

    Span modelAt() {
        if (modelAt == null) {
            throw BadRequest.invalid("missing_required_parameter", "model", "\"model\" is missing");
        }
        return modelAt;
    }

    static boolean bool(JsonWalk walk, String param) {
        return switch (walk.token()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE, VALUE_NULL -> false;
            default -> throw BadRequest.invalid("invalid_type", param, "\"" + param + "\" must be true or false");
        };
    }

    /** @return where a {@code null} stands in its place */
    @Nullable
    Span readCap(JsonWalk walk, String param) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            return walk.skip();
        }
        long tokens = positive(walk, param, MAX_OUTPUT_CAP);
        cap = Math.max(cap, tokens);
        caps.add(new CapAt(walk.skip(), tokens, param));
        return null;
    }

    /** The bounds on the answer that were given, where they stand. */
    List<CapAt> caps() {
        return caps;
    }

    /** The largest bound on the answer, or 0. */
    long cap() {
        return cap;
    }

    static long positive(JsonWalk walk, String param, long max) {
        if (!walk.is(JsonToken.VALUE_NUMBER_INT)) {
            throw BadRequest.invalid("invalid_type", param, "\"" + param + "\" must be a whole number");
        }
        long value;
        try {
            value = walk.integer();
        } catch (InputCoercionException beyondLong) {
            value = 0;
        }
        if (value < 1 || value > max) {
            throw BadRequest.invalid("invalid_value", param, "\"" + param + "\" must be between 1 and " + max);
        }
        return value;
    }

    /** @param fixed what a provider may add to a request by itself, such as the frame around tools */
    static long inputBound(byte[] body, MessageTexts messages, long fixed) {
        return body.length + fixed + messages.mediaTokens() - messages.mediaBytes();
    }
}
