package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.ReportPage.Block;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a document as Markdown. What records say is escaped, so that it becomes neither markup nor a link. */
final class MarkdownReport {
    private static final String SPECIAL = "\\`*_{}[]#|~!";
    private final ReportPage page;
    private final StringBuilder out = new StringBuilder(64 * 1024);

    MarkdownReport(ReportPage page) {
        this.page = page;
    }

    String write() {
        out.append("# ")
                .append(text(page.title))
                .append("\n\n")
                .append(text(page.subtitle))
                .append("\n\n");
        page.blocks.forEach(this::block);
        return out.toString().stripTrailing() + "\n";
    }

    private void block(Block block) {
        switch (block) {
            case ReportPage.Heading heading ->
                out.append("## ").append(text(heading.text())).append("\n\n");
            case ReportPage.Text said -> out.append(text(said.text())).append("\n\n");
            case ReportPage.Items items -> {
                items.lines()
                        .forEach(line -> out.append("- ").append(text(line)).append('\n'));
                out.append('\n');
            }
            case ReportPage.Notice notice ->
                out.append("**").append(text(notice.text())).append("**\n\n");
            case ReportPage.Verbatim verbatim ->
                out.append("```text\n").append(verbatim.text().strip()).append("\n```\n\n");
            case ReportPage.Tiles tiles ->
                table(
                        List.of("What", "How many"),
                        List.of(1),
                        tiles.tiles().stream()
                                .map(tile -> List.of(tile.label(), tile.number()))
                                .toList());
            case ReportPage.Table table -> table(table.heads(), table.numbers(), table.rows());
            case ReportPage.Control control -> control(control);
        }
    }

    private void table(List<String> heads, List<Integer> numbers, List<List<String>> rows) {
        row(heads);
        out.append('|');
        for (int i = 0; i < heads.size(); i++) {
            out.append(numbers.contains(i) ? "---:|" : "---|");
        }
        out.append('\n');
        rows.forEach(this::row);
        out.append('\n');
    }

    private void row(List<String> cells) {
        out.append(cells.stream().map(MarkdownReport::text).collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    private void control(ReportPage.Control control) {
        out.append("### ")
                .append(text(control.control()))
                .append(": ")
                .append(text(control.title()))
                .append("\n\n");
        out.append(text(control.evidence())).append("\n\n");
        out.append("- Records: ").append(text(control.support())).append('\n');
        out.append("- Figures: ").append(text(control.figures())).append('\n');
        if (!control.limits().isEmpty()) {
            out.append("- Not shown: ").append(text(control.limits())).append('\n');
        }
        out.append('\n');
    }

    static String text(String plain) {
        StringBuilder safe = new StringBuilder(plain.length() + 16);
        plain.replace('\n', ' ').codePoints().forEach(c -> {
            switch (c) {
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '&' -> safe.append("&amp;");
                default -> {
                    if (SPECIAL.indexOf(c) >= 0) {
                        safe.append('\\');
                    }
                    Plain.append(safe, c);
                }
            }
        });
        return safe.toString();
    }
}
