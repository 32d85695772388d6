package dev.portreeve.policy.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.FailureMode;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class GuardrailsTest {
    private final InMemoryJournal journal = new InMemoryJournal();
    private final String token = new Samples(4).checked("gh" + "p_");

    record Chunk(List<TextRun> text) implements Output<Chunk> {
        static Chunk of(String text) {
            return new Chunk(List.of(new TextRun("c", text)));
        }

        @Override
        public Chunk withText(List<TextRun> replaced) {
            return new Chunk(replaced);
        }
    }

    private static GuardrailConfig config(String id, Detector detector, Action action, Position... on) {
        return new GuardrailConfig(id, detector, Set.of(), Set.of(on), action, FailureMode.CLOSED);
    }

    private static Guardrails guardrails(GuardrailConfig... configs) {
        return Guardrails.of(List.of(configs));
    }

    private AuditTrail trail(GovernedCall call) {
        return new AuditLog(journal).open("acme", call.id().value(), new Facts());
    }

    private String lastLeaf() {
        return new String(journal.records().getLast().leaf(), StandardCharsets.UTF_8);
    }

    private static Denial denial(CallEnded ended) {
        return assertInstanceOf(CallOutcome.Denied.class, ended.outcome()).denial();
    }

    @Test
    void blocksInputAndNamesKindNotValue() {
        Guardrails guardrails = guardrails(config("no-keys", Detector.SECRETS, Action.BLOCK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast", new TextRun("m0", "my key is " + token));
        try (AuditTrail trail = trail(call)) {
            Denial denial = denial(assertThrows(CallEnded.class, () -> guardrails.screenInput(call, trail)));
            assertEquals(
                    new Denial(
                            Denial.Stage.INPUT_GUARDRAIL,
                            Denial.Reason.GUARDRAIL_BLOCKED,
                            "guardrail \"no-keys\" found a github-token in the input"),
                    denial);
        }
        assertTrue(
                lastLeaf()
                        .contains("\"guardrails\":[{\"action\":\"block\",\"count\":1,\"id\":\"no-keys\","
                                + "\"kind\":\"github-token\",\"on\":\"input\"}]"),
                lastLeaf());
        assertFalse(lastLeaf().contains(token));
    }

    @Test
    void masksInputRunByRun() throws CallEnded {
        Guardrails guardrails =
                guardrails(config("pii", Detector.PII, Action.MASK), config("secrets", Detector.SECRETS, Action.MASK));
        GovernedCall call = Calls.llm(
                Calls.BOT,
                "fast",
                new TextRun("m0", "nothing here"),
                new TextRun("m1", "joe@exam"),
                new TextRun("m1", "ple.com or eve@example.com"),
                new TextRun("m2", token));
        try (AuditTrail trail = trail(call)) {
            Content screened = guardrails.screenInput(call, trail);
            assertEquals(
                    List.of(
                            new TextRun("m0", "nothing here"),
                            new TextRun("m1", "[email]"),
                            new TextRun("m1", " or [email]"),
                            new TextRun("m2", "[secret]")),
                    screened.runs());
        }
        assertTrue(
                lastLeaf()
                        .contains(
                                "{\"action\":\"mask\",\"count\":2,\"id\":\"pii\",\"kind\":\"email\",\"on\":\"input\"}"),
                lastLeaf());
    }

    @Test
    void givesUnchangedInputBackAsItIs() throws CallEnded {
        Guardrails guardrails = guardrails(config("pii", Detector.PII, Action.MASK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast", new TextRun("m0", "hello"));
        try (AuditTrail trail = trail(call)) {
            assertSame(call.content(), guardrails.screenInput(call, trail));
        }
        assertFalse(lastLeaf().contains("guardrails"), lastLeaf());
    }

    @Test
    void listensOnlyAtItsPositions() throws CallEnded {
        Guardrails guardrails = guardrails(config("args", Detector.SECRETS, Action.BLOCK, Position.TOOL_ARGUMENTS));
        GovernedCall llm = Calls.llm(Calls.BOT, "fast", new TextRun("m0", token));
        GovernedCall tool = Calls.tool(Calls.BOT, Calls.WRITE, "{\"text\":\"" + token + "\"}");
        try (AuditTrail trail = trail(llm)) {
            assertSame(llm.content(), guardrails.screenInput(llm, trail));
            Denial denial = denial(assertThrows(CallEnded.class, () -> guardrails.screenInput(tool, trail)));
            assertEquals("guardrail \"args\" found a github-token in the tool's arguments", denial.detail());
            List<Chunk> released = new ArrayList<>();
            ScreenedOutput<Chunk> output = guardrails.screenOutput(tool, released::add, trail);
            Chunk chunk = Chunk.of(token);
            output.emit(chunk);
            assertSame(chunk, released.getFirst());
            output.finish();
        }
    }

    @Test
    void masksATokenCutInSevenInsideToolArguments() throws CallEnded {
        Guardrails guardrails = guardrails(config("secrets", Detector.SECRETS, Action.MASK));
        String json = "{\"body\":\"see\\n" + token + "\",\"x\":1}";
        GovernedCall call = Calls.llm(Calls.BOT, "fast");
        for (boolean genuine : new boolean[] {true, false}) {
            String sent = genuine ? json : json.replace(token.charAt(20), token.charAt(20) == '7' ? '8' : '7');
            List<Chunk> released = new ArrayList<>();
            try (AuditTrail trail = trail(call)) {
                ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
                int size = Math.ceilDiv(sent.length(), 7);
                for (int i = 0; i < sent.length(); i += size) {
                    output.emit(Chunk.of(sent.substring(i, Math.min(sent.length(), i + size))));
                }
                output.finish();
            }
            String received = released.stream()
                    .map(chunk -> chunk.text().getFirst().text())
                    .collect(Collectors.joining());
            assertEquals(genuine ? "{\"body\":\"see\\n[secret]\",\"x\":1}" : sent, received);
            assertEquals(7, released.size());
        }
    }

    @Test
    void aBlockedStreamReleasesNothingOfTheSecret() {
        Guardrails guardrails = guardrails(config("secrets", Detector.SECRETS, Action.BLOCK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast");
        StringBuilder received = new StringBuilder();
        try (AuditTrail trail = trail(call)) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(
                    call, chunk -> received.append(chunk.text().getFirst().text()), trail);
            CallEnded ended = assertThrows(CallEnded.class, () -> {
                for (char c : ("a key: " + token + " end").toCharArray()) {
                    output.emit(Chunk.of(String.valueOf(c)));
                }
            });
            assertEquals(Denial.Stage.OUTPUT_GUARDRAIL, denial(ended).stage());
        }
        assertEquals("a key: ", received.toString());
    }

    @Test
    void keepsOrderAndIdentityOfChunksWithoutText() throws CallEnded {
        Guardrails guardrails = guardrails(config("pii", Detector.PII, Action.MASK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast");
        List<Chunk> released = new ArrayList<>();
        List<Chunk> sent = List.of(
                new Chunk(List.of()),
                Chunk.of("wait"),
                new Chunk(List.of()),
                Chunk.of(" for it"),
                new Chunk(List.of()));
        try (AuditTrail trail = trail(call)) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
            output.emit(sent.get(0));
            assertEquals(1, released.size());
            for (Chunk chunk : sent.subList(1, sent.size())) {
                output.emit(chunk);
            }
            output.finish();
        }
        assertEquals(sent.size(), released.size());
        for (int i = 0; i < sent.size(); i++) {
            assertSame(sent.get(i), released.get(i));
        }
    }

    @Test
    void overlappingFindingsBecomeOneMask() throws CallEnded {
        Guardrails guardrails =
                guardrails(config("pii", Detector.PII, Action.MASK), config("secrets", Detector.SECRETS, Action.MASK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast", new TextRun("m", "x." + token + "@example.com, ok"));
        try (AuditTrail trail = trail(call)) {
            assertEquals(
                    "[email], ok",
                    guardrails.screenInput(call, trail).runs().getFirst().text());
        }
        assertTrue(lastLeaf().contains("github-token"), lastLeaf());
    }

    @Test
    void aBlockInsideAMaskStillBlocks() {
        Guardrails guardrails =
                guardrails(config("pii", Detector.PII, Action.MASK), config("secrets", Detector.SECRETS, Action.BLOCK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast", new TextRun("m", "x." + token + "@example.com, ok"));
        try (AuditTrail trail = trail(call)) {
            assertThrows(CallEnded.class, () -> guardrails.screenInput(call, trail));
        }
    }

    /** Fails on every text that says "boom". */
    private record Failing(GuardrailConfig config) implements Guardrail {
        @Override
        public String mask(String kind) {
            return "[x]";
        }

        @Override
        public Reading begin() {
            return (piece, last, found) -> {
                if (piece.contains("boom")) {
                    throw new IllegalStateException("cannot read \"" + piece + "\"");
                }
                return piece.length();
            };
        }
    }

    private static Guardrails failing(FailureMode mode) {
        GuardrailConfig config =
                new GuardrailConfig("f", Detector.PII, Set.of(), Set.of(Position.INPUT), Action.MASK, mode);
        return new Guardrails(List.of(new Failing(config)));
    }

    @Test
    void aFailureRefusesUnlessSetToPass() throws CallEnded {
        GovernedCall call = Calls.llm(Calls.BOT, "fast", new TextRun("m", "boom"));
        try (AuditTrail trail = trail(call)) {
            Denial denial = denial(assertThrows(
                    CallEnded.class, () -> failing(FailureMode.CLOSED).screenInput(call, trail)));
            assertEquals(Denial.Reason.GUARDRAIL_FAILED, denial.reason());
            assertFalse(denial.detail().contains("boom"));
        }
        try (AuditTrail trail = trail(call)) {
            assertSame(call.content(), failing(FailureMode.OPEN).screenInput(call, trail));
        }
        assertTrue(
                lastLeaf().contains("\"action\":\"pass\",\"count\":1,\"id\":\"f\",\"kind\":\"failure\""), lastLeaf());
    }

    @Test
    void anEndlessStreamBehindAnOpenMatchIsReleasedAtABound() throws CallEnded {
        Guardrails guardrails = guardrails(config("pii", Detector.PII, Action.MASK));
        GovernedCall call = Calls.llm(Calls.BOT, "fast");
        List<Chunk> released = new ArrayList<>();
        try (AuditTrail trail = trail(call)) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
            output.emit(new Chunk(List.of(new TextRun("content", "joe"))));
            for (int i = 0; i < 6000; i++) {
                output.emit(new Chunk(List.of(new TextRun("arguments", "1 , "))));
            }
            assertTrue(released.size() > 1900, () -> "released " + released.size());
            output.emit(new Chunk(List.of(new TextRun("content", " ann@example.com "))));
            output.finish();
        }
        assertEquals(6002, released.size());
        assertEquals("joe", released.getFirst().text().getFirst().text());
        assertEquals(" [email] ", released.getLast().text().getFirst().text());
    }

    @Test
    void twoGuardrailsNeedTwoIds() {
        GuardrailConfig config = config("same", Detector.PII, Action.MASK);
        assertThrows(IllegalArgumentException.class, () -> guardrails(config, config));
    }

    @Test
    void aRewrittenChunkIsAnother() throws CallEnded {
        Guardrails guardrails = guardrails(config("pii", Detector.PII, Action.MASK));
        GovernedCall call = Calls.tool(Calls.BOT, Calls.WRITE, "{}");
        List<Chunk> released = new ArrayList<>();
        Chunk chunk = Chunk.of("joe@example.com");
        try (AuditTrail trail = trail(call)) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
            output.emit(chunk);
            output.finish();
        }
        assertNotSame(chunk, released.getFirst());
        assertTrue(lastLeaf().contains("\"on\":\"tool-results\""), lastLeaf());
    }
}
