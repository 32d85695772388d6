package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.ReportPage.Block;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes a document as one HTML file: no script, nothing from elsewhere, made to be printed. What records say becomes text, never markup. */
final class HtmlReport {
    private static final int NARROW = 3;
    private final ReportPage page;
    private final StringBuilder html = new StringBuilder(64 * 1024);

    HtmlReport(ReportPage page) {
        this.page = page;
    }

    String write() {
        html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append(
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
                .append("<title>")
                .append(text(page.title + ", " + page.subtitle))
                .append("</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<header><h1>")
                .append(text(page.title))
                .append("</h1><p class=\"subtitle\">")
                .append(text(page.subtitle))
                .append("</p></header>\n<main>\n");
        contents();
        page.blocks.forEach(this::block);
        html.append("</main>\n</body>\n</html>\n");
        return html.toString();
    }

    private static String style() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new IllegalStateException("the report's style is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void contents() {
        html.append("<nav><ol>");
        for (Block block : page.blocks) {
            if (block instanceof ReportPage.Heading heading) {
                html.append("<li><a href=\"#")
                        .append(text(heading.id()))
                        .append("\">")
                        .append(text(heading.text()))
                        .append("</a></li>");
            }
        }
        html.append("</ol></nav>\n");
    }

    private void block(Block block) {
        switch (block) {
            case ReportPage.Heading heading ->
                html.append("<h2 id=\"")
                        .append(text(heading.id()))
                        .append("\">")
                        .append(text(heading.text()))
                        .append("</h2>\n");
            case ReportPage.Text said ->
                html.append(said.text().endsWith(":") ? "<p class=\"before\">" : "<p>")
                        .append(text(said.text()))
                        .append("</p>\n");
            case ReportPage.Items items -> {
                html.append("<ul>");
                items.lines()
                        .forEach(line -> html.append("<li>").append(text(line)).append("</li>"));
                html.append("</ul>\n");
            }
            case ReportPage.Notice notice ->
                html.append("<p class=\"notice ")
                        .append(notice.good() ? "good" : "bad")
                        .append("\">")
                        .append(text(notice.text()))
                        .append("</p>\n");
            case ReportPage.Verbatim verbatim ->
                html.append("<pre>").append(text(verbatim.text().strip())).append("</pre>\n");
            case ReportPage.Tiles tiles -> tiles(tiles);
            case ReportPage.Table table -> table(table);
            case ReportPage.Control control -> control(control);
        }
    }

    private void tiles(ReportPage.Tiles tiles) {
        html.append("<dl class=\"tiles\">");
        tiles.tiles()
                .forEach(tile -> html.append("<div><dt>")
                        .append(text(tile.label()))
                        .append("</dt><dd>")
                        .append(text(tile.number()))
                        .append("</dd></div>"));
        html.append("</dl>\n");
    }

    private void table(ReportPage.Table table) {
        // A name and a number must be seen together.
        html.append(
                table.heads().size() <= NARROW && !table.numbers().isEmpty()
                        ? "<table class=\"narrow\"><thead>"
                        : "<table><thead>");
        row(table.heads(), table.numbers(), "th");
        html.append("</thead><tbody>");
        table.rows().forEach(cells -> row(cells, table.numbers(), "td"));
        html.append("</tbody></table>\n");
    }

    private void row(List<String> cells, List<Integer> numbers, String element) {
        html.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            html.append('<').append(element).append(numbers.contains(i) ? " class=\"number\">" : ">");
            html.append(text(cells.get(i))).append("</").append(element).append('>');
        }
        html.append("</tr>");
    }

    private void control(ReportPage.Control control) {
        html.append("<section class=\"control\"><h3><span>")
                .append(text(control.control()))
                .append("</span> ")
                .append(text(control.title()))
                .append("</h3><p>")
                .append(text(control.evidence()))
                .append("</p><dl><dt>Records</dt><dd>")
                .append(text(control.support()))
                .append("</dd><dt>Figures</dt><dd>")
                .append(text(control.figures()))
                .append(" (<a href=\"#")
                .append(text(control.section()))
                .append("\">")
                .append(text(control.section()))
                .append("</a>)</dd>");
        if (!control.limits().isEmpty()) {
            html.append("<dt>Not shown</dt><dd>").append(text(control.limits())).append("</dd>");
        }
        html.append("</dl></section>\n");
    }

    /** Text in which nothing is markup, and nothing turns the direction of what follows. */
    static String text(String plain) {
        StringBuilder safe = new StringBuilder(plain.length() + 16);
        plain.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> Plain.append(safe, c);
            }
        });
        return safe.toString();
    }
}
