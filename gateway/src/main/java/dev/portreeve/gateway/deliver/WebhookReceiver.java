package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.audit.deliver.Receiver;
import dev.portreeve.audit.export.RecordFormat;
import dev.portreeve.audit.export.RecordLines;
import dev.portreeve.gateway.config.DeliveryConfig;
import dev.portreeve.policy.notice.WebhookSecret;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Posts a batch as one message, signed as the Standard Webhooks specification says. The id of a message is that of its range:
 * whoever has seen it before has seen these records. In it each record stands as it is in the log, byte for byte.
 */
final class WebhookReceiver implements Receiver {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpPosts posts;
    private final WebhookSecret secret;
    private final RecordFormat format;
    private final InstantSource clock;

    WebhookReceiver(DeliveryConfig.Hook config, RecordFormat format, InstantSource clock) {
        this.posts = new HttpPosts(config.url(), config.allowPrivate());
        this.secret = WebhookSecret.of(config.secret());
        this.format = format;
        this.clock = clock;
    }

    @Override
    public void take(Batch batch) throws NotTaken {
        byte[] body = body(batch);
        long timestamp = clock.instant().getEpochSecond();
        byte[] ignored = posts.post(
                "application/json",
                Map.of(
                        "webhook-id", batch.id(),
                        "webhook-timestamp", String.valueOf(timestamp),
                        "webhook-signature", secret.sign(batch.id(), timestamp, body)),
                body);
    }

    private byte[] body(Batch batch) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String head = "{\"type\":\"audit.records\",\"timestamp\":\""
                + clock.instant().truncatedTo(ChronoUnit.SECONDS) + "\",\"data\":{\"delivery\":"
                + JSON.writeValueAsString(batch.delivery()) + ",\"tenant\":" + JSON.writeValueAsString(batch.tenant())
                + ",\"format\":\"" + format.code() + "\",\"first\":" + batch.first() + ",\"end\":" + batch.end()
                + ",\"records\":[";
        body.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        RecordLines lines = format.lines();
        boolean more = false;
        for (Batch.Record record : batch.records()) {
            if (more) {
                body.write(',');
            }
            byte[] line = lines.line(record.leaf(), record.index());
            body.write(line, 0, line.length - 1);
            more = true;
        }
        body.writeBytes("]}}".getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    @Override
    public String kind() {
        return "webhook";
    }

    @Override
    public String format() {
        return format.code();
    }

    @Override
    public void close() {
        posts.close();
    }
}
