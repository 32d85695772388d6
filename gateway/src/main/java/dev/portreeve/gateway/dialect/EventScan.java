package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks over the server-sent events in a range of bytes without copying: where each event ends, and where its data stands.
 * Lines end with LF, CRLF or CR. For one thread.
 */
public final class EventScan {
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final byte[] NAME = {'e', 'v', 'e', 'n', 't', ':'};
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final byte[] bytes;
    private final int limit;
    private int start;
    private int end;
    private int dataStart;
    private int dataEnd;
    private int dataLines;
    private int nameStart;
    private int nameEnd;

    public EventScan(byte[] bytes, int from, int limit) {
        this.bytes = bytes;
        this.limit = limit;
        this.start = from;
        this.end = from;
    }

    /**
     * Goes to the next whole event: lines up to and with the empty line that ends them.
     *
     * @return false if the rest holds no whole event
     * @throws UnreadableAnswer for an event with several lines of data, which no provider writes
     */
    public boolean next() {
        start = end;
        dataLines = 0;
        nameStart = 0;
        nameEnd = 0;
        int line = start;
        while (true) {
            int stop = lineEnd(line);
            if (stop < 0) {
                return false;
            }
            int after = afterLine(stop);
            if (after < 0) {
                return false;
            }
            if (stop == line) {
                end = after;
                return true;
            }
            field(line, stop);
            line = after;
        }
    }

    /** Where the current event begins. */
    public int start() {
        return start;
    }

    /** Where the current event ends, its empty line included; before the first, where the range begins. */
    public int end() {
        return end;
    }

    public boolean hasData() {
        return dataLines > 0;
    }

    public int dataStart() {
        return dataStart;
    }

    public int dataEnd() {
        return dataEnd;
    }

    /** Whether the event's name begins so. */
    boolean nameStartsWith(byte[] prefix) {
        return nameEnd - nameStart >= prefix.length
                && Arrays.equals(bytes, nameStart, nameStart + prefix.length, prefix, 0, prefix.length);
    }

    /** The event's name; empty where it has none. */
    String name() {
        return new String(bytes, nameStart, nameEnd - nameStart, StandardCharsets.UTF_8);
    }

    /** Whether this is the event that ends a stream of OpenAI's. */
    public boolean isDone() {
        if (dataLines == 0 || dataEnd - dataStart < DONE.length) {
            return false;
        }
        for (int i = 0; i < DONE.length; i++) {
            if (bytes[dataStart + i] != DONE[i]) {
                return false;
            }
        }
        return true;
    }

    private int lineEnd(int from) {
        for (int i = from; i < limit; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                return i;
            }
        }
        return -1;
    }

    /** A CR that is the last byte so far may be half of a CRLF: then nobody knows yet, and this is -1. */
    private int afterLine(int stop) {
        if (bytes[stop] == '\n') {
            return stop + 1;
        }
        if (stop + 1 == limit) {
            return -1;
        }
        return bytes[stop + 1] == '\n' ? stop + 2 : stop + 1;
    }

    private void field(int line, int stop) {
        if (is(NAME, line, stop)) {
            nameStart = valueStart(line + NAME.length, stop);
            nameEnd = stop;
        }
        if (!is(DATA, line, stop)) {
            return;
        }
        if (++dataLines > 1) {
            throw new UnreadableAnswer("an event has several lines of data");
        }
        dataStart = valueStart(line + DATA.length, stop);
        dataEnd = stop;
    }

    private int valueStart(int from, int stop) {
        return from < stop && bytes[from] == ' ' ? from + 1 : from;
    }

    private boolean is(byte[] field, int line, int stop) {
        if (stop - line < field.length) {
            return false;
        }
        for (int i = 0; i < field.length; i++) {
            if (bytes[line + i] != field[i]) {
                return false;
            }
        }
        return true;
    }
}
