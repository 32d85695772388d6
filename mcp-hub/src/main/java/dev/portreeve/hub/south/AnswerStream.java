package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.SseReader;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer that comes as an event stream: what happens meanwhile first, the answer last. Thread-safe. */
final class AnswerStream {
    private static final Logger LOGGER = LoggerFactory.getLogger(AnswerStream.class);
    private final String slug;
    private final int maxMessageBytes;
    private final AlarmClock alarms;

    AnswerStream(String slug, int maxMessageBytes, AlarmClock alarms) {
        this.slug = slug;
        this.maxMessageBytes = maxMessageBytes;
        this.alarms = alarms;
    }

    /** The stream ended before the answer, and can be taken up again. */
    static final class Unfinished extends IOException {
        private static final long serialVersionUID = 1L;
        private static final Duration RETRY = Duration.ofSeconds(1);
        private static final Duration SHORTEST_RETRY = Duration.ofMillis(100);
        private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
        private final String lastId;
        private final Duration retry;

        private Unfinished(String lastId, Duration retry) {
            super("the stream ended before the answer");
            this.lastId = lastId;
            this.retry = retry;
        }

        /** Of the last event there was. */
        String lastId() {
            return lastId;
        }

        /** When to take it up at the earliest. */
        Duration retry() {
            Duration least = retry.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : retry;
            return least.compareTo(LONGEST_RETRY) < 0 ? least : LONGEST_RETRY;
        }
    }

    /**
     * Reads up to the answer and closes the stream.
     *
     * @throws Unfinished if it ends before, and the server gave it a name
     * @throws IOException if the stream breaks, or is closed because the deadline passed
     */
    JsonRpcMessage.Response read(InputStream body, long id, Questions questions, Underway underway, Deadline deadline)
            throws IOException, InterruptedException {
        SseReader events = new SseReader(body, maxMessageBytes);
        try (Patience patience = new Patience(alarms, deadline, () -> close(body))) {
            underway.awaited(patience);
            try {
                for (byte[] event = next(events); event != null; event = next(events)) {
                    switch (message(event)) {
                        case JsonRpcMessage.Response response -> {
                            if (HttpPost.isAnswerTo(response, id)) {
                                return response;
                            }
                        }
                        case JsonRpcMessage.Request question -> questions.put(question, underway);
                        case JsonRpcMessage.Notification notification -> heed(notification, id, underway);
                    }
                }
            } catch (IOException broken) {
                if (patience.isPast() && !Thread.currentThread().isInterrupted()) {
                    throw ToolServerFault.timeout(slug);
                }
                if (!Thread.currentThread().isInterrupted()) {
                    requireFinished(events, underway);
                }
                throw broken;
            } finally {
                close(body);
            }
            if (patience.isPast()) {
                throw ToolServerFault.timeout(slug);
            }
        }
        requireFinished(events, underway);
        throw ToolServerFault.of(
                UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" ended its answer before it was complete", true);
    }

    private static void requireFinished(SseReader events, Underway underway) throws Unfinished {
        if (underway.canBeTakenUp() && !events.lastId().isEmpty()) {
            throw new Unfinished(events.lastId(), events.retry().orElse(Unfinished.RETRY));
        }
    }

    /**
     * Reads a stream that is no answer until it ends, and closes it.
     *
     * @throws IOException if the stream breaks
     * @throws ToolServerFault if the deadline passes
     */
    void hear(InputStream body, Consumer<JsonRpcMessage> heard, Deadline deadline) throws IOException {
        SseReader events = new SseReader(body, maxMessageBytes);
        try (Patience patience = new Patience(alarms, deadline, () -> close(body))) {
            try {
                for (byte[] event = next(events); event != null; event = next(events)) {
                    heard.accept(message(event));
                }
            } catch (IOException broken) {
                if (!patience.isPast() || Thread.currentThread().isInterrupted()) {
                    throw broken;
                }
            } finally {
                close(body);
            }
            if (patience.isPast()) {
                throw ToolServerFault.timeout(slug);
            }
        }
    }

    private byte @Nullable [] next(SseReader events) throws IOException {
        try {
            return events.next();
        } catch (SseReader.TooLarge tooLarge) {
            throw ToolServerFault.tooLarge(slug, maxMessageBytes);
        }
    }

    private JsonRpcMessage message(byte[] event) {
        try {
            return JsonRpcMessage.read(event);
        } catch (BadMessage notAMessage) {
            throw ToolServerFault.garbage(slug, "sent an event that is no message");
        }
    }

    private void heed(JsonRpcMessage.Notification notification, long id, Meanwhile meanwhile) {
        if (notification.method().equals("notifications/progress")) {
            Progress.read(notification.params())
                    .filter(report -> report.token() == id)
                    .ifPresent(report -> meanwhile.progress(report.params()));
        } else {
            meanwhile.notification(notification);
        }
    }

    private void close(InputStream body) {
        try {
            body.close();
        } catch (IOException alreadyBroken) {
            LOGGER.debug("tool server \"{}\" closed its answer first", slug);
        }
    }
}
