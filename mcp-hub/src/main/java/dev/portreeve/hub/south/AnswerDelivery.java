package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings answers to what a server asked to the server. It waits for them, perhaps for ever, and an answer that comes twice is
 * one: so each is sent until it is taken, for a while. Thread-safe; never blocks.
 */
final class AnswerDelivery {
    private static final Logger LOGGER = LoggerFactory.getLogger(AnswerDelivery.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final int MAX_DOUBLINGS = 4;
    private static final int SERVER_ERROR = 500;

    private final String slug;
    private final HttpPost post;
    private final Supplier<Map<String, String>> headers;

    /** @param headers what messages without an answer carry at the moment */
    AnswerDelivery(String slug, HttpPost post, Supplier<Map<String, String>> headers) {
        this.slug = slug;
        this.post = post;
        this.headers = headers;
    }

    void send(byte[] answer) {
        Thread.ofVirtual().name("hub-" + slug + "-answer").start(() -> insist(answer));
    }

    private void insist(byte[] answer) {
        Deadline deadline = Deadline.in(PATIENCE);
        CountDownLatch never = new CountDownLatch(1);
        try {
            for (int tries = 0; !isTaken(answer, deadline); tries++) {
                Duration pause = PAUSE.multipliedBy(1L << Math.min(tries, MAX_DOUBLINGS));
                if (deadline.remaining().compareTo(pause) <= 0) {
                    LOGGER.warn("tool server \"{}\" did not take the answer to its question", slug);
                    return;
                }
                boolean ignored = never.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isTaken(byte[] answer, Deadline deadline) {
        try {
            post.deliver(answer, headers.get(), deadline);
            return true;
        } catch (ToolServerFault fault) {
            int status = fault.fault().status();
            // A server that says no will say it again.
            return fault.fault().kind() == UpstreamFault.Kind.CREDENTIAL || (status > 0 && status < SERVER_ERROR);
        }
    }
}
