package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Posts batches to one address: no redirects, bounded in time, and of an answer no more is read than is needed. Where the name
 * leads is looked at for each. For one delivery.
 */
final class HttpPosts implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER = 64 * 1024;
    private static final int OK = 200;
    private static final int NO_SUCCESS = 300;
    /** They say that what was sent is wrong, and not who sent it, where to, or when. */
    private static final Set<Integer> OF_THE_CONTENT = Set.of(400, 413, 422);

    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);
    private final URI url;
    private final Reach reach;

    HttpPosts(URI url, boolean allowPrivate) {
        this.url = url;
        this.reach = Reach.of(url, allowPrivate);
    }

    /**
     * Posts, and gives the body of an answer that says yes.
     *
     * @throws NotTaken for every other answer, and none
     */
    byte[] post(String contentType, Map<String, String> headers, byte[] body) throws NotTaken {
        OutboundRequest request = OutboundRequest.post(url, "application/json", contentType, body)
                .with(Map.of("User-Agent", "portreeve"))
                .with(headers);
        OutboundHttp.Fetched answer;
        try {
            answer = http.fetch(request, reach, MAX_ANSWER, Deadline.in(PATIENCE));
        } catch (OutboundRefused refused) {
            throw new NotTaken(NotTaken.Way.AGAIN, "not sent: " + refused.getMessage(), refused);
        } catch (IOException failed) {
            throw new NotTaken(NotTaken.Way.AGAIN, "no answer: " + failed.getMessage(), failed);
        }
        int status = answer.status();
        if (status >= OK && status < NO_SUCCESS) {
            return answer.body();
        }
        throw new NotTaken(
                OF_THE_CONTENT.contains(status) ? NotTaken.Way.SMALLER : NotTaken.Way.AGAIN,
                "the receiver answered " + status,
                null);
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
    }
}
