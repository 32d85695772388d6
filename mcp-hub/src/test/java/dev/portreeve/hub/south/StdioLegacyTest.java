package dev.portreeve.hub.south;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The contract, and what only processes do. */
class StdioLegacyTest extends StdioToolServerContract {
    @Override
    ToolServer start() {
        return start("legacy");
    }

    @Override
    String expectedVersion() {
        return "2025-06-18";
    }

    @Test
    void linesThatAreNoMessagesAreSkipped() {
        assertEquals("junk was printed", text(call("junk", "{}")));
        assertEquals("still here", text(call("echo", "{\"text\":\"still here\"}")));
    }

    @Test
    void theEnvironmentIsCleanButForWhatWasConfigured() {
        List<String> names = List.of(text(call("env", "{}")).split(","));
        assertTrue(names.contains("FIXTURE"));
        assertTrue(System.getenv().size() > 3, "the test itself runs in an environment worth hiding");
        assertEquals(
                List.of(),
                names.stream()
                        .filter(name -> !List.of("FIXTURE", "PATH", "HOME").contains(name))
                        // What the Java launcher and the shell set by themselves.
                        .filter(name -> !name.startsWith("_") && !name.equals("NLSPATH") && !name.equals("PWD"))
                        .toList());
    }

    @Test
    void anUnusedServerIsStoppedAndStartedByTheNextCall() throws Exception {
        ProcessLaunch napping = new ProcessLaunch(
                StdioFixture.command("legacy"), Map.of(), List.of(), null, null, Duration.ofMillis(1), false);
        server.close();
        server = launched(napping);
        assertTrue(server.isAsleep(), "nothing runs before it is used");
        assertEquals(0, server.condition().processes());
        assertEquals("one", text(call("echo", "{\"text\":\"one\"}")));
        assertFalse(server.isAsleep());
        await().until(() -> {
            server.endUnused();
            return server.isAsleep();
        });
        assertEquals(0, server.condition().processes());
        assertEquals("two", text(call("echo", "{\"text\":\"two\"}")));
        assertEquals("closed", server.condition().breaker());
    }

    @Test
    void aServerInUseIsNotStopped() throws Exception {
        ProcessLaunch napping = new ProcessLaunch(
                StdioFixture.command("legacy"), Map.of(), List.of(), null, null, Duration.ofMillis(1), false);
        server.close();
        server = launched(napping);
        BlockingQueue<String> ended = new ArrayBlockingQueue<>(1);
        Thread holding = Thread.ofVirtual().start(() -> {
            try {
                call("hold", "{}");
            } catch (ToolServerFault fault) {
                ended.add(fault.fault().detail());
            }
        });
        await().until(() -> server.condition().processes() > 0);
        for (int i = 0; i < 50; i++) {
            server.endUnused();
        }
        await().until(() -> text(call("counts", "{}")).startsWith("1/"));
        assertTrue(ended.isEmpty());
        holding.interrupt();
    }

    private StdioToolServer launched(ProcessLaunch launch) {
        return new StdioToolServer("fixture", launch, will, LIMITS, false, ServerVoice.UNHEARD);
    }

    @Test
    void namedVariablesAreInheritedAndTheFolderIsTheConfiguredOne(@TempDir Path folder) {
        String named = System.getenv().keySet().stream()
                .filter(name ->
                        name.matches("[A-Z_]+") && !List.of("PATH", "HOME").contains(name))
                .findFirst()
                .orElseThrow();
        ProcessLaunch launch = new ProcessLaunch(
                StdioFixture.command("legacy"),
                Map.of(),
                List.of(named, "NO_SUCH_VARIABLE"),
                folder,
                null,
                Duration.ZERO,
                false);
        server.close();
        server = launched(launch);
        String names = text(call("env", "{}"));
        assertTrue(List.of(names.split(",")).contains(named), names);
        assertFalse(names.contains("NO_SUCH_VARIABLE"), names);
        assertEquals(folder.toString(), text(call("folder", "{}")));
    }

    @Test
    @EnabledIfSystemProperty(named = "user.name", matches = "root")
    void aServerRunsAsTheUserItIsGiven() {
        List<String> ask = List.of("/bin/sh", "-c", "id -un >&2; echo $HOME >&2; exit 1");
        ProcessLaunch launch =
                new ProcessLaunch(ask, Map.of(), List.of(), Path.of("/"), "nobody", Duration.ZERO, false);
        try (StdioToolServer other = launched(launch)) {
            assertThrows(ToolServerFault.class, () -> other.list(soon()));
            assertEquals(
                    List.of("nobody", "/nonexistent"),
                    other.condition().errorLines().subList(0, 2));
        }
    }

