package dev.portreeve.hub.north;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one session: its own, for what belongs to no request, and one for each answer that became a stream. A
 * caller whose connection broke takes any of them up again where it was. Thread-safe.
 */
final class SessionStreams {
    private final StreamLimits limits;
    private final LogSpace space;
    private final StreamLog own;
    private final Map<Long, StreamLog> answers = new HashMap<>();
    private final ArrayDeque<StreamLog> over = new ArrayDeque<>();
    private long lastStream;
    private boolean ended;

    SessionStreams(StreamLimits limits, LogSpace space) {
        this.limits = limits;
        this.space = space;
        this.own = new StreamLog(0, limits, space);
    }

    StreamLimits limits() {
        return limits;
    }

    /** Says something that belongs to no request: at once if the caller listens, else when it does. Never blocks. */
    void tell(byte[] message) {
        own.append(message);
    }

    boolean isListenedTo() {
        return own.isRead();
    }

    /** The log of an answer that becomes a stream. */
    synchronized StreamLog begin() {
        StreamLog begun = new StreamLog(++lastStream, limits, space);
        if (ended) {
            begun.drop();
        } else {
            answers.put(lastStream, begun);
        }
        return begun;
    }

    /** Its answer is complete; kept for a while, in case the caller did not receive the end. */
    synchronized void finished(StreamLog log) {
        log.end();
        if (answers.containsKey(log.number())) {
            over.add(log);
        }
        while (over.size() > limits.endedLogs()) {
            StreamLog oldest = over.remove();
            answers.remove(oldest.number());
            oldest.drop();
        }
    }

    /**
     * Listens to a stream.
     *
     * @param lastEventId of the last event the caller has, on whichever stream; {@code null} for the session's own
     * @return empty if there is no such stream any more
     */
    synchronized Optional<StreamLog.Reader> listen(@Nullable String lastEventId) {
        if (lastEventId == null) {
            return Optional.of(own.read());
        }
        return EventId.read(lastEventId)
                .flatMap(id -> Optional.ofNullable(id.stream() == 0 ? own : answers.get(id.stream()))
                        .map(log -> log.readAfter(id.number())));
    }

    /** The stream that belongs to no request ends; answers go on. */
    void endStanding() {
        own.drop();
    }

    /** The session is over: listeners end, nothing is kept. */
    synchronized void end() {
        ended = true;
        own.drop();
        answers.values().forEach(StreamLog::drop);
        answers.clear();
        over.clear();
    }
}
