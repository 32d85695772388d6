package dev.portreeve.gateway.file;

import java.time.Duration;
import java.time.Instant;

class InMemoryFilesTest extends StoredFilesContract {
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InMemoryFiles store = new InMemoryFiles(ROOM, () -> now);

    @Override
    StoredFiles store() {
        return store;
    }

    @Override
    void pass(Duration time) {
        now = now.plus(time);
    }
}
