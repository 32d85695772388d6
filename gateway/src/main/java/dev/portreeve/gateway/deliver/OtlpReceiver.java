package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.policy.call.Secret;
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
        JsonNode partial = partial(answer);
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

    /** Receivers that take everything may answer with nothing, or with something else than they were asked for. */
    private static JsonNode partial(byte[] answer) {
        try {
            return answer.length == 0
                    ? JsonMapper.shared().missingNode()
                    : JsonMapper.shared().readTree(answer).path("partialSuccess");
        } catch (JacksonException noJson) {
            return JsonMapper.shared().missingNode();
        }
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
