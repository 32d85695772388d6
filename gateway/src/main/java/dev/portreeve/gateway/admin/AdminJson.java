package dev.portreeve.gateway.admin;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of the admin API: snake case, times in ISO 8601, unknown and doubled members refused. Thread-safe. */
public final class AdminJson {
    private final JsonMapper mapper = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public byte[] write(Record value) {
        return mapper.writeValueAsBytes(value);
    }

    /** @throws IllegalArgumentException not JSON, or not of that shape; the message names the member, not its value */
    public <R extends Record> R read(byte[] body, Class<R> type) {
        try {
            R value = mapper.readValue(body, type);
            if (value == null) {
                throw new IllegalArgumentException("the body is null");
            }
            return value;
        } catch (JacksonException wrong) {
            throw new IllegalArgumentException(explain(wrong), wrong);
        }
    }

    private static String explain(JacksonException wrong) {
        String member = wrong.getPath().isEmpty()
                ? ""
                : " at \"" + wrong.getPath().getLast().getPropertyName() + "\"";
        return switch (wrong) {
            case tools.jackson.databind.exc.UnrecognizedPropertyException unknown ->
                "there is no member \"" + unknown.getPropertyName() + "\"";
            case tools.jackson.core.exc.StreamReadException malformed -> "the body is not JSON" + member;
            default -> "the body has not the expected form" + member;
        };
    }
}
