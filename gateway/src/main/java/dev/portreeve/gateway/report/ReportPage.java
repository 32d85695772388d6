package dev.portreeve.gateway.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A document before it has a form: what {@link HtmlReport} and {@link MarkdownReport} write. Its texts are plain; whoever writes them escapes
 * them. For one thread.
 */
final class ReportPage {
    /** Part of a page. */
    sealed interface Block {}

    /**
     * A heading.
     *
     * @param id where links lead; empty for nowhere
     */
    record Heading(String id, String text) implements Block {}

    record Text(String text) implements Block {}

    /** Lines of a list. */
    record Items(List<String> lines) implements Block {}

    /** Numbers that are read first. */
    record Tiles(List<Tile> tiles) implements Block {}

    /** One of them. */
    record Tile(String number, String label) {}

    /**
     * A table.
     *
     * @param numbers which columns are numbers, by their place
     */
    record Table(List<String> heads, List<Integer> numbers, List<List<String>> rows) implements Block {}

    /** What must not be overlooked. */
    record Notice(boolean good, String text) implements Block {}

    /** An article or a control with what supports it. */
    record Control(
            String control,
            String title,
            String evidence,
            String support,
            String figures,
            String section,
            String limits)
            implements Block {}

    /** Text in which each character stands for itself, such as keys and signed notes. */
    record Verbatim(String text) implements Block {}

    final String title;
    final String subtitle;
    final List<Block> blocks = new ArrayList<>();

    ReportPage(String title, String subtitle) {
        this.title = title;
        this.subtitle = subtitle;
    }

    void heading(String id, String text) {
        blocks.add(new Heading(id, text));
    }

    void text(String text) {
        blocks.add(new Text(text));
    }

    void add(Block block) {
        blocks.add(block);
    }

    /** A table, or a sentence where it would be empty. */
    void table(List<String> heads, List<Integer> numbers, List<List<String>> rows, String empty) {
        blocks.add(rows.isEmpty() ? new Text(empty) : new Table(heads, numbers, rows));
    }
}
