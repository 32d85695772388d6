package dev.portreeve.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Threads, virtual ones included, that are in the gateway's own code though the listener they belong to is closed. Threads do not say
 * whose they are, but their numbers grow: those that came to be since a listener began are counted, and where the lives of several
 * overlap, those since the first began, when the last has ended. Used by the thread of a test.
 */
final class LeftThreads {
    private static final String OURS = "dev.portreeve.";
    private static final String TESTS = "org.junit.";
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static int running;
    private static long first;

    private final long began = Thread.ofVirtual().unstarted(() -> {}).threadId();
    private boolean runs = true;

    /** A listener begins to be, of which something may run before it listens. */
    LeftThreads() {
        begins(began);
    }

    private static void begins(long began) {
        LOCK.lock();
        try {
            first = running == 0 ? began : Math.min(began, first);
            running++;
        } finally {
            LOCK.unlock();
        }
    }

    /** The listener is closed: waits until nothing of it runs, unless others do; fails with where it is. */
    void awaitNone() {
        long since;
        LOCK.lock();
        try {
            if (!runs) {
                return;
            }
            runs = false;
            running--;
            if (running > 0) {
                return;
            }
            since = first;
        } finally {
            LOCK.unlock();
        }
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertEquals(List.of(), now(since)));
    }

    /** Where those of this listener are now. */
    List<String> now() throws IOException {
        return now(began);
    }

    private static List<String> now(long since) throws IOException {
        Path folder = Files.createTempDirectory("threads");
        Path file = folder.resolve("dump.json");
        try {
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), ThreadDumpFormat.JSON);
            return of(JsonMapper.shared().readTree(Files.readAllBytes(file)), since);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }

    private static List<String> of(JsonNode dump, long since) {
        List<String> left = new ArrayList<>();
        for (JsonNode container : dump.path("threadDump").path("threadContainers")) {
            for (JsonNode thread : container.path("threads")) {
                if (Long.parseLong(thread.path("tid").asString()) < since) {
                    continue;
                }
                List<String> frames = new ArrayList<>();
                thread.path("stack").forEach(frame -> frames.add(frame.asString()));
                boolean runsTests = frames.stream().anyMatch(frame -> frame.contains(TESTS));
                if (!runsTests && frames.stream().anyMatch(LeftThreads::isOfTheGateway)) {
                    left.add(thread.path("name").asString("") + " " + frames);
                }
            }
        }
        return left;
    }

    private static boolean isOfTheGateway(String frame) {
        int at = frame.indexOf(OURS);
        int end = frame.indexOf('(');
        if (at < 0 || end < at) {
            return false;
        }
        String method = frame.substring(at, end);
        String type = method.substring(0, method.lastIndexOf('.'));
        try {
            URL tests = LeftThreads.class.getProtectionDomain().getCodeSource().getLocation();
            Class<?> found = Class.forName(type, false, LeftThreads.class.getClassLoader());
            return !tests.equals(found.getProtectionDomain().getCodeSource().getLocation());
        } catch (ClassNotFoundException hidden) {
            return false;
        }
    }
}
