package dev.portreeve.gateway.notice;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.notice.SignedText;
import dev.portreeve.policy.notice.WebhookChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts notices over HTTP: no redirects, bounded in time, and of an answer no more is read than a decision needs. Thread-safe; closed by whoever
 * made it.
 */
public final class HttpWebhooks implements WebhookChannel, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpWebhooks.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final int MAX_ANSWER = 16 * 1024;
    private static final int OK = 200;
    private static final int REDIRECTED = 300;

    private final AlarmClock alarms;
    private final Duration patience;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();

    /** @param alarms end answers that do not end by themselves; stay the caller's */
    public HttpWebhooks(AlarmClock alarms) {
        this(alarms, ANSWER);
    }

    /** @param patience for the head of an answer, and again for its body */
    HttpWebhooks(AlarmClock alarms, Duration patience) {
        this.alarms = alarms;
        this.patience = patience;
    }

    @Override
    public Delivery send(URI url, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(patience).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            return answered(http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
        } catch (IOException failed) {
            return new Delivery.Unanswered("no answer: " + failed.getClass().getSimpleName());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Delivery.Unanswered("interrupted");
        }
    }

    private Delivery answered(HttpResponse<InputStream> answer) {
        int status = answer.statusCode();
        byte[] said = new byte[0];
        // The client's own time ends with the head: a body that trickles would keep everybody's messages waiting.
        AlarmClock.Alarm late = alarms.after(patience, () -> end(answer.body()));
        try (InputStream in = answer.body()) {
            if (status >= OK && status < REDIRECTED) {
                said = in.readNBytes(MAX_ANSWER + 1);
            }
        } catch (IOException cutOff) {
            LOGGER.debug("the answer of a receiver did not end");
        } finally {
            late.close();
        }
        if (said.length > MAX_ANSWER) {
            said = new byte[0];
        }
        return new Delivery.Answered(
                status,
                new SignedText(
                        header(answer, "webhook-id"),
                        header(answer, "webhook-timestamp"),
                        header(answer, "webhook-signature"),
                        said));
    }

    private static void end(InputStream in) {
        try {
            in.close();
        } catch (IOException closing) {
            LOGGER.debug("the answer of a receiver ended badly");
        }
    }

    private static String header(HttpResponse<InputStream> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
