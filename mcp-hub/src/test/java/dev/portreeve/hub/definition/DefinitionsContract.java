package dev.portreeve.hub.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.wire.RawJson;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What definitions do, whatever they are kept in. */
abstract class DefinitionsContract {
    private Definitions definitions;
    private Instant now = Instant.parse("2026-11-21T08:00:00Z");
    final InstantSource clock = () -> {
        now = now.plusSeconds(1);
        return now;
    };

    /** Definitions over what is stored, as a replica or the next start would have them. */
    abstract Definitions open();

    /** The kinds and leaves of the records so far. */
    abstract List<String> leaves();

    abstract void close();

    @BeforeEach
    void start() {
        definitions = open();
    }

    @AfterEach
    void stop() {
        close();
    }

    static Definition tool(String name, String description) {
        return DefinitionReader.tools(List.of(RawJson.of("{\"name\":\"" + name + "\",\"description\":\"" + description
                        + "\",\"inputSchema\":{\"type\":\"object\"}}")))
                .definitions()
                .getFirst();
    }

    private List<StoredDefinition> list(DefinitionPolicy policy, Definition... offered) {
        return definitions.listed("files", DefinitionKind.TOOL, Arrays.asList(offered), policy);
    }

    /** Description to verdict, with a minus where it is no longer offered. */
    private static Map<String, String> state(Definitions of) {
        Map<String, String> state = new TreeMap<>();
        of.of("files")
                .forEach(row -> state.put(
                        row.name() + ":"
                                + row.definition()
                                        .body()
                                        .member("description")
                                        .asString()
                                        .orElseThrow(),
                        (row.offered() ? "" : "-") + row.verdict().code()));
        return state;
    }

    private StoredDefinition row(String name, String description) {
        return definitions
                .find("files", DefinitionKind.TOOL, tool(name, description).hash())
                .orElseThrow();
    }

    private Decided decide(StoredDefinition row, Definitions.Choice choice) {
        return definitions.decide(row, choice, "maria", "api", "looked at it");
    }

    @Test
    void underBlockWhatIsNewOrChangedWaits() {
        assertEquals(1, list(DefinitionPolicy.BLOCK, tool("read", "v1")).size(), "told once");
        assertEquals(0, list(DefinitionPolicy.BLOCK, tool("read", "v1")).size(), "not again");
        assertEquals(Map.of("read:v1", "quarantined"), state(definitions));
        assertInstanceOf(Decided.Done.class, decide(row("read", "v1"), Definitions.Choice.ACCEPT));
        assertEquals(1, list(DefinitionPolicy.BLOCK, tool("read", "v2")).size());
        assertEquals(Map.of("read:v1", "-accepted", "read:v2", "quarantined"), state(definitions));
        assertEquals(
                "v1",
                definitions
                        .previous(row("read", "v2"))
                        .orElseThrow()
                        .definition()
                        .body()
                        .member("description")
                        .asString()
                        .orElseThrow());
        assertInstanceOf(Decided.Done.class, decide(row("read", "v2"), Definitions.Choice.ACCEPT));
        assertEquals(Map.of("read:v1", "-superseded", "read:v2", "accepted"), state(definitions));
        list(DefinitionPolicy.BLOCK, tool("read", "v1"));
        assertEquals("quarantined", state(definitions).get("read:v1"), "going back is a change, too");
    }

    @Test
    void underWarnItIsUsedUntilSomebodySaysNo() {
        assertEquals(1, list(DefinitionPolicy.WARN, tool("read", "v1")).size());
        assertEquals(Map.of("read:v1", "unreviewed"), state(definitions));
        decide(row("read", "v1"), Definitions.Choice.ACCEPT);
        assertEquals(1, list(DefinitionPolicy.WARN, tool("read", "v2")).size());
        assertEquals(Map.of("read:v1", "-superseded", "read:v2", "unreviewed"), state(definitions));
        decide(row("read", "v2"), Definitions.Choice.REJECT);
        list(DefinitionPolicy.WARN, tool("read", "v2"));
        assertEquals("rejected", state(definitions).get("read:v2"), "a no lasts");
    }

    @Test
    void underTrustItIsUsedAndRecorded() {
        assertEquals(
                0,
                list(DefinitionPolicy.TRUST, tool("read", "v1"), tool("write", "v1"))
                        .size());
        assertEquals(Map.of("read:v1", "accepted", "write:v1", "accepted"), state(definitions));
        assertEquals(1, leaves().size(), "one record for the list");
        String leaf = leaves().getFirst();
        assertTrue(leaf.contains("\"kind\":\"definition.accepted\""), leaf);
        assertTrue(leaf.contains("\"policy\":\"trust\"") && leaf.contains("\"name\":\"write\""), leaf);
        assertTrue(leaf.contains(tool("read", "v1").hash()), leaf);
    }

