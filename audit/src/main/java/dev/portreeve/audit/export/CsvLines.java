package dev.portreeve.audit.export;

/**
 * RFC 4180 with line feeds. A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises: a
 * caller chooses some of these texts, and whoever opens the file is not to run them.
 */
final class CsvLines implements RecordLines {
    private static final String FORMULA = "=+-@\t\r";

    @Override
    public byte[] heading() {
        StringBuilder line = new StringBuilder("index");
        RecordColumn.ALL.forEach(column -> line.append(',').append(column.name()));
        return RecordLines.bytes(line.append(",record\n").toString());
    }

    @Override
    public byte[] line(byte[] leaf, long index) {
        RecordView record = RecordView.of(leaf, index);
        StringBuilder line = new StringBuilder().append(index);
        for (RecordColumn column : RecordColumn.ALL) {
            String text = column.text(record);
            line.append(',');
            cell(line, text == null ? "" : text);
        }
        line.append(',');
        cell(line, record.json());
        return RecordLines.bytes(line.append('\n').toString());
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
