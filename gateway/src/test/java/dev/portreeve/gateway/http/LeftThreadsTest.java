package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every fixture of a listener waits, when it is closed, until nothing of it runs: here it is seen that this could fail. */
class LeftThreadsTest {
    @Test
    @SuppressWarnings("try")
    void whatAnOpenListenerRunsIsSeenAndIsGoneWhenItIsClosed() throws Exception {
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .provider("a", upstream.baseUrl())
                        .model("fast", "a/m")
                        .start()) {
            List<String> running = edge.threads.now();
            assertTrue(running.stream().anyMatch(thread -> thread.startsWith("keep-alive ")), running::toString);
            edge.close();
            assertEquals(List.of(), edge.threads.now());
        }
    }
}
