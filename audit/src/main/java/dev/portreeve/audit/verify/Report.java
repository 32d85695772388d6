package dev.portreeve.audit.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A verification in words, and as JSON for programs: the same from the command line and from the stand-alone verifier. */
public final class Report {
    private Report() {}

    /** How a line is meant. */
    public enum Tone {
        PLAIN,
        QUIET,
        GOOD,
        BAD
    }

    /** One line, without its end. Names and texts of strangers in it are made harmless. */
    public record Line(Tone tone, String text) {}

    /** For a person. */
    public static List<Line> lines(Checked checked) {
        List<Line> lines = new ArrayList<>();
        Verification found = checked.verification();
        for (Verification.Tree tree : found.trees()) {
            add(
                    lines,
                    Tone.PLAIN,
                    tree.tenant() + ": " + Plain.count(tree.records(), "record", "records") + " checked"
                            + (tree.first() > 0 ? " from index " + tree.first() + " on" : "") + ", " + tree.signed()
                            + " signed, " + Plain.count(tree.checkpoints(), "checkpoint", "checkpoints"));
        }
        for (Finding finding : found.findings()) {
            if (finding.kind() == Finding.Kind.ANCHORED || finding.kind() == Finding.Kind.CLAIMED) {
                // The assurance says it.
                continue;
            }
            add(lines, finding.isTampering() ? Tone.BAD : Tone.QUIET, finding.toString());
        }
        for (Gap gap : found.gaps()) {
            add(lines, Tone.QUIET, "the records say: " + gap);
        }
        switch (found) {
            case Verification.Intact ignored ->
                add(lines, Tone.GOOD, "INTACT: everything that is signed is there, unaltered");
            case Verification.Tampered ignored -> add(lines, Tone.BAD, "TAMPERED: the records are not what was signed");
            case Verification.Incomplete ignored -> add(lines, Tone.BAD, "INCOMPLETE: not everything could be checked");
        }
        add(
                lines,
                Tone.PLAIN,
                "assurance: " + checked.assurance().level().name().toLowerCase(Locale.ROOT));
        checked.assurance().proved().forEach(line -> add(lines, Tone.PLAIN, "  proved: " + line));
        checked.assurance().unproved().forEach(line -> add(lines, Tone.QUIET, "  not proved: " + line));
        if (checked.key() != null) {
            add(lines, Tone.QUIET, "key " + checked.key());
        }
        return lines;
    }

    private static void add(List<Line> lines, Tone tone, String text) {
        lines.add(new Line(tone, Plain.line(text)));
    }

    /** For a program. */
    public static String json(Checked checked) {
        Verification found = checked.verification();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("verdict", found.verdict());
        json.put("exit_code", checked.exitCode());
        put(json, "key", checked.key());
        Map<String, Object> assurance = new LinkedHashMap<>();
        assurance.put("level", checked.assurance().level().name().toLowerCase(Locale.ROOT));
        assurance.put("proved", checked.assurance().proved());
        assurance.put("unproved", checked.assurance().unproved());
        json.put("assurance", assurance);
        json.put("trees", found.trees().stream().map(Report::tree).toList());
        json.put("findings", found.findings().stream().map(Report::finding).toList());
        json.put("gaps", found.gaps().stream().map(Report::gap).toList());
        return Json.write(json);
    }

    private static void put(Map<String, Object> json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value instanceof Long number ? number : value.toString());
        }
    }

    private static Map<String, Object> tree(Verification.Tree tree) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("tenant", tree.tenant());
        json.put("first", tree.first());
        json.put("records", tree.records());
        json.put("signed", tree.signed());
        json.put("checkpoints", tree.checkpoints());
        return json;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", finding.kind().name());
        json.put("tampering", finding.isTampering());
        json.put("tenant", finding.tenant());
        put(json, "index", finding.index());
        put(json, "recordId", finding.recordId());
        json.put("detail", finding.detail());
        return json;
    }

    private static Map<String, Object> gap(Gap gap) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", gap.kind().name().toLowerCase(Locale.ROOT));
        json.put("tenant", gap.tenant());
        json.put("count", gap.count());
        put(json, "index", gap.index());
        put(json, "recordId", gap.recordId());
        json.put("detail", gap.detail());
        return json;
    }
}
