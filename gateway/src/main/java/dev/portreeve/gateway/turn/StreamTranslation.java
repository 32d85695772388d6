package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.EventScan;
import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;

/** A provider's stream in the caller's dialect, block by block. For the call's thread. */
public final class StreamTranslation {
    private final EventReader reader;
    private final EventWriter writer;
    private final Events events = new Events();

    StreamTranslation(EventReader reader, EventWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /**
     * Translates whole events.
     *
     * @return the caller's events; may be empty
     * @throws UnreadableAnswer if an event's data is not JSON
     */
    public byte[] events(byte[] block) {
        EventScan scan = new EventScan(block, 0, block.length);
        while (scan.next()) {
            if (scan.hasData() && !scan.isDone()) {
                try {
                    reader.read(
                            Json.read(block, scan.dataStart(), scan.dataEnd() - scan.dataStart()),
                            event -> writer.write(event, events));
                } catch (JacksonException malformed) {
                    throw new UnreadableAnswer("an event's data is not valid json");
                }
            }
        }
        return events.take();
    }

    /** What belongs before the event that ends the stream. */
    public byte[] rest() {
        reader.end(event -> writer.write(event, events));
        writer.end(events);
        return events.take();
    }

    /** The event that ends the stream. */
    public byte[] last() {
        return writer.last().getBytes(StandardCharsets.UTF_8);
    }
}
