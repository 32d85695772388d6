package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.NotTaken;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.outbound.Unreachable;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts batches to one address: no redirects, bounded in time, and of an answer no more is read than is needed. Where the name
 * leads is looked at for each. What was sent and then broke off or took too long is tried again with less. For one delivery.
 */
final class HttpPosts implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(HttpPosts.class);
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
     * Posts, and gives the beginning of an answer that says yes: all of it, or one byte more than is read. What stands there
     * and whether it ends is for the caller; an answer that says yes has said so with its status.
     *
     * @throws NotTaken for every other answer, and none
     */
    byte[] post(String contentType, Map<String, String> headers, byte[] body) throws NotTaken {
        OutboundRequest request = OutboundRequest.post(url, "application/json", contentType, body)
                .with(Map.of("User-Agent", "portreeve"))
                .with(headers);
        Deadline deadline = Deadline.in(PATIENCE);
        try (OutboundAnswer answer = http.send(request, reach, deadline)) {
            int status = answer.status();
            if (status >= OK && status < NO_SUCCESS) {
                return beginning(answer, deadline);
            }
            throw new NotTaken(
                    OF_THE_CONTENT.contains(status) ? NotTaken.Way.SMALLER : NotTaken.Way.AGAIN,
                    "the receiver answered " + status,
                    null);
        } catch (OutboundRefused refused) {
            throw new NotTaken(NotTaken.Way.AGAIN, "not sent: " + refused.getMessage(), refused);
        } catch (Unreachable nobody) {
            throw new NotTaken(NotTaken.Way.AGAIN, "no answer: " + nobody.getMessage(), nobody);
        } catch (IOException failed) {
            throw new NotTaken(NotTaken.Way.LESS, "no answer: " + failed.getMessage(), failed);
        }
    }

    private byte[] beginning(OutboundAnswer answer, Deadline deadline) {
        AlarmClock.Alarm late = alarms.after(deadline.remaining(), answer::close);
        try {
            return answer.body().readNBytes(MAX_ANSWER + 1);
        } catch (IOException cutOff) {
            LOGGER.debug("the answer of a receiver did not end");
            return new byte[0];
        } finally {
            late.close();
        }
    }

    /** Whether an answer is longer than what is read of it. */
    static boolean isTooLong(byte[] answer) {
        return answer.length > MAX_ANSWER;
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
    }
}