    @Test
    void aTighterPolicyTakesBackWhatNobodyLookedAt() {
        list(DefinitionPolicy.WARN, tool("read", "v1"), tool("write", "v1"));
        decide(row("write", "v1"), Definitions.Choice.ACCEPT);
        list(DefinitionPolicy.BLOCK, tool("read", "v1"), tool("write", "v1"));
        assertEquals(Map.of("read:v1", "quarantined", "write:v1", "accepted"), state(definitions));
        list(DefinitionPolicy.TRUST, tool("read", "v1"), tool("write", "v1"));
        assertEquals(Map.of("read:v1", "accepted", "write:v1", "accepted"), state(definitions));
    }

    @Test
    void aToolLeavesWhenTheServerSaysSoAndComesBackAsItWas() {
        list(DefinitionPolicy.BLOCK, tool("read", "v1"), tool("write", "v1"));
        decide(row("read", "v1"), Definitions.Choice.ACCEPT);
        list(DefinitionPolicy.BLOCK);
        assertEquals(Map.of("read:v1", "-accepted"), state(definitions), "what waited and is gone is forgotten");
        assertTrue(leaves().getLast().contains("definition.withdrawn"), leaves().getLast());
        list(DefinitionPolicy.BLOCK, tool("read", "v1"));
        assertEquals(Map.of("read:v1", "accepted"), state(definitions));
        list(DefinitionPolicy.BLOCK);
        list(DefinitionPolicy.BLOCK, tool("read", "v2"));
        assertEquals("quarantined", state(definitions).get("read:v2"), "leaving in between does not launder a change");
    }

    @Test
    void aDecisionIsAboutWhatWasSeen() {
        list(DefinitionPolicy.BLOCK, tool("read", "v1"));
        StoredDefinition seen = row("read", "v1");
        list(DefinitionPolicy.BLOCK, tool("read", "v2"));
        int records = leaves().size();
        assertInstanceOf(Decided.NotOffered.class, decide(seen, Definitions.Choice.ACCEPT));
        assertEquals(records, leaves().size(), "nothing happened, nothing is recorded");
        assertEquals(Map.of("read:v2", "quarantined"), state(definitions));
    }

    @Test
    void eachDecisionIsOneRecordThatSaysWhoAndWhat() {
        list(DefinitionPolicy.BLOCK, tool("read", "v1"));
        decide(row("read", "v1"), Definitions.Choice.ACCEPT);
        list(DefinitionPolicy.BLOCK, tool("read", "v2 says SECRET-WORDS"));
        int before = leaves().size();
        assertInstanceOf(Decided.Done.class, decide(row("read", "v2 says SECRET-WORDS"), Definitions.Choice.ACCEPT));
        assertInstanceOf(Decided.Already.class, decide(row("read", "v2 says SECRET-WORDS"), Definitions.Choice.ACCEPT));
        assertEquals(before + 1, leaves().size());
        String leaf = leaves().getLast();
        assertTrue(leaf.contains("\"actor\":\"maria\"") && leaf.contains("\"reason\":\"looked at it\""), leaf);
        assertTrue(leaf.contains("\"previous\":\"" + tool("read", "v1").hash()), leaf);
        assertTrue(leaf.contains("\"changed\":[\"/description\"]"), leaf);
        assertFalse(leaf.contains("SECRET-WORDS"), "where, not what");
        decide(row("read", "v2 says SECRET-WORDS"), Definitions.Choice.REJECT);
        assertTrue(leaves().getLast().contains("definition.rejected"), leaves().getLast());
    }

    @Test
    void aRestartAndAReplicaSeeTheSame() {
        Definitions replica = open();
        list(DefinitionPolicy.WARN, tool("read", "v1"));
        assertEquals(Map.of(), state(replica));
        assertTrue(replica.refresh());
        assertFalse(replica.refresh(), "nothing new");
        assertEquals(state(definitions), state(replica));
        assertEquals(state(definitions), state(open()));
        assertEquals(
                0,
                replica.listed("files", DefinitionKind.TOOL, List.of(tool("read", "v1")), DefinitionPolicy.WARN)
                        .size());
        assertEquals(1, leaves().size(), "the same list in another replica is nothing new");
    }

