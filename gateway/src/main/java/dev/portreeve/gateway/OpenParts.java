package dev.portreeve.gateway;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, to be closed in reverse; one part that fails to close does not keep the others open. */
final class OpenParts implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(OpenParts.class);
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception failed) {
                LOGGER.warn("{} did not close cleanly: {}", part.getClass().getSimpleName(), failed.toString());
            }
        }
    }
}
