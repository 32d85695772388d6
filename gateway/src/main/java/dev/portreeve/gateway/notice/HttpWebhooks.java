package dev.portreeve.gateway.notice;

import dev.portreeve.policy.notice.WebhookChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Posts notices over HTTP: no redirects, bounded in time, and of the answer only the status is looked at. Thread-safe. */
public final class HttpWebhooks implements WebhookChannel, AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();

    @Override
    public Delivery send(URI url, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(ANSWER).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            HttpResponse<InputStream> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            // Closed unread: a receiver may say as much as it likes, nobody listens.
            answer.body().close();
            return new Delivery.Answered(answer.statusCode());
        } catch (IOException failed) {
            return new Delivery.Unanswered("no answer: " + failed.getClass().getSimpleName());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return new Delivery.Unanswered("interrupted");
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
