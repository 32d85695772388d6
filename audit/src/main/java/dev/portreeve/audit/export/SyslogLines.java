package dev.portreeve.audit.export;

import org.jspecify.annotations.Nullable;

/**
 * RFC 5424: facility 13 (log audit), the record's time, the kind as message id, what identifies it as structured data, and the record
 * itself as the message. The enterprise number of the structured data's name is 32473, which RFC 5612 keeps for examples:
 * this program has none of its own.
 */
final class SyslogLines implements RecordLines {
    private static final int FACILITY = 13;
    private static final int WARNING = 4;
    private static final int NOTICE = 5;
    private static final int INFORMATIONAL = 6;
    private static final int LONGEST_ID = 32;

    @Override
    public byte[] line(byte[] leaf, long index) {
        RecordView record = RecordView.of(leaf, index);
        StringBuilder line = new StringBuilder("<")
                .append(FACILITY * 8 + severity(record))
                .append(">1 ")
                .append(name(record.text("at", "-")))
                .append(" - portreeve - ")
                .append(name(record.kind()))
                .append(" [portreeve@32473 index=\"")
                .append(index)
                .append('"');
        parameter(line, "id", record.text("id"));
        parameter(line, "tenant", record.text("tenant"));
        parameter(line, "call", record.text("call"));
        parameter(line, "member", record.text("subject.member"));
        parameter(line, "resource", record.text("resource"));
        parameter(line, "outcome", record.text("outcome"));
        parameter(line, "reason", record.text("reason"));
        line.append("] \uFEFF").append(record.json().replace('\n', ' ')).append('\n');
        return RecordLines.bytes(line.toString());
    }

    private static int severity(RecordView record) {
        int severity = CefLines.severity(record);
        if (severity > 4) {
            return WARNING;
        }
        return severity == 4 ? NOTICE : INFORMATIONAL;
    }

    private static String name(String kind) {
        String plain = kind.replaceAll("[^!-~]", "_");
        return plain.length() <= LONGEST_ID ? plain : plain.substring(0, LONGEST_ID);
    }

    private static void parameter(StringBuilder line, String name, @Nullable String text) {
        if (text != null) {
            line.append(' ').append(name).append("=\"");
            line.append(text.replace("\\", "\\\\")
                    .replace("\"", "\\\"")
                    .replace("]", "\\]")
                    .replace('\n', ' ')
                    .replace('\r', ' '));
            line.append('"');
        }
    }
}
