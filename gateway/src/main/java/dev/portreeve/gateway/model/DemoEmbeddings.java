package dev.portreeve.gateway.model;

import dev.portreeve.policy.call.Usage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Embeddings without a model: each number comes from a hash of the input, so equal texts are equal and nothing else means
 * anything.
 */
record DemoEmbeddings(byte[] answer, Usage usage) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DEFAULT_DIMENSIONS = 256;
    private static final int MAX_DIMENSIONS = 4_096;
    private static final int BYTES_PER_TOKEN = 4;

    static DemoEmbeddings of(String model, byte[] body) {
        JsonNode request = JSON.readTree(body);
        int dimensions = Math.clamp(request.path("dimensions").asInt(DEFAULT_DIMENSIONS), 1, MAX_DIMENSIONS);
        boolean base64 = request.path("encoding_format").asString("float").equals("base64");
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        long bytes = 0;
        for (String input : inputs(request.path("input"))) {
            bytes += input.getBytes(StandardCharsets.UTF_8).length;
            ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            put(item, vector(input, dimensions), base64);
        }
        long tokens = Math.max(1, bytes / BYTES_PER_TOKEN);
        answer.put("model", model);
        answer.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
        return new DemoEmbeddings(JSON.writeValueAsBytes(answer), new Usage(tokens, 0, 0, Usage.Basis.REPORTED));
    }

    /** One text, several, one list of tokens, or several: lists of tokens count as their JSON. */
    private static List<String> inputs(JsonNode input) {
        if (!input.isArray() || (!input.isEmpty() && input.path(0).isNumber())) {
            return List.of(input.isString() ? input.asString() : input.toString());
        }
        List<String> inputs = new ArrayList<>();
        for (JsonNode element : input) {
            inputs.add(element.isString() ? element.asString() : element.toString());
        }
        return inputs;
    }

    private static float[] vector(String input, int dimensions) {
        float[] vector = new float[dimensions];
        double square = 0;
        ByteBuffer random = ByteBuffer.allocate(0);
        for (int i = 0; i < dimensions; i++) {
            if (random.remaining() < Short.BYTES) {
                random = ByteBuffer.wrap(sha256(i + ":" + input));
            }
            vector[i] = random.getShort();
            square += (double) vector[i] * vector[i];
        }
        float length = (float) Math.max(1, Math.sqrt(square));
        for (int i = 0; i < dimensions; i++) {
            vector[i] /= length;
        }
        return vector;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this java runtime has no sha-256", e);
        }
    }

    private static void put(ObjectNode item, float[] vector, boolean base64) {
        if (base64) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float number : vector) {
                bytes.putFloat(number);
            }
            item.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            return;
        }
        ArrayNode numbers = item.putArray("embedding");
        for (float number : vector) {
            numbers.add(number);
        }
    }
}
