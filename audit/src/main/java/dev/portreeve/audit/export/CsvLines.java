package dev.portreeve.audit.export;

import java.util.List;

/**
 * RFC 4180 with line feeds. A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises: a
 * caller chooses some of these texts, and whoever opens the file is not to run them.
 */
final class CsvLines implements RecordLines {
    private static final String WHO = "*who";
    private static final String KEY = "*key";

    /** In the order of the columns: heading, and where in the record it is. */
    private static final List<String[]> COLUMNS = List.of(
            column("id", "id"),
            column("at", "at"),
            column("tenant", "tenant"),
            column("kind", "kind"),
            column("call", "call"),
            column("member", WHO),
            column("team", "subject.team"),
            column("key", KEY),
            column("type", "type"),
            column("operation", "operation"),
            column("resource", "resource"),
            column("provider", "provider"),
            column("upstream_model", "upstream_model"),
            column("server", "server"),
            column("decision", "decision"),
            column("outcome", "outcome"),
            column("reason", "reason"),
            column("held_usd", "held_usd"),
            column("cost_usd", "cost_usd"),
            column("input_tokens", "usage.input_tokens"),
            column("output_tokens", "usage.output_tokens"),
            column("duration_ms", "duration_ms"),
            column("ticket", "ticket"),
            column("approval", "approval"),
            column("trace_id", "trace_id"),
            column("client_request_id", "client_request_id"),
            column("policy_version", "policy_version"));

    private static final String FORMULA = "=+-@\t\r";

    private static String[] column(String heading, String path) {
        return new String[] {heading, path};
    }

    @Override
    public byte[] heading() {
        StringBuilder line = new StringBuilder("index");
        COLUMNS.forEach(column -> line.append(',').append(column[0]));
        return RecordLines.bytes(line.append(",record\n").toString());
    }

    @Override
    public byte[] line(byte[] leaf, long index) {
        RecordView record = RecordView.of(leaf, index);
        StringBuilder line = new StringBuilder().append(index);
        for (String[] column : COLUMNS) {
            line.append(',');
            cell(line, text(record, column[1]));
        }
        line.append(',');
        cell(line, record.json());
        return RecordLines.bytes(line.append('\n').toString());
    }

    private static String text(RecordView record, String path) {
        String text = switch (path) {
            case WHO -> record.who();
            case KEY -> record.key();
            default -> record.text(path);
        };
        return text == null ? "" : text;
    }

    private static void cell(StringBuilder line, String text) {
        String harmless = text;
        if (!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 && !isNumber(text)) {
            harmless = "'" + text;
        }
        boolean plain = harmless.chars().noneMatch(unit -> unit == ',' || unit == '"' || unit == '\n' || unit == '\r');
        if (plain) {
            line.append(harmless);
        } else {
            line.append('"')
                    .append(harmless.replace("\"", "\"\"").replace('\n', ' ').replace('\r', ' '))
                    .append('"');
        }
    }

    private static boolean isNumber(String text) {
        return text.matches("-?[0-9]+(\\.[0-9]+)?");
    }
}
