package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.policy.call.Secret;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends a batch as one OTLP request over HTTP in JSON. A receiver that takes only a part of it does not say which; such a
 * request must not be sent again by itself, so the delivery waits until somebody says how to go on.
 */
final class OtlpReceiver implements Receiver {
    private static final int MOST_QUOTED = 200;

    private final HttpPosts posts;
    private final Map<String, String> headers;
    private final InstantSource clock;

    OtlpReceiver(DeliveryConfig.Otlp config, InstantSource clock) {
        this.posts = new HttpPosts(config.url(), config.allowPrivate());
        Secret key = config.key();
        this.headers = key == null ? Map.of() : Map.of(config.keyHeader(), key.reveal());
        this.clock = clock;
    }

    @Override
    public void take(Batch batch) throws NotTaken {
        byte[] answer = posts.post("application/json", headers, OtlpLogs.request(batch, clock.instant()));
        JsonNode partial = partial(answer).path("partialSuccess");
        long rejected = partial.path("rejectedLogRecords").asLong(0);
        if (rejected > 0) {
            String why = partial.path("errorMessage").asString("").replaceAll("\\p{Cntrl}", " ");
            throw new NotTaken(
                    NotTaken.Way.HELD,
                    "the receiver rejected " + rejected + " of "
                            + batch.records().size() + " and does not say which: "
                            + why.substring(0, Math.min(MOST_QUOTED, why.length())),
                    null);
        }
    }

    /**
     * Receivers that take everything may answer with nothing. What is no answer of OTLP comes from somebody else, such as a page
     * to sign in at: that nobody took anything is not found out later.
     */
    private static JsonNode partial(byte[] answer) throws NotTaken {
        if (new String(answer, StandardCharsets.ISO_8859_1).isBlank()) {
            return JsonMapper.shared().missingNode();
        }
        try {
            JsonNode said = HttpPosts.isTooLong(answer)
                    ? JsonMapper.shared().missingNode()
                    : JsonMapper.shared().readTree(answer);
            if (said.isObject()) {
                return said;
            }
        } catch (JacksonException noJson) {
            // Said below.
        }
        throw new NotTaken(
                NotTaken.Way.AGAIN,
                "the receiver says yes with what is no answer of OTLP in JSON: is the address right?",
                null);
    }

    @Override
    public String kind() {
        return "otlp";
    }

    @Override
    public String format() {
        return "otlp";
    }

    @Override
    public void close() {
        posts.close();
    }
}
