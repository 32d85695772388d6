package dev.portreeve.audit.retention;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.LeafValues;
import dev.portreeve.audit.log.IndexRanges;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops whole months of records and contents when their time is over. Before a month goes, each tenant in it gets a tombstone: a record
 * that says which indexes go. Their hashes stay, so the tree still verifies. PostgreSQL itself refuses to drop what is not signed, not
 * told of, or held. Thread-safe; blocks.
 */
public final class PostgresRetention {
    private static final Logger LOGGER = LoggerFactory.getLogger(PostgresRetention.class);
    /** A record has room for some more. */
    private static final int MOST_RANGES = 400;

    private static final String SCATTERED = "PR004";

    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM", Locale.ROOT);
    private final DataSource database;
    private final DirectRecords records;
    private final RetentionTimes times;
    private final AnchoredHeads anchored;
    private final InstantSource clock;

    public PostgresRetention(DataSource database, DirectRecords records, RetentionTimes times, InstantSource clock) {
        this(database, records, times, List.of(), clock);
    }

    /** @param anchors months of records go only when each of these has confirmed a head over them */
    public PostgresRetention(
            DataSource database,
            DirectRecords records,
            RetentionTimes times,
            List<String> anchors,
            InstantSource clock) {
        this.anchored = new AnchoredHeads(anchors);
        this.database = database;
        this.records = records;
        this.times = times;
        this.clock = clock;
    }

    /**
     * A month whose time was over.
     *
     * @param partition the table
     * @param refused why it is still there; {@code null} if it is gone
     */
    public record Due(String partition, @Nullable String refused) {}

    private record Share(String tenant, long records, String first, String last) {}

    /** Drops what is due, the oldest first; what cannot be dropped now says why and is tried again with the next run. */
    public List<Due> run() throws SQLException {
        List<Due> results = new ArrayList<>();
        try (Connection connection = database.getConnection()) {
            // Contents first: they must not outlive the records that commit to them.
            for (String table : List.of("payload", "record")) {
                for (String partition : due(connection, table)) {
                    results.add(new Due(partition, drop(connection, partition)));
                }
            }
        }
        return results;
    }

