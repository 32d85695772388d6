package dev.portreeve.hub;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.definition.Definitions;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.StdioFixture;
import dev.portreeve.hub.wire.RawJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Configured processes cost nothing until somebody uses them. Every start of one is written down and counted. */
class LazyStartTest {
    @TempDir
    private Path folder;

    private final HubWorld.Kept kept = new HubWorld.Kept();

    private Path starts(String slug) {
        return folder.resolve(slug + ".starts");
    }

    private long started(String slug) throws IOException {
        return Files.exists(starts(slug)) ? Files.size(starts(slug)) : 0;
    }

    /** A fixture behind a shell that notes its start and is then replaced by it. */
    private ToolServerConfig counted(String slug, String mode) {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh", "-c", "printf x >>\"$0\"; exec \"$@\"", starts(slug).toString()));
        command.addAll(StdioFixture.command(mode));
        return HubWorld.stdio(slug, command);
    }

    private static int processes(HubWorld world) {
        return world.hub().servers().stream()
                .mapToInt(server -> server.condition().processes())
                .sum();
    }

    private static List<RawJson> tools(Caller caller) throws Exception {
        return caller.modern("tools/list", "").result().member("tools").elements();
    }

    private static String echo(Caller caller, String slug) throws Exception {
        return caller.modern("tools/call", "\"name\":\"" + slug + "__echo\",\"arguments\":{\"text\":\"here\"}")
                .text();
    }

    @Test
    void aServerIsStartedOnceToBeKnownAndThenOnlyByCalls() throws Exception {
        ToolServerConfig[] all = IntStream.range(0, 6)
                .mapToObj(i -> counted("s" + i, i % 2 == 0 ? "legacy" : "modern"))
                .toArray(ToolServerConfig[]::new);
        int listed;
        try (HubWorld world = HubWorld.with(kept, all)) {
            await().until(() -> processes(world) == 0);
            listed = tools(world.caller("alice")).size();
            assertTrue(listed > all.length, "they were all asked");
            for (ToolServerConfig one : all) {
                assertEquals(1, started(one.slug()), one.slug());
            }
        }
        try (HubWorld world = HubWorld.with(kept, all)) {
            Caller alice = world.caller("alice");
            assertEquals(listed, tools(alice).size());
            assertTrue(alice.modern("prompts/list", "")
                            .result()
                            .member("prompts")
                            .elements()
                            .size()
                    >= all.length);
            assertTrue(alice.modern("resources/list", "")
                            .result()
                            .member("resources")
                            .elements()
                            .size()
                    >= all.length);
            assertEquals(
                    -32602,
                    alice.modern("tools/call", "\"name\":\"s4__no-such\",\"arguments\":{}")
                            .error()
                            .code());
            assertTrue(world.hub().servers().stream().allMatch(server -> server.state() == ServerStatus.State.ASLEEP));
            assertEquals("here", echo(alice, "s3"));
            for (ToolServerConfig one : all) {
                assertEquals(one.slug().equals("s3") ? 2 : 1, started(one.slug()), one.slug());
            }
            assertEquals(1, processes(world));
            assertEquals(ServerStatus.State.UP, world.hub().servers().get(3).state());
        }
    }

    @Test
    void anEagerServerIsStartedByEachStart() throws Exception {
        ToolServerConfig eager = HubWorld.eager(counted("eager", "modern"));
        for (int start = 1; start <= 2; start++) {
            try (HubWorld world = HubWorld.with(kept, eager)) {
                assertEquals(1, processes(world));
                assertEquals(start, started("eager"));
            }
        }
    }

    @Test
    void aServerThatIsConfiguredOtherwiseIsAskedAnew() throws Exception {
        ToolServerConfig server = counted("notes", "modern");
        HubWorld.with(kept, HubWorld.under(DefinitionPolicy.BLOCK, server)).close();
        try (HubWorld world = HubWorld.with(kept, server)) {
            assertEquals(2, started("notes"));
            assertFalse(tools(world.caller("alice")).isEmpty(), "what it may do follows the configuration");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"legacy", "modern"})
    void whatAServerBecameWhileItSleptIsFoundOutBeforeItIsCalled(String mode) throws Exception {
        Path changed = folder.resolve("changed");
        ToolServerConfig server = HubWorld.under(
                DefinitionPolicy.BLOCK,
                HubWorld.stdio(
                        "notes", StdioFixture.command(mode), java.util.Map.of("FIXTURE_CHANGED", changed.toString())));
        try (HubWorld world = HubWorld.with(kept, server)) {
            DefinitionDesk desk = world.hub().definitions();
            desk.decide(
                    desk.find("notes__echo").orElseThrow().definition(),
                    Definitions.Choice.ACCEPT,
                    "maria",
                    "api",
                    null);
            assertEquals("here", echo(world.caller("alice"), "notes"));
        }
        Files.createFile(changed);
        try (HubWorld world = HubWorld.with(kept, server)) {
            Caller alice = world.caller("alice");
            assertEquals(1, tools(alice).size(), "it is listed as it was accepted");
            Caller.Heard refused =
                    alice.modern("tools/call", "\"name\":\"notes__echo\",\"arguments\":{\"text\":\"here\"}");
            assertEquals("\"definition_changed\"", refused.meta("dev.portreeve/reason"));
        }
    }

    @Test
    void aServerThatAnnouncesItsToolsAfterEachGreetingIsNotStartedAgainForThat() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "printf x >>\"$0\"; exec \"$@\"",
                starts("chatty").toString()));
        command.addAll(StdioFixture.command("legacy"));
        ToolServerConfig chatty = HubWorld.stdio("chatty", command, java.util.Map.of("FIXTURE_ANNOUNCES", "yes"));
        try (HubWorld world = HubWorld.with(kept, chatty)) {
            Caller alice = world.caller("alice");
            for (int i = 0; i < 5; i++) {
                assertEquals("here", echo(alice, "chatty"));
            }
            // To be known, to be asked before the first call, and for the caller.
            assertEquals(3, started("chatty"));
        }
    }

    @Test
    void aServerThatIsGoneFailsItsCallsWithItsOwnReason() throws Exception {
        Path script = Files.writeString(folder.resolve("server.sh"), "exec \"$@\"");
        List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
        command.addAll(StdioFixture.command("modern"));
        ToolServerConfig server = HubWorld.stdio("notes", command, Duration.ofHours(1));
        HubWorld.with(kept, server).close();
        Files.delete(script);
        try (HubWorld world = HubWorld.with(kept, server)) {
            Caller alice = world.caller("alice");
            assertFalse(tools(alice).isEmpty());
            assertEquals(
                    ServerStatus.State.ASLEEP, world.hub().servers().getFirst().state());
            Caller.Heard dead = alice.modern("tools/call", "\"name\":\"notes__echo\",\"arguments\":{}");
            assertTrue(dead.result().member("isError").isTrue(), dead.result().toString());
            await().until(() -> world.hub().servers().getFirst().state() == ServerStatus.State.DOWN);
            assertFalse(tools(alice).isEmpty(), "and they stay listed");
        }
    }
}
