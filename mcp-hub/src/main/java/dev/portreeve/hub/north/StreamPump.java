package dev.portreeve.hub.north;

import dev.portreeve.hub.time.AlarmClock;
import java.util.Optional;

/** Writes what a stream's reader gets, on the exchange's own thread, until there is no more. */
final class StreamPump {
    private final AlarmClock alarms;
    private final StreamLimits limits;

    StreamPump(AlarmClock alarms, StreamLimits limits) {
        this.alarms = alarms;
        this.limits = limits;
    }

    /**
     * Returns when the stream is over, its caller left or reads too slowly, or it is old enough that the caller should
     * prove anew who it is.
     *
     * @param withIds whether the caller can take the stream up again
     */
    void run(StreamLog.Reader reader, McpExchange.EventStream stream, boolean withIds) {
        AlarmClock.Alarm age = alarms.after(limits.streamAge(), reader::close);
        try {
            boolean there = true;
            while (there) {
                Optional<StreamLog.Event> next = reader.next();
                if (next.isEmpty()) {
                    return;
                }
                byte[] message = next.get().message();
                there = withIds ? stream.send(reader.position().toString(), message) : stream.send(message);
            }
        } catch (InterruptedException cutOff) {
            // Whoever interrupted meant this stream and nothing that comes after it on this thread.
            return;
        } finally {
            age.close();
            reader.close();
        }
    }
}
