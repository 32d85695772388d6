package dev.portreeve.audit.export;

import dev.portreeve.audit.parquet.Column;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member of records that is asked for most, as a column of a table.
 *
 * @param path where in the record it is, or who or what it was done with
 * @param repeating whether few values come again and again
 */
record RecordColumn(String name, String path, Column.Kind kind, boolean repeating) {
    private static final String WHO = "*who";
    private static final String KEY = "*key";
    private static final int DECIMALS = 9;

    /** In the order of the columns; the record's index stands before them, and the whole record after. */
    static final List<RecordColumn> ALL = List.of(
            text("id", "id"),
            new RecordColumn("at", "at", Column.Kind.MICROS, false),
            repeating("tenant", "tenant"),
            repeating("kind", "kind"),
            text("call", "call"),
            repeating("member", WHO),
            repeating("team", "subject.team"),
            repeating("key", KEY),
            repeating("type", "type"),
            repeating("operation", "operation"),
            repeating("resource", "resource"),
            repeating("provider", "provider"),
            repeating("upstream_model", "upstream_model"),
            repeating("server", "server"),
            repeating("decision", "decision"),
            repeating("outcome", "outcome"),
            repeating("reason", "reason"),
            new RecordColumn("held_usd", "held_usd", Column.Kind.BILLIONTHS, false),
            new RecordColumn("cost_usd", "cost_usd", Column.Kind.BILLIONTHS, false),
            new RecordColumn("input_tokens", "usage.input_tokens", Column.Kind.WHOLE, false),
            new RecordColumn("output_tokens", "usage.output_tokens", Column.Kind.WHOLE, false),
            new RecordColumn("duration_ms", "duration_ms", Column.Kind.WHOLE, false),
            text("ticket", "ticket"),
            text("approval", "approval"),
            text("trace_id", "trace_id"),
            text("client_request_id", "client_request_id"),
            repeating("policy_version", "policy_version"));

    private static RecordColumn text(String name, String path) {
        return new RecordColumn(name, path, Column.Kind.TEXT, false);
    }

    private static RecordColumn repeating(String name, String path) {
        return new RecordColumn(name, path, Column.Kind.TEXT, true);
    }

    /** What a record has there, as text; {@code null} if nothing. */
    @Nullable
    String text(RecordView record) {
        return switch (path) {
            case WHO -> record.who();
            case KEY -> record.key();
            default -> record.text(path);
        };
    }

    /** What a record has there, as a value of the kind; {@code null} if nothing, or nothing of that kind: the record itself still says it. */
    @Nullable
    Object value(RecordView record) {
        String text = text(record);
        if (text == null) {
            return null;
        }
        try {
            return switch (kind) {
                case TEXT, JSON -> text;
                case WHOLE -> record.number(path);
                case MICROS -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text));
                case BILLIONTHS -> {
                    long billionths =
                            new BigDecimal(text).movePointRight(DECIMALS).longValueExact();
                    // The file says that its decimals have so many digits.
                    yield billionths > -Column.LEAST_TOO_LONG && billionths < Column.LEAST_TOO_LONG ? billionths : null;
                }
            };
        } catch (DateTimeException | ArithmeticException | NumberFormatException other) {
            return null;
        }
    }
}