    private static Definition other(DefinitionKind kind, String body) {
        DefinitionReader.Listed read = DefinitionReader.read(kind, List.of(RawJson.of(body)));
        assertEquals(List.of(), read.dropped());
        return read.definitions().getFirst();
    }

    private Map<DefinitionKind, String> kinds(Definitions of) {
        Map<DefinitionKind, String> kinds = new TreeMap<>();
        of.of("files").forEach(row -> kinds.put(row.kind(), row.verdict().code()));
        return kinds;
    }

    @Test
    void oneKindsListSaysNothingOfTheOthers() {
        String long1 = "file:///" + "a".repeat(1990);
        Definition prompt = other(DefinitionKind.PROMPT, "{\"name\":\"read\"}");
        Definition resource = other(DefinitionKind.RESOURCE, "{\"uri\":\"" + long1 + "\",\"name\":\"a\"}");
        Definition template = other(DefinitionKind.TEMPLATE, "{\"uriTemplate\":\"file:///{a}\",\"name\":\"f\"}");
        Definition words =
                DefinitionReader.instructions("be kind").definitions().getFirst();
        list(DefinitionPolicy.BLOCK, tool("read", "v1"));
        for (Definition one : List.of(prompt, resource, template, words)) {
            assertEquals(
                    1,
                    definitions
                            .listed("files", one.kind(), List.of(one), DefinitionPolicy.BLOCK)
                            .size(),
                    one.kind().code());
        }
        assertTrue(leaves().getLast().contains("\"definition_kind\":\"instructions\""), leaves().getLast());
        decide(
                definitions.find("files", DefinitionKind.PROMPT, prompt.hash()).orElseThrow(),
                Definitions.Choice.ACCEPT);
        decide(
                definitions
                        .find("files", DefinitionKind.INSTRUCTIONS, words.hash())
                        .orElseThrow(),
                Definitions.Choice.ACCEPT);
        list(DefinitionPolicy.BLOCK);
        Map<DefinitionKind, String> expected = Map.of(
                DefinitionKind.PROMPT, "accepted",
                DefinitionKind.RESOURCE, "quarantined",
                DefinitionKind.TEMPLATE, "quarantined",
                DefinitionKind.INSTRUCTIONS, "accepted");
        assertEquals(expected, kinds(definitions), "the tool is gone, and it alone");
        assertEquals(expected, kinds(open()));
        Definition changed =
                DefinitionReader.instructions("be cruel").definitions().getFirst();
        definitions.listed("files", DefinitionKind.INSTRUCTIONS, List.of(changed), DefinitionPolicy.BLOCK);
        assertEquals(
                words,
                definitions
                        .previous(definitions
                                .find("files", DefinitionKind.INSTRUCTIONS, changed.hash())
                                .orElseThrow())
                        .orElseThrow()
                        .definition());
    }

    @Test
    void aResourceThatGrowsIsNoOther() {
        String entry = "{\"uri\":\"file:///a\",\"name\":\"a\",\"size\":%d,\"annotations\":{\"audience\":[\"%s\"],"
                + "\"lastModified\":\"2026-11-21T08:00:%02dZ\"}}";
        Definition small = other(DefinitionKind.RESOURCE, entry.formatted(1, "user", 1));
        assertEquals(
                small.hash(),
                other(DefinitionKind.RESOURCE, entry.formatted(2, "user", 2)).hash());
        assertNotEquals(
                small.hash(),
                other(DefinitionKind.RESOURCE, entry.formatted(1, "assistant", 1))
                        .hash());
    }

    @Test
    void anAddressThatNoIndexHoldsIsNotOffered() {
        DefinitionReader.Listed read = DefinitionReader.read(
                DefinitionKind.RESOURCE,
                List.of(
                        RawJson.of("{\"uri\":\"file:///" + "a".repeat(2000) + "\"}"),
                        RawJson.of("{\"uri\":\"file:///a\\u200bb\"}"),
                        RawJson.of("{\"uri\":\"file:///a\",\"uri\":\"file:///b\"}"),
                        RawJson.of("{\"name\":\"no address\"}")));
        assertEquals(List.of(), read.definitions());
        assertEquals(4, read.dropped().size());
        assertTrue(
                read.dropped().getFirst().startsWith("resource 1: its address"),
                read.dropped().getFirst());
    }

    @Test
    void aServerThatKeepsChangingFillsNothing() {
        for (int i = 0; i < 30; i++) {
            list(DefinitionPolicy.BLOCK, tool("read", "v" + i), tool("t" + i, "v"));
        }
        assertEquals(2, definitions.of("files").size());
    }
}
