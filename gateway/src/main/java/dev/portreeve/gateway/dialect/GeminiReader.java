package dev.portreeve.gateway.dialect;

import dev.portreeve.gateway.dialect.ModelRequest.CapPlace;
import dev.portreeve.gateway.dialect.ModelRequest.OutputCap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads a request of Gemini's dialect in one streaming pass; the model and whether to stream come from its path. Google's
 * servers take each member under two names, {@code systemInstruction} and {@code system_instruction}, and so does this; a body
 * with both is refused, since two readers would disagree about it. Members it does not know are passed over and forwarded. For
 * one request.
 */
final class GeminiReader {
    private static final long FIXED_INPUT_TOKENS = 1024;
    private static final long MAX_CHOICES = 128;
    private static final String CAP = "\"maxOutputTokens\":";

    private final RequestPath path;
    private final byte[] body;
    private final List<TextAt> texts = new ArrayList<>();
    private final GeminiTexts contents;
    private final GeminiTools hosted;
    private final RequestFields fields = new RequestFields();
    private final Set<String> seen = new HashSet<>();
    private int memberAt;
    private @Nullable CapPlace capPlace;
    private int choices = 1;

    private GeminiReader(RequestPath path, byte[] body, boolean withTexts) {
        this.path = path;
        this.body = body;
        this.contents = new GeminiTexts(texts, withTexts);
        this.hosted = new GeminiTools();
    }

    static ModelRequest read(RequestPath path, byte[] body, boolean withTexts) {
        RequestFields.requireUtf8(body);
        GeminiReader reader = new GeminiReader(path, body, withTexts);
        try (JsonWalk walk = new JsonWalk(body)) {
            return reader.root(walk);
        } catch (JacksonException malformed) {
            throw Malformed.request(malformed);
        }
    }

    private ModelRequest root(JsonWalk walk) {
        memberAt = RequestFields.enter(walk);
        while (walk.member()) {
            if (name(walk).equals("generateContentRequest")
                    && path.operation() == Operation.COUNT_TOKENS
                    && walk.is(JsonToken.START_OBJECT)) {
                while (walk.member()) {
                    member(walk);
                }
            } else {
                member(walk);
            }
        }
        RequestFields.requireEnd(walk);
        if (!seen.contains("contents")) {
            throw BadRequest.invalid("missing_required_parameter", "contents", "\"contents\" is missing");
        }
        CapPlace place = capPlace == null
                ? new CapPlace(new Span(memberAt, memberAt), "\"generationConfig\":{" + CAP, "},")
                : capPlace;
        return new ModelRequest(
                Dialect.GEMINI,
                path.operation(),
                body,
                path.model(),
                null,
                memberAt,
                path.stream(),
                null,
                new OutputCap(fields.cap(), null, null, place, fields.caps(), 0),
                choices,
                body.length + FIXED_INPUT_TOKENS + contents.mediaTokens() - contents.mediaBytes(),
                false,
                texts,
                hosted.found(),
                null,
                fields.service());
    }

    private void member(JsonWalk walk) {
        String name = name(walk);
        switch (name) {
            case "contents" -> {
                once(name);
                contents.read(walk);
            }
            case "systemInstruction" -> {
                once(name);
                contents.text(walk, "system");
            }
            case "generationConfig" -> {
                once(name);
                generationConfig(walk);
            }
            case "tools" -> {
                once(name);
                hosted.read(walk);
            }
            case "serviceTier" -> {
                once(name);
                fields.readService(walk);
            }
            case "cachedContent" -> {
                once(name);
                refuseCached(walk);
            }
            default -> walk.skipQuickly();
        }
    }

    /** A member's name as Google's documentation writes it. */
    private static String name(JsonWalk walk) {
        return switch (walk.name()) {
            case "system_instruction" -> "systemInstruction";
            case "service_tier" -> "serviceTier";
            case "generation_config" -> "generationConfig";
            case "cached_content" -> "cachedContent";
            case "max_output_tokens" -> "maxOutputTokens";
            case "candidate_count" -> "candidateCount";
            case "generate_content_request" -> "generateContentRequest";
            default -> walk.name();
        };
    }

    private void once(String name) {
        if (!seen.add(name)) {
            throw BadRequest.invalid("invalid_value", name, "\"" + name + "\" is there twice");
        }
    }

    private void generationConfig(JsonWalk walk) {
        if (walk.is(JsonToken.VALUE_NULL)) {
            capPlace = new CapPlace(walk.skip(), "{" + CAP, "}");
            return;
        }
        if (!walk.is(JsonToken.START_OBJECT)) {
            throw BadRequest.invalid("invalid_type", "generationConfig", "\"generationConfig\" must be an object");
        }
        int inside = walk.position();
        boolean empty = true;
        Span nullCap = null;
        while (walk.member()) {
            empty = false;
            String name = name(walk);
            if (name.equals("maxOutputTokens")) {
                once(name);
                nullCap = fields.readCap(walk, "generationConfig.maxOutputTokens");
            } else if (name.equals("candidateCount")) {
                once(name);
                choices = walk.is(JsonToken.VALUE_NULL)
                        ? 1
                        : (int) RequestFields.positive(walk, "generationConfig.candidateCount", MAX_CHOICES);
            } else {
                walk.skipQuickly();
            }
        }
        capPlace = nullCap == null
                ? new CapPlace(new Span(inside, inside), CAP, empty ? "" : ",")
                : new CapPlace(nullCap, "", "");
    }

    /** It stands for contents that belong to the account, not to a caller, and whose length nobody here knows. */
    private static void refuseCached(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_NULL)) {
            throw BadRequest.invalid(
                    "unsupported_parameter",
                    "cachedContent",
                    "\"cachedContent\" names contents that the provider keeps for all callers of this gateway: send the"
                            + " contents themselves");
        }
    }
}
