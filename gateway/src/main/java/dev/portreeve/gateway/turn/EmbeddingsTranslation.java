package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A request for embeddings in the words of the other dialect that has them, and the way back for its answer. For one call. */
public final class EmbeddingsTranslation {
    private static final Set<String> OPENAI = Set.of("model", "input", "dimensions", "encoding_format", "user");
    private static final Set<String> GEMINI = Set.of("model", "content", "taskType", "title", "outputDimensionality");
    /** Bytes to a token, for an answer that must say how many there were although nobody has counted. */
    private static final int TOKEN_BYTES = 4;

    private final Operation asked;
    private final String model;
    private final Notes notes;
    private final byte[] request;
    private final long estimate;
    private boolean base64;

    private EmbeddingsTranslation(Dialect caller, Operation asked, byte[] body, String model, Unsupported unsupported) {
        this.asked = asked;
        this.model = model;
        this.notes = new Notes(unsupported);
        this.estimate = body.length / TOKEN_BYTES;
        JsonNode json = Json.read(body, 0, body.length);
        this.request = Json.bytes(caller == Dialect.GEMINI ? forOpenAi(json) : forGemini(json));
    }

    /**
     * Translates a body that its own dialect's reader has accepted: OpenAI's for Gemini's batches, Gemini's for OpenAI.
     *
     * @param asked the caller's operation
     * @param model the provider's name of it
     * @throws BadRequest for what cannot be left out without changing the meaning
     */
    public static EmbeddingsTranslation of(
            Dialect caller, Operation asked, byte[] body, String model, Unsupported unsupported) {
        return new EmbeddingsTranslation(caller, asked, body, model, unsupported);
    }

    /** The dialect in which the provider is asked. */
    public static Dialect provider(Dialect caller) {
        return caller == Dialect.GEMINI ? Dialect.OPENAI_CHAT : Dialect.GEMINI;
    }

    /** What the provider is asked for. */
    public static Operation operation(Dialect caller) {
        return caller == Dialect.GEMINI ? Operation.EMBEDDINGS : Operation.BATCH_EMBEDDINGS;
    }

    /** The body for the provider. */
    public byte[] request() {
        return request;
    }

    /** What the request lost. */
    public List<Note> notes() {
        return notes.all();
    }

    private ObjectNode forGemini(JsonNode body) {
        unknown(body, OPENAI);
        if (Json.given(body, "user") != null) {
            notes.idle("user");
        }
        base64 = Json.string(body, "encoding_format", "float").equals("base64");
        ObjectNode written = Json.object();
        ArrayNode requests = written.putArray("requests");
        JsonNode input = body.path("input");
        if (input.isString()) {
            request(input.stringValue(), body, requests);
        }
        for (JsonNode each : input) {
            if (!each.isString()) {
                throw notes.refused("input", "tokens mean something to one model's tokenizer only");
            }
            request(each.stringValue(), body, requests);
        }
        return written;
    }

    private void request(String text, JsonNode body, ArrayNode requests) {
        ObjectNode one = requests.addObject().put("model", "models/" + model);
        one.putObject("content").putArray("parts").addObject().put("text", text);
        JsonNode dimensions = Json.given(body, "dimensions");
        if (dimensions != null) {
            one.set("outputDimensionality", dimensions);
        }
    }

    private ObjectNode forOpenAi(JsonNode body) {
        ObjectNode written = Json.object().put("model", model).put("encoding_format", "float");
        ArrayNode input = written.putArray("input");
        if (asked == Operation.EMBEDDINGS) {
            input.add(text(body));
            dimensions(Json.given(body, "outputDimensionality"), written);
            return written;
        }
        @Nullable JsonNode first = null;
        for (JsonNode one : body.path("requests")) {
            input.add(text(one));
            JsonNode dimensions = Json.given(one, "outputDimensionality");
            if (input.size() > 1 && !String.valueOf(first).equals(String.valueOf(dimensions))) {
                throw notes.refused("requests.outputDimensionality", "all of one call have the same there");
            }
            first = dimensions;
        }
        dimensions(first, written);
        return written;
    }

    private static void dimensions(@Nullable JsonNode given, ObjectNode written) {
        if (given != null) {
            written.set("dimensions", given);
        }
    }

    private String text(JsonNode one) {
        unknown(one, GEMINI);
        if (Json.given(one, "taskType") != null) {
            notes.dropped("taskType");
        }
        StringBuilder text = new StringBuilder();
        if (Json.given(one, "title") != null) {
            notes.changed("title", "stands before the text");
            text.append(Json.string(one, "title", "")).append('\n');
        }
        for (JsonNode part : one.path("content").path("parts")) {
            if (!part.path("text").isString()) {
                notes.without("content", "only texts are embedded by this provider");
                continue;
            }
            text.append(Json.string(part, "text", ""));
        }
        return text.toString();
    }

    private void unknown(JsonNode body, Set<String> known) {
        body.propertyNames().stream()
                .filter(name -> !known.contains(name) && Json.given(body, name) != null)
                .forEach(notes::dropped);
    }

    /**
     * The provider's whole answer in the caller's dialect.
     *
     * @throws UnreadableAnswer if it is not what the provider's dialect has
     */
    public byte[] answer(Dialect caller, byte[] bytes) {
        JsonNode json;
        try {
            json = Json.read(bytes, 0, bytes.length);
        } catch (JacksonException malformed) {
            throw new UnreadableAnswer("the answer is not valid json");
        }
        return Json.bytes(caller == Dialect.GEMINI ? toGemini(json) : toOpenAi(json));
    }

    private ObjectNode toOpenAi(JsonNode answer) {
        ObjectNode written = Json.object().put("object", "list");
        ArrayNode data = written.putArray("data");
        for (JsonNode embedding : answer.path("embeddings")) {
            ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            JsonNode values = values(embedding.path("values"));
            if (base64) {
                one.put("embedding", packed(values));
            } else {
                one.set("embedding", values);
            }
        }
        written.put("model", model);
        long said = Json.count(answer.path("usageMetadata"), "promptTokenCount");
        long tokens = said > 0 ? said : estimate;
        written.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return written;
    }

    private static JsonNode values(JsonNode values) {
        if (!values.isArray()) {
            throw new UnreadableAnswer("an embedding is not a list of numbers");
        }
        return values;
    }

    /** As OpenAI packs them: 32 bits each, the lowest byte first. */
    private static String packed(JsonNode values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (JsonNode value : values) {
            bytes.putFloat((float) value.asDouble(0));
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private ObjectNode toGemini(JsonNode answer) {
        ObjectNode written = Json.object();
        JsonNode data = answer.path("data");
        if (asked == Operation.EMBEDDINGS) {
            written.putObject("embedding").set("values", values(data.path(0).path("embedding")));
        } else {
            ArrayNode embeddings = written.putArray("embeddings");
            for (JsonNode each : data) {
                embeddings.addObject().set("values", values(each.path("embedding")));
            }
        }
        long tokens = Json.count(answer.path("usage"), "prompt_tokens");
        if (tokens > 0) {
            written.putObject("usageMetadata").put("promptTokenCount", tokens).put("totalTokenCount", tokens);
        }
        return written;
    }
}
