package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.approval.ArgumentView.Entry;
import dev.portreeve.policy.approval.ArgumentView.Kind;
import dev.portreeve.policy.approval.ArgumentView.Piece;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Calls;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArgumentViewTest {
    private static List<Entry> entries(String json) {
        return ArgumentView.of(Calls.arguments(json)).entries();
    }

    private static String text(List<Piece> pieces) {
        return pieces.stream()
                .map(piece -> piece.chip() ? "<" + piece.text() + ">" : piece.text())
                .collect(Collectors.joining());
    }

    private static String shown(String value) {
        return text(entries("{\"v\":" + value + "}").getFirst().value());
    }

    @Test
    void showsPlacesAndTypedValuesInCanonicalOrder() {
        List<Entry> entries = entries("{\"z\":[1.50,{}],\"a\":{\"b\":true,\"c\":null,\"d/e\":\"1\"},\"l\":[]}");
        assertEquals(
                List.of(
                        "/a/b BOOLEAN true",
                        "/a/c NULL null",
                        "/a/d~1e STRING 1",
                        "/l EMPTY_ARRAY []",
                        "/z/0 NUMBER 1.5",
                        "/z/1 EMPTY_OBJECT {}"),
                entries.stream()
                        .map(e -> text(e.path()) + " " + e.kind() + " " + text(e.value()))
                        .toList());
        assertEquals(Kind.EMPTY_OBJECT, entries("{}").getFirst().kind());
    }

    @Test
    void makesChipsOfWhatIsNotSeen() {
        assertEquals("invoice<\\u{202e}>fdp.exe", shown("\"invoice\\u202efdp.exe\""));
        assertEquals("a<\\u{200b}>b<\\u{feff}>c<\\u{2066}>", shown("\"a\\u200bb\\ufeffc\\u2066\""));
        assertEquals("x<\\u{a}><\\u{0}><\\u{1b}>[31m", shown("\"x\\n\\u0000\\u001b[31m\""));
        assertEquals("<\\u{e0041}><\\u{e0042}>", shown("\"\\udb40\\udc41\\udb40\\udc42\""));
        assertEquals("a<\\u{a0}>b<\\u{2028}>c<\\u{3164}>d<\\u{fe0f}>", shown("\"a\\u00a0b\\u2028c\\u3164d\\ufe0f\""));
        assertEquals("Größe 日本語 عربي 😀", shown("\"Größe 日本語 عربي 😀\""));
    }

    @Test
    void countsSpacesThatNobodyCanCount() {
        assertEquals("as every month<\\u{20}>", shown("\"as every month \""));
        assertEquals("<\\u{20}×2>a b<\\u{20}×5>c<\\u{a}><\\u{20}×4>d", shown("\"  a b     c\\n    d\""));
        assertEquals("<\\u{20}>", shown("\" \""));
    }

    @Test
    void drawsNothingOverOtherLines() {
        assertEquals("Việt हिन्दी", shown("\"Việt हिन्दी\""));
        assertEquals("Z\u0301\u0302\u0303<\\u{304}><\\u{305}>x", shown("\"Z\u0301\u0302\u0303\u0304\u0305x\""));
        assertEquals("<\\u{301}>a", shown("\"\u0301a\""), "not over what stands before the value");
        assertEquals("1<\\u{338}>0<\\u{20dd}>", shown("\"1\u03380\u20dd\""));
    }

    @Test
    void saysThatSomethingIsLeftOutOfALongPlaceToo() {
        String path =
                text(entries("{\"" + "k".repeat(1000) + "\":1}").getFirst().path());
        assertTrue(path.contains("<… 641 characters left out …>"), path);
    }

    @Test
    void aChipCannotBeForged() {
        List<Piece> pieces = entries("{\"v\":\"\\\\u{202e}\"}").getFirst().value();
        assertEquals(List.of(new Piece("\\u{202e}", false)), pieces);
    }

    @Test
    void keepsMarkupAsText() {
        String markdown = "![x](https://evil.example/?q=1) <img src=x onerror=alert(1)>";
        assertEquals(markdown, shown("\"" + markdown + "\""));
    }

    @Test
    void showsBothEndsOfALongValue() {
        String padding = " ".repeat(500_000);
        Entry entry = entries("{\"v\":\"start" + padding + "rm -rf /\"}").getFirst();
        String shown = text(entry.value());
        assertTrue(shown.startsWith("start"), shown);
        assertTrue(shown.endsWith("rm -rf /"), shown);
        assertTrue(shown.contains("<… 499653 characters left out …>"), shown);
        assertEquals(500_013, entry.length());
        assertEquals(64, String.valueOf(entry.sha256()).length());
        assertNull(entries("{\"v\":\"short\"}").getFirst().sha256());
    }

    @Test
    void hasAllOfALongValueIfAskedTo() {
        String json = "{\"v\":\"" + "a".repeat(300) + "\u202E" + "b".repeat(300) + "\",\"w\":1}";
        Arguments arguments = Calls.arguments(json);
        Entry whole = ArgumentView.whole(arguments).entries().getFirst();
        assertEquals("a".repeat(300) + "<\\u{202e}>" + "b".repeat(300), text(whole.whole()));
        Entry ends = ArgumentView.of(arguments).entries().getFirst();
        assertEquals(ends.value(), whole.value());
        assertEquals(List.of(), ends.whole());
        assertEquals(
                List.of(), ArgumentView.whole(arguments).entries().getLast().whole());
    }

    @Test
    void cutsNoCharacterInHalf() {
        for (int shift = 0; shift < 2; shift++) {
            String value = "x".repeat(shift) + "😀".repeat(400);
            String shown = text(entries("{\"v\":\"" + value + "\"}").getFirst().value());
            assertFalse(shown.contains("\\u{d"), shown);
        }
    }

    @Test
    void warnsOfMixedAlphabets() {
        assertTrue(entries("{\"v\":\"p\\u0430ypal.com\"}").getFirst().mixedScripts());
        assertTrue(entries("{\"p\\u0430th\":1}").getFirst().mixedScripts());
        assertFalse(entries("{\"v\":\"Москва and Paris\"}").getFirst().mixedScripts());
        assertFalse(entries("{\"v\":\"日本 Tokyo\"}").getFirst().mixedScripts());
    }

    @Test
    void boundsTheTable() {
        String items = IntStream.range(0, 700).mapToObj(String::valueOf).collect(Collectors.joining(","));
        ArgumentView view = ArgumentView.of(Calls.arguments("{\"l\":[" + items + "]}"));
        assertEquals(ArgumentView.MAX_ENTRIES, view.entries().size());
        assertEquals(200, view.leftOut());
        assertEquals(Calls.arguments("{\"l\":[" + items + "]}").digest(), view.digest());
    }
}