    private List<String> due(Connection connection, String table) throws SQLException {
        Duration kept = times.of(table);
        List<String> due = new ArrayList<>();
        if (kept == null) {
            return due;
        }
        YearMonth now = YearMonth.from(now(connection).minus(kept).atOffset(ZoneOffset.UTC));
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = ?::regclass AND c.relname ~ '_[0-9]{6}$' ORDER BY c.relname""")) {
            statement.setString(1, "audit." + table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String name = rows.getString(1);
                    YearMonth month = YearMonth.parse(name.substring(name.length() - 6), MONTH);
                    if (month.isBefore(now)) {
                        due.add(name);
                    }
                }
            }
        }
        return due;
    }

    /** What is dropped does not come back: one clock that is ahead, this one's or the database's, must not do it alone. */
    private Instant now(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT now()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            Instant there = row.getObject(1, OffsetDateTime.class).toInstant();
            Instant here = clock.instant();
            return here.isBefore(there) ? here : there;
        }
    }

    private @Nullable String drop(Connection connection, String partition) {
        try {
            String gone = InOneTransaction.of(connection, () -> dropNow(connection, partition));
            LOGGER.info("audit.{} was dropped: its time was over", gone);
            return null;
        } catch (SQLException failed) {
            String why = why(failed);
            LOGGER.warn("audit.{} is past its time and stays for now: {}", partition, why);
            return why;
        }
    }

    private static String why(SQLException failed) {
        try {
            InOneTransaction.throwIfHeld(failed);
        } catch (Held held) {
            return String.valueOf(held.getMessage());
        }
        return switch (String.valueOf(failed.getSQLState())) {
            case "PR002" -> "not all of its records are signed yet";
            case "PR003" -> "its month is not over by the database's clock";
            case SCATTERED, AnchoredHeads.NOT_ANCHORED -> String.valueOf(failed.getMessage());
            case "55P03" -> "others use it just now";
            default -> "SQLSTATE " + failed.getSQLState();
        };
    }

    private String dropNow(Connection connection, String partition) throws SQLException {
        boolean ofRecords = partition.startsWith("record_");
        for (Share share : shares(connection, partition)) {
            Facts tombstone = new Facts()
                    .put("partition", partition)
                    .put("records", share.records)
                    .put("first_at", share.first)
                    .put("last_at", share.last)
                    .put("retention", String.valueOf(times.of(ofRecords ? "record" : "payload")));
            if (ofRecords) {
                IndexRanges indexes = indexes(connection, partition, share.tenant);
                IndexRanges all = indexes.and(before(connection, share.tenant));
                if (all.count() > MOST_RANGES) {
                    throw new SQLException(
                            "its records are scattered over " + all.count() + " ranges of indexes, a tombstone names "
                                    + MOST_RANGES,
                            SCATTERED);
                }
                tombstone.putStrings("indexes", indexes.texts()).putStrings("dropped", all.texts());
                head(connection, share.tenant, tombstone);
                List<String> receipts = anchored.over(connection, share.tenant, last(indexes));
                if (!receipts.isEmpty()) {
                    tombstone.putStrings("anchors", receipts);
                }
            }
            records.write(connection, new AuditEvent(share.tenant, EventKind.RECORDS_DROPPED, null, tombstone));
        }
        try (PreparedStatement drop = connection.prepareStatement("SELECT audit.drop_month(?)")) {
            drop.setString(1, partition);
            drop.execute();
        }
        return partition;
    }

    // Over the parent, since the months themselves are not the application's to read.
    private static List<Share> shares(Connection connection, String partition) throws SQLException {
        List<Share> shares = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement("""
                SELECT tenant, count(*), to_char(min(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                FROM audit.%s WHERE at >= ? AND at < ? GROUP BY tenant ORDER BY tenant""".formatted(partition.startsWith("record_") ? "record" : "payload"))) {
            month(statement, 1, partition);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    shares.add(new Share(rows.getString(1), rows.getLong(2), rows.getString(3), rows.getString(4)));
                }
            }
        }
        return shares;
    }

    private static void month(PreparedStatement statement, int first, String partition) throws SQLException {
        YearMonth month = YearMonth.parse(partition.substring(partition.length() - 6), MONTH);
        statement.setObject(first, month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
        statement.setObject(
                first + 1, month.plusMonths(1).atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC));
    }

    private static IndexRanges indexes(Connection connection, String partition, String tenant) throws SQLException {
        List<String> ranges = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("""
                SELECT min(index) || '-' || max(index) FROM (
                    SELECT s.index, s.index - row_number() OVER (ORDER BY s.index) AS run
                    FROM audit.record r JOIN audit.sequence s ON s.tenant = r.tenant AND s.record_id = r.id
                    WHERE r.at >= ? AND r.at < ? AND r.tenant = ?) AS runs
                GROUP BY run ORDER BY min(index)""")) {
            month(statement, 1, partition);
            statement.setString(3, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ranges.add(rows.getString(1));
                }
            }
        }
        return IndexRanges.parse(ranges);
    }

    private static long last(IndexRanges indexes) {
        List<String> texts = indexes.texts();
        if (texts.isEmpty()) {
            return -1;
        }
        String range = texts.getLast();
        return Long.parseLong(range.substring(range.indexOf('-') + 1));
    }

    /** A tombstone says all that was dropped, so that earlier ones may be dropped too. */
    private static IndexRanges before(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT leaf FROM audit.record WHERE tenant = ? AND kind = ? ORDER BY txid DESC, position DESC")) {
            statement.setString(1, tenant);
            statement.setString(2, EventKind.RECORDS_DROPPED.code());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    IndexRanges ranges =
                            IndexRanges.said(LeafValues.of(rows.getBytes(1)).texts("dropped"));
                    if (!ranges.isEmpty()) {
                        return ranges;
                    }
                }
                return IndexRanges.NONE;
            }
        }
    }

    private static void head(Connection connection, String tenant, Facts tombstone) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT size, root FROM audit.checkpoint WHERE tenant = ? ORDER BY size DESC LIMIT 1")) {
            statement.setString(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                if (row.next()) {
                    tombstone
                            .put("checkpoint_size", row.getLong(1))
                            .put("checkpoint_root", HexFormat.of().formatHex(row.getBytes(2)));
                }
            }
        }
    }
}