    @Test
    void aUserThatDoesNotExistIsNotReplacedByAnother() {
        ProcessLaunch launch = new ProcessLaunch(
                StdioFixture.command("legacy"), Map.of(), List.of(), null, "no-such-user", Duration.ZERO, false);
        try (ToolServer none = launched(launch)) {
            ToolServerFault fault = assertThrows(ToolServerFault.class, () -> none.list(soon()));
            assertEquals(UpstreamFault.Kind.UNREACHABLE, fault.fault().kind());
        }
    }

    @Test
    void aServerThatEndsInMidCallFailsItsCallsAtOnceAndStartsAgain() throws Exception {
        server.list(soon());
        BlockingQueue<UpstreamFault.Kind> ended = new ArrayBlockingQueue<>(1);
        Thread.ofVirtual().start(() -> {
            try {
                call("hold", "{}");
            } catch (ToolServerFault fault) {
                ended.add(fault.fault().kind());
            }
        });
        await().until(() -> text(call("counts", "{}")).startsWith("1/"));
        ToolServerFault fault = assertThrows(ToolServerFault.class, () -> call("crash", "{}"));
        assertEquals(UpstreamFault.Kind.CUT, fault.fault().kind());
        assertTrue(
                fault.fault().detail().contains("ended with status 3"),
                fault.fault().detail());
        assertEquals(UpstreamFault.Kind.CUT, ended.poll(10, TimeUnit.SECONDS));
        assertEquals("back", text(call("echo", "{\"text\":\"back\"}")));
    }

    @Test
    void aServerThatKeepsEndingIsGivenPausesAndItsCallsFailMeanwhile() {
        ToolServerFault first = assertThrows(ToolServerFault.class, () -> call("crash", "{}"));
        assertEquals(UpstreamFault.Kind.CUT, first.fault().kind());
        ToolServerFault second = assertThrows(ToolServerFault.class, () -> call("crash", "{}"));
        assertEquals(UpstreamFault.Kind.CUT, second.fault().kind());
        ToolServerFault third = assertThrows(ToolServerFault.class, () -> call("echo", "{}"));
        assertEquals(UpstreamFault.Kind.UNREACHABLE, third.fault().kind());
        assertFalse(third.fault().billable());
        assertTrue(
                third.fault().detail().contains("started again in"),
                third.fault().detail());
    }

    @Test
    void closingEndsTheWholeTree() throws Exception {
        long helper = Long.parseLong(text(call("spawn", "{}")));
        assertTrue(isRunning(helper));
        server.close();
        await().until(() -> !isRunning(helper));
    }

    @Test
    void aHelperThatOutlivesItsServerIsEndedToo() {
        long helper = Long.parseLong(text(call("spawn", "{}")));
        assertThrows(ToolServerFault.class, () -> call("crash", "{}"));
        await().until(() -> !isRunning(helper));
    }

    // A killed process stays in the table until its parent looks; in a container that may be never.
    private static boolean isRunning(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return ProcessHandle.of(pid).isPresent()
                && (!Files.exists(stat) || !Files.readString(stat).contains(") Z "));
    }

    @Test
    void aServerThatEndsOnTheModernGreetingIsGreetedTheOlderWay() {
        try (ToolServer touchy = start("touchy")) {
            assertTrue(touchy.list(soon()).size() > 3);
            assertEquals("2025-06-18", touchy.protocolVersion());
        }
    }

    @Test
    void aServerThatCannotStartSaysSoWithoutContents() {
        try (ToolServer missing = new StdioToolServer(
                "gone",
                ProcessLaunch.of(List.of("/does/not/exist"), Map.of()),
                will,
                LIMITS,
                false,
                ServerVoice.UNHEARD)) {
            ToolServerFault fault = assertThrows(ToolServerFault.class, () -> missing.list(soon()));
            assertFalse(
                    fault.fault().detail().contains("/does/not/exist"),
                    fault.fault().detail());
        }
        try (ToolServer broken = start("broken")) {
            ToolServerFault fault = assertThrows(ToolServerFault.class, () -> broken.list(soon()));
            assertFalse(fault.fault().billable() && fault.fault().kind() != UpstreamFault.Kind.CUT);
        }
    }

    @Test
    void aServerThatNeverAnswersEndsWithTheDeadlineOfItsStart() {
        SouthLimits hasty = new SouthLimits(
                MAX_MESSAGE_BYTES,
                10,
                10,
                Duration.ofSeconds(1),
                Duration.ofMillis(400),
                Duration.ofMillis(200),
                Duration.ofMillis(100),
                8,
                Duration.ofMinutes(5));
        try (ToolServer mute = new StdioToolServer(
                "mute",
                ProcessLaunch.of(StdioFixture.command("mute"), Map.of()),
                will,
                hasty,
                false,
                ServerVoice.UNHEARD)) {
            ToolServerFault fault =
                    assertThrows(ToolServerFault.class, () -> mute.list(Deadline.in(Duration.ofSeconds(20))));
            assertEquals(UpstreamFault.Kind.TIMEOUT, fault.fault().kind());
        }
    }
}
