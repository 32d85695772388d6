package dev.portreeve.gateway.notice;

import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.notice.SignedText;
import dev.portreeve.policy.notice.Webhook;
import dev.portreeve.policy.notice.WebhookChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts notices over HTTP: no redirects, bounded in time, and of an answer no more is read than a decision needs. Where a name leads is looked
 * at for each message, and a message goes to an address that was seen then: never to one of a link or a cloud's metadata, and to private
 * networks unless a receiver is kept from them. Thread-safe; closed by whoever made it.
 */
public final class HttpWebhooks implements WebhookChannel, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpWebhooks.class);
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final int MAX_ANSWER = 16 * 1024;
    private static final int OK = 200;
    private static final int REDIRECTED = 300;
    private static final Map<String, String> US = Map.of("User-Agent", "portreeve");

    private final AlarmClock alarms;
    private final Duration patience;
    private final OutboundHttp http;
    private final Set<URI> kept;

    /**
     * @param alarms end answers that do not end by themselves; stay the caller's
     * @param kept receivers that are kept from private networks
     */
    public HttpWebhooks(AlarmClock alarms, Set<URI> kept) {
        this(alarms, ANSWER, NameResolver.SYSTEM, kept);
    }

    /** For these receivers, of which some may be kept from private networks. */
    public static HttpWebhooks of(AlarmClock alarms, List<Webhook> approvals, List<Webhook> notices) {
        return new HttpWebhooks(
                alarms,
                Stream.concat(approvals.stream(), notices.stream())
                        .filter(webhook -> !webhook.allowPrivate())
                        .map(Webhook::url)
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /** @param patience for the head of an answer, and again for its body */
    HttpWebhooks(AlarmClock alarms, Duration patience, NameResolver names, Set<URI> kept) {
        this.alarms = alarms;
        this.patience = patience;
        this.kept = Set.copyOf(kept);
        this.http = OutboundHttp.create(CONNECT, names, alarms);
    }

    @Override
    public Delivery send(URI url, Map<String, String> headers, byte[] body) {
        OutboundRequest request = new OutboundRequest("POST", url, US, body).with(headers);
        try (OutboundAnswer answer = http.send(request, reach(url), Deadline.in(patience))) {
            return answered(answer);
        } catch (OutboundRefused refused) {
            return new Delivery.Unanswered("not sent: " + refused.getMessage());
        } catch (IOException failed) {
            return new Delivery.Unanswered(
                    Thread.currentThread().isInterrupted()
                            ? "interrupted"
                            : "no answer: " + failed.getClass().getSimpleName());
        }
    }

    private Reach reach(URI url) {
        return kept.contains(url) ? Reach.of(url, false) : Reach.PRIVATE;
    }

    private Delivery answered(OutboundAnswer answer) {
        int status = answer.status();
        byte[] said = new byte[0];
        // The client's own time ends with the head: a body that trickles would keep everybody's messages waiting.
        AlarmClock.Alarm late = alarms.after(patience, answer::close);
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

    private static String header(OutboundAnswer answer, String name) {
        return answer.header(name).orElse("");
    }

    @Override
    public void close() {
        http.close();
    }
}
