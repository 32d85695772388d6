package dev.portreeve.hub.south;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A gateway that is killed and can do nothing any more takes its servers' processes with it. */
class LastWillTest {
    /** What stands for the gateway: starts a server whose helper ignores that its input closes, says who they are, waits. */
    public static final class Victim {
        private Victim() {}

        public static void main(String[] args) throws Exception {
            List<String> server =
                    List.of("/bin/sh", "-c", "trap '' HUP; sleep 1000 </dev/null & echo $! >&2; wait; sleep 1000");
            ServerProcess stays = ServerProcess.start(ProcessLaunch.of(server, Map.of()), new LastWill());
            BufferedReader helper = new BufferedReader(
                    new InputStreamReader(stays.process().getErrorStream(), StandardCharsets.US_ASCII));
            System.out.println(stays.process().pid() + " " + helper.readLine());
            System.out.flush();
            Thread.currentThread().join();
        }
    }

    @Test
    void theProcessesOfAKilledGatewayEndWithTheirHelpers() throws Exception {
        assumeTrue(Files.isExecutable(ServerProcess.SETSID), "no setsid on this system");
        Process gateway = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(gateway.getInputStream(), StandardCharsets.US_ASCII));
        String[] pids = String.valueOf(said.readLine()).split(" ");
        long server = Long.parseLong(pids[0]);
        long helper = Long.parseLong(pids[1]);
        assertTrue(isRunning(server) && isRunning(helper));
        gateway.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> !isRunning(server) && !isRunning(helper));
    }

    @Test
    void aProcessThatEndedInTimeIsLeftAlone() throws Exception {
        LastWill will = new LastWill();
        ServerProcess first = ServerProcess.start(ProcessLaunch.of(List.of("/bin/sleep", "1000"), Map.of()), will);
        ServerProcess second = ServerProcess.start(ProcessLaunch.of(List.of("/bin/sleep", "1000"), Map.of()), will);
        first.stop(Duration.ofMillis(100));
        assertTrue(second.process().isAlive());
        will.close();
        await().atMost(Duration.ofSeconds(30)).until(() -> !second.process().isAlive());
    }

    // A killed process stays in the table until its parent looks; in a container that may be never.
    private static boolean isRunning(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return ProcessHandle.of(pid).isPresent()
                && (!Files.exists(stat) || !Files.readString(stat).contains(") Z "));
    }
}
