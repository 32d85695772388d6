package dev.portreeve.audit.export;

import org.jspecify.annotations.Nullable;

/** ArcSight Common Event Format 0: a header between bars, and keys of the CEF dictionary; what has none is in cs1 to cs6. */
final class CefLines implements RecordLines {
    private static final String VERSION = "1";

    @Override
    public byte[] line(byte[] leaf, long index) {
        RecordView record = RecordView.of(leaf, index);
        StringBuilder line =
                new StringBuilder("CEF:0|Portreeve|Portreeve|").append(VERSION).append('|');
        header(line, record.kind());
        header(line, record.sentence());
        line.append(severity(record)).append('|');
        extension(line, "rt", record.millis() == 0 ? null : String.valueOf(record.millis()));
        extension(line, "externalId", record.text("id"));
        extension(line, "suser", record.who());
        extension(line, "suid", record.key());
        extension(line, "act", record.text("decision", record.text("action", "")));
        extension(line, "outcome", outcome(record));
        extension(line, "reason", record.text("reason"));
        extension(line, "request", record.text("resource"));
        extension(line, "requestMethod", record.text("operation"));
        extension(line, "destinationServiceName", record.text("provider", record.text("server", "")));
        extension(line, "msg", record.members().isEmpty() ? record.json() : null);
        labelled(line, "cs1", "tenant", record.text("tenant"));
        labelled(line, "cs2", "call", record.text("call"));
        labelled(line, "cs3", "team", record.text("subject.team"));
        labelled(line, "cs4", "policyVersion", record.text("policy_version"));
        labelled(line, "cs5", "traceId", record.text("trace_id"));
        labelled(line, "cs6", "costUsd", record.text("cost_usd"));
        labelled(line, "cn1", "index", String.valueOf(index));
        line.setCharAt(line.length() - 1, '\n');
        return RecordLines.bytes(line.toString());
    }

    private static @Nullable String outcome(RecordView record) {
        Boolean succeeded = record.succeeded();
        if (succeeded == null) {
            return null;
        }
        return succeeded ? "success" : "failure";
    }

    /** 0 to 10, as CEF has it. */
    static int severity(RecordView record) {
        return switch (record.kind()) {
            case "authentication.rejected", "call.refused" -> 5;
            case "definition.quarantined", "lease.forfeited" -> 6;
            case "audit.verified" -> Boolean.TRUE.equals(record.succeeded()) ? 3 : 10;
            case "admin.action", "policy.loaded", "audit.exported" -> 4;
            default -> 2;
        };
    }

    private static void header(StringBuilder line, String text) {
        line.append(oneLine(text).replace("\\", "\\\\").replace("|", "\\|")).append('|');
    }

    private static void labelled(StringBuilder line, String key, String label, @Nullable String text) {
        if (text != null) {
            extension(line, key + "Label", label);
            extension(line, key, text);
        }
    }

    private static void extension(StringBuilder line, String key, @Nullable String text) {
        if (text != null && !text.isEmpty()) {
            line.append(key).append('=');
            line.append(text.replace("\\", "\\\\")
                    .replace("=", "\\=")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r"));
            line.append(' ');
        }
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }
}
