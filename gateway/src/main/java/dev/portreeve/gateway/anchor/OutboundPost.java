package dev.portreeve.gateway.anchor;

import dev.portreeve.audit.anchor.AnchorPost;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Posts to anchors past the outbound guard, which treats them as it does webhooks. Thread-safe; blocks. */
final class OutboundPost implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);

    /**
     * One whose questions are answered in this time, or not.
     *
     * @param configured the anchor's address
     * @param allowPrivate whether it may be in a private network
     */
    AnchorPost within(Duration timeout, URI configured, boolean allowPrivate) {
        Reach reach = Reach.of(configured, allowPrivate);
        return (url, type, body) -> post(url, type, body, timeout, reach);
    }

    private AnchorPost.Answer post(URI url, String type, byte[] body, Duration timeout, Reach reach)
            throws IOException {
        OutboundRequest request = OutboundRequest.post(url, "*/*", type, body).with(Map.of("User-Agent", "portreeve"));
        OutboundHttp.Fetched answer = http.fetch(request, reach, AnchorPost.MOST_BYTES, Deadline.in(timeout));
        return new AnchorPost.Answer(answer.status(), answer.body());
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
    }
}
