package dev.portreeve.gateway.file;

import dev.portreeve.gateway.file.StoredFiles.Unavailable;
import dev.portreeve.hub.time.AlarmClock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets files whose time is over, again and again until closed; any replica does it for all. */
public final class FileSweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileSweeper.class);
    private static final int MAX_ROUNDS = 100;

    private final StoredFiles files;
    private final Duration every;
    private final AlarmClock alarms;
    private volatile boolean closed;

    private FileSweeper(StoredFiles files, Duration every, AlarmClock alarms) {
        this.files = files;
        this.every = every;
        this.alarms = alarms;
    }

    /** @param every the pause between two rounds; the first comes after one */
    public static FileSweeper start(StoredFiles files, Duration every, AlarmClock alarms) {
        FileSweeper sweeper = new FileSweeper(files, every, alarms);
        sweeper.rest();
        return sweeper;
    }

    private void rest() {
        AutoCloseable unused = alarms.after(every, this::run);
    }

    private void run() {
        try {
            for (int round = 0; round < MAX_ROUNDS && !closed && files.sweep() > 0; round++) {
                continue;
            }
        } catch (Unavailable away) {
            LOG.warn("expired files stay for now: {}", away.getMessage());
        } finally {
            if (!closed) {
                rest();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
