package dev.portreeve.hub.south;

import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.SseReader;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An answer that comes as an event stream: what happens meanwhile first, the answer last. Thread-safe. */
final class AnswerStream {
    private static final Logger LOGGER = LoggerFactory.getLogger(AnswerStream.class);
    private final String slug;
    private final int maxMessageBytes;
    private final AlarmClock alarms;
    private final Runnable onToolsChanged;

    AnswerStream(String slug, int maxMessageBytes, AlarmClock alarms, Runnable onToolsChanged) {
        this.slug = slug;
        this.maxMessageBytes = maxMessageBytes;
        this.alarms = alarms;
        this.onToolsChanged = onToolsChanged;
    }

    /**
     * Reads up to the answer and closes the stream.
     *
     * @throws IOException if the stream breaks, or is closed because the deadline passed
     */
    JsonRpcMessage.Response read(InputStream body, long id, Questions questions, Meanwhile meanwhile, Deadline deadline)
            throws IOException, InterruptedException {
        SseReader events = new SseReader(body, maxMessageBytes);
        Deadline until = deadline;
        AlarmClock.Alarm tooLate = alarms.after(until.remaining(), () -> close(body));
        try {
            for (byte[] event = events.next(); event != null; event = events.next()) {
                switch (JsonRpcMessage.read(event)) {
                    case JsonRpcMessage.Response response -> {
                        if (HttpPost.isAnswerTo(response, id)) {
                            return response;
                        }
                    }
                    case JsonRpcMessage.Request question -> {
                        tooLate.close();
                        until = questions.put(question, meanwhile, until);
                        tooLate = alarms.after(until.remaining(), () -> close(body));
                    }
                    case JsonRpcMessage.Notification notification -> heed(notification, id, meanwhile);
                }
            }
        } catch (SseReader.TooLarge tooLarge) {
            throw ToolServerFault.tooLarge(slug, maxMessageBytes);
        } catch (BadMessage notAMessage) {
            throw ToolServerFault.garbage(slug, "sent an event that is no message");
        } catch (IOException broken) {
            if (until.isPast() && !Thread.currentThread().isInterrupted()) {
                throw ToolServerFault.timeout(slug);
            }
            throw broken;
        } finally {
            tooLate.close();
            close(body);
        }
        if (until.isPast()) {
            throw ToolServerFault.timeout(slug);
        }
        throw ToolServerFault.of(
                UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" ended its answer before it was complete", true);
    }

    private void heed(JsonRpcMessage.Notification notification, long id, Meanwhile meanwhile) {
        switch (notification.method()) {
            case "notifications/progress" ->
                Progress.read(notification.params())
                        .filter(report -> report.token() == id)
                        .ifPresent(report -> meanwhile.progress(report.params()));
            case "notifications/tools/list_changed" -> onToolsChanged.run();
            default -> meanwhile.notification(notification);
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
