package dev.portreeve.audit.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The forms in which records are given to other systems. They carry no proofs: an evidence bundle does. */
public enum RecordFormat {
    /** The records as they are, one per line: a line is the bytes that were hashed. */
    JSONL,
    /** A row per record, with a heading. */
    CSV,
    /** Open Cybersecurity Schema Framework 1.8.0, one event per line. */
    OCSF,
    /** ArcSight Common Event Format, one event per line. */
    CEF,
    /** RFC 5424, one message per line, the record as structured data and as the message. */
    SYSLOG,
    /** Apache Parquet: one file of columns, no lines. */
    PARQUET;

    /** The name on a command line and in a record. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The form of this name.
     *
     * @throws IllegalArgumentException there is none; names those there are
     */
    public static RecordFormat of(String code) {
        return Arrays.stream(values())
                .filter(format -> format.code().equals(code))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no form \"" + code + "\": there are " + codes()));
    }

    private static List<String> codes() {
        return Arrays.stream(values()).map(RecordFormat::code).toList();
    }

    /**
     * What writes its lines. For one export, on one thread.
     *
     * @throws IllegalStateException it has none: see {@link #isLines}
     */
    public RecordLines lines() {
        return switch (this) {
            case JSONL -> new JsonLines();
            case CSV -> new CsvLines();
            case OCSF -> new OcsfLines();
            case CEF -> new CefLines();
            case SYSLOG -> new SyslogLines();
            case PARQUET -> throw new IllegalStateException("a Parquet file has no lines");
        };
    }

    /** Whether it is lines, each of which stands for itself. */
    public boolean isLines() {
        return this != PARQUET;
    }

    /** What writes a whole file of it. For one export, on one thread. */
    RecordSink sink(OutputStream out) throws IOException {
        return isLines() ? RecordSink.of(lines(), out) : new ParquetRecords(out);
    }
}
