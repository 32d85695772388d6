package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream open on which a server says what changed, for all callers; who of them hears of it is decided where they
 * listen. Opened again when it ends, in growing pauses while that fails. Thread-safe.
 */
final class ServerEar implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ServerEar.class);
    /** After which a stream is opened anew: a connection that died in silence is found out by nothing else. */
    private static final Duration AGE = Duration.ofMinutes(10);

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 8;

    private final String slug;
    private final Predicate<Deadline> once;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;

    /** @param once listens until the stream is over or the deadline passes; false if the server offers none */
    ServerEar(String slug, Predicate<Deadline> once) {
        this.slug = slug;
        this.once = once;
    }

    /** Listens from now on; without effect if it does already. The server must have been greeted. Never blocks. */
    synchronized void open() {
        if (closed.getCount() > 0 && (thread == null || !thread.isAlive())) {
            thread = Thread.ofVirtual().name("hub-" + slug + "-ear").start(this::listen);
        }
    }

    /**
     * Listens over a connection of the modern era.
     *
     * @return false if the server has nothing to say
     */
    static boolean listen(ServerLink link, Deadline deadline) {
        Map<String, RawJson> wanted = new LinkedHashMap<>();
        for (String list : List.of("tools", "prompts", "resources")) {
            RawJson capability = link.profile().capabilities().member(list);
            RawJson changes = capability == null || !capability.isObject() ? null : capability.member("listChanged");
            if (changes != null && changes.isTrue()) {
                wanted.put(list + "ListChanged", changes);
            }
        }
        return !wanted.isEmpty()
                && link.request(ServerRequest.listen(wanted), Party.GATEWAY, Meanwhile.NOTHING, deadline)
                                .error()
                        == null;
    }

    private void listen() {
        int failures = 0;
        try {
            do {
                long began = System.nanoTime();
                try {
                    if (!once.test(Deadline.in(AGE))) {
                        LOGGER.debug("tool server \"{}\" says nothing by itself", slug);
                        return;
                    }
                    failures = isLong(began) ? 0 : failures + 1;
                } catch (HttpPost.SessionGone gone) {
                    failures++;
                } catch (ToolServerFault fault) {
                    boolean stood = fault.fault().kind() == UpstreamFault.Kind.TIMEOUT || isLong(began);
                    failures = stood ? 0 : failures + 1;
                }
            } while (!closed.await(pause(failures).toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isLong(long beganNanos) {
        return System.nanoTime() - beganNanos > AGE.toNanos() / 10;
    }

    private static Duration pause(int failures) {
        return SHORTEST_PAUSE.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
    }

    /** Stops listening. Never blocks. */
    @Override
    public synchronized void close() {
        closed.countDown();
        if (thread != null) {
            thread.interrupt();
        }
    }
}
