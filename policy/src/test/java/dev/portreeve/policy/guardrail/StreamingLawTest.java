package dev.portreeve.policy.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.FailureMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Streamed output is the output of scanning the whole text, for every way to cut it. */
class StreamingLawTest {
    private static final int ROUNDS = 1_500;
    private final Guardrails guardrails = Guardrails.of(List.of(
            new GuardrailConfig("secrets", Detector.SECRETS, Set.of(), Set.of(), Action.MASK, FailureMode.CLOSED),
            new GuardrailConfig("pii", Detector.PII, Set.of(), Set.of(), Action.MASK, FailureMode.CLOSED)));
    private final InMemoryJournal journal = new InMemoryJournal();

    record Chunk(int number, List<TextRun> text) implements Output<Chunk> {
        @Override
        public Chunk withText(List<TextRun> replaced) {
            return new Chunk(number, replaced);
        }
    }

    private List<Chunk> screened(List<Chunk> chunks) throws CallEnded {
        List<Chunk> released = new ArrayList<>();
        LlmCall call = Calls.llm(Calls.BOT, "fast");
        try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
            for (Chunk chunk : chunks) {
                output.emit(chunk);
            }
            output.finish();
        }
        return released;
    }

    private static Map<String, String> texts(List<Chunk> chunks) {
        Map<String, StringBuilder> texts = new HashMap<>();
        for (Chunk chunk : chunks) {
            for (TextRun run : chunk.text()) {
                texts.computeIfAbsent(run.channel(), unused -> new StringBuilder())
                        .append(run.text());
            }
        }
        Map<String, String> joined = new HashMap<>();
        texts.forEach((channel, text) -> joined.put(channel, text.toString()));
        return joined;
    }

    @Test
    void everyCutGivesTheSameText() throws CallEnded {
        Random random = new Random(35);
        List<String> fragments = fragments();
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, String> texts = new HashMap<>();
            for (int channel = random.nextInt(3); channel >= 0; channel--) {
                texts.put("choice " + channel, text(random, fragments));
            }
            List<TextRun> whole = new ArrayList<>();
            texts.forEach((channel, text) -> whole.add(new TextRun(channel, text)));
            Map<String, String> expected = texts(screened(List.of(new Chunk(0, whole))));
            List<Chunk> cut = cut(random, texts);
            List<Chunk> released = screened(cut);
            assertEquals(expected, texts(released));
            assertEquals(
                    cut.stream().map(Chunk::number).toList(),
                    released.stream().map(Chunk::number).toList());
            for (int i = 0; i < cut.size(); i++) {
                if (cut.get(i).equals(released.get(i))) {
                    assertSame(cut.get(i), released.get(i));
                }
            }
        }
    }

    private static List<String> fragments() {
        Samples samples = new Samples(2);
        List<String> fragments = new ArrayList<>(List.of(
                " ",
                "\n",
                ".",
                "-",
                "@",
                "_",
                "\\n",
                "\\u00e9",
                "é",
                "😀",
                "the ",
                "gh",
                "sk-",
                "eyJ",
                "xox",
                "-----",
                "-----BEGIN ",
                "4111 ",
                "DE89",
                "1234567890",
                "AKI",
                "a",
                "joe",
                "\\",
                "\"",
                "/",
                "=",
                "prk_"));
        samples.secrets().values().forEach(fragments::addAll);
        Samples.personalData().values().forEach(fragments::addAll);
        fragments.addAll(samples.noSecrets());
        fragments.addAll(Samples.noPersonalData());
        return fragments;
    }

    private static String text(Random random, List<String> fragments) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(8); n >= 0; n--) {
            String fragment = fragments.get(random.nextInt(fragments.size()));
            // Broken fragments are the interesting ones: they keep a match open and then disappoint it.
            boolean broken = random.nextInt(4) == 0;
            text.append(broken ? fragment.substring(random.nextInt(fragment.length())) : fragment);
            text.append(random.nextBoolean() ? " " : "");
        }
        return text.toString();
    }

    private static List<Chunk> cut(Random random, Map<String, String> texts) {
        Map<String, Integer> done = new HashMap<>();
        List<String> channels = new ArrayList<>(texts.keySet());
        List<Chunk> chunks = new ArrayList<>();
        // Not shorter, or more chunks would wait than the bound allows.
        int longest = 2 + random.nextInt(40);
        while (!channels.isEmpty()) {
            List<TextRun> runs = new ArrayList<>();
            for (int n = random.nextInt(3); n > 0 && !channels.isEmpty(); n--) {
                String channel = channels.get(random.nextInt(channels.size()));
                String text = texts.getOrDefault(channel, "");
                int from = done.getOrDefault(channel, 0);
                int to = Math.min(text.length(), from + random.nextInt(longest + 1));
                runs.add(new TextRun(channel, text.substring(from, to)));
                done.put(channel, to);
                if (to == text.length()) {
                    channels.remove(channel);
                }
            }
            chunks.add(new Chunk(chunks.size(), runs));
        }
        return chunks;
    }

    @Test
    void noTextIsHeldLongerThanTheBound() throws CallEnded {
        Random random = new Random(512);
        List<String> fragments = fragments();
        LlmCall call = Calls.llm(Calls.BOT, "fast");
        for (int round = 0; round < 200; round++) {
            List<Chunk> released = new ArrayList<>();
            try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
                ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
                String text = text(random, fragments) + text(random, fragments) + text(random, fragments);
                for (int i = 0; i < text.length(); i++) {
                    output.emit(new Chunk(i, List.of(new TextRun("c", text.substring(i, i + 1)))));
                    int held = i + 1 - released.size();
                    assertTrue(held <= Guardrail.MAX_HOLD_BACK, () -> held + " held in " + text);
                }
            }
        }
    }

    @Test
    void plainProseWaitsForAWord() throws CallEnded {
        List<Chunk> released = new ArrayList<>();
        LlmCall call = Calls.llm(Calls.BOT, "fast");
        try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
            ScreenedOutput<Chunk> output = guardrails.screenOutput(call, released::add, trail);
            int number = 0;
            for (String token : List.of("The", " quick", " brown", " fox", ",", " the", " end", ".")) {
                output.emit(new Chunk(number++, List.of(new TextRun("c", token))));
                assertTrue(released.size() >= number - 2, token);
            }
        }
    }
}
