package dev.portreeve.gateway.report;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.Default;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Which records and figures support which article or control of which framework: data, in {@code control-map.yaml}, read by the same strict
 * reader as the configuration. Immutable.
 *
 * @param version of the map; it grows whenever what a row says changes
 * @param date when it was last compared with the frameworks' texts
 */
public record ControlMap(int version, String date, List<Framework> frameworks) {
    private static final String FILE = "control-map.yaml";

    /**
     * A framework.
     *
     * @param id how a command names it
     * @param title in full
     * @param edition which text of it
     * @param about what it is to whoever runs a gateway, in a few sentences
     * @param dates when which of its parts apply, as facts
     * @param rows in its own order
     */
    public record Framework(
            String id,
            String title,
            String edition,
            String about,
            @Default("[]") List<Fact> dates,
            List<Row> rows) {
        public Framework {
            dates = List.copyOf(dates);
            rows = List.copyOf(rows);
        }
    }

    /** What is so from when on. */
    public record Fact(String what, String when) {}

    /**
     * An article or a control.
     *
     * @param id unique in its framework
     * @param control how the framework names it
     * @param title what it asks for, in a line
     * @param evidence what of the records supports it, in a sentence or two
     * @param records which records these are
     * @param figures which figures are counted of them, as JSON pointers (RFC 6901)
     * @param section the report's section that shows them
     * @param limits what of it a gateway cannot attest; empty for nothing in particular
     */
    public record Row(
            String id,
            String control,
            String title,
            String evidence,
            List<Query> records,
            List<String> figures,
            String section,
            @Default("\"\"") String limits) {
        public Row {
            records = List.copyOf(records);
            figures = List.copyOf(figures);
        }
    }

    /**
     * Records of one kind that have these members.
     *
     * @param members names; {@code subject.member} is a member of a member
     */
    public record Query(String kind, @Default("[]") List<String> members) {
        public Query {
            members = List.copyOf(members);
        }

        boolean fits(Entry entry) {
            return members.stream().allMatch(entry::has);
        }

        @Override
        public String toString() {
            return members.isEmpty() ? kind : kind + " (" + String.join(", ", members) + ")";
        }
    }

    public ControlMap {
        frameworks = List.copyOf(frameworks);
    }

    /** The one in the program. */
    public static ControlMap builtIn() {
        try (InputStream in = ControlMap.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the map of controls is not in the program");
            }
            return ConfigFile.parse(FILE, new String(in.readAllBytes(), StandardCharsets.UTF_8), ControlMap.class);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** A framework by its id. */
    public Optional<Framework> framework(String id) {
        return frameworks.stream().filter(each -> each.id().equals(id)).findFirst();
    }
}
