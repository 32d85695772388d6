package dev.portreeve.audit.deliver;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The places of all deliveries, for those who look after them. Whatever moves one leaves a record. Thread-safe; blocks. */
public final class DeliveryPlaces {
    private static final int LONGEST_REASON = 500;

    private static final String LIST = """
            SELECT p.delivery, p.tenant, p.next, p.moves, coalesce(c.size, 0), p.acknowledged_at, r.at,
                p.failure, p.failing_since, p.attempts, p.tried_until, p.held
            FROM delivery.place p
            LEFT JOIN LATERAL (SELECT max(size) AS size FROM audit.checkpoint WHERE tenant = p.tenant) c ON true
            LEFT JOIN audit.sequence s ON s.tenant = p.tenant AND s.index = p.next AND p.next < c.size
            LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
            ORDER BY p.delivery, p.tenant""";

    private static final String LAG = """
            SELECT p.delivery, coalesce(sum(greatest(coalesce(c.size, 0) - p.next, 0)), 0), min(r.at), count(p.failure),
                count(*) FILTER (WHERE p.held), min(p.failing_since),
                (array_agg(p.tenant || ': ' || p.failure ORDER BY p.failing_since) FILTER (WHERE p.failure IS NOT NULL))[1]
            FROM unnest(?::text[], ?::text[]) AS d (id, only_tenant)
            JOIN delivery.place p ON p.delivery = d.id AND (d.only_tenant IS NULL OR p.tenant = d.only_tenant)
            LEFT JOIN LATERAL (SELECT max(size) AS size FROM audit.checkpoint WHERE tenant = p.tenant) c ON true
            LEFT JOIN audit.sequence s ON s.tenant = p.tenant AND s.index = p.next AND p.next < c.size
            LEFT JOIN audit.record r ON r.tenant = s.tenant AND r.id = s.record_id
            GROUP BY p.delivery ORDER BY p.delivery""";

    private final DataSource database;
    private final DirectRecords records;

    public DeliveryPlaces(DataSource database, DirectRecords records) {
        this.database = database;
        this.records = records;
    }

    /** All there are, also of deliveries that are not configured any more. */
    public List<Place> list() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return list(connection);
        }
    }

    /**
     * What a delivery is about.
     *
     * @param tenant the one whose records; {@code null} for all
     */
    public record Scope(String delivery, @Nullable String tenant) {}

    /** How each of these stands; none that has not begun. A few look-ups in indexes for each tenant. */
    public List<DeliveryLag> lag(List<Scope> deliveries) throws SQLException {
        if (deliveries.isEmpty()) {
            return List.of();
        }
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(LAG)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", deliveries.stream().map(Scope::delivery).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", deliveries.stream().map(Scope::tenant).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                List<DeliveryLag> lags = new ArrayList<>();
                while (row.next()) {
                    lags.add(new DeliveryLag(
                            row.getString(1),
                            row.getLong(2),
                            instant(row, 3),
                            row.getInt(4),
                            row.getInt(5),
                            instant(row, 6),
                            row.getString(7)));
                }
                return lags;
            }
        }
    }

    private static List<Place> list(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LIST);
                ResultSet row = statement.executeQuery()) {
            List<Place> places = new ArrayList<>();
            while (row.next()) {
                String failure = row.getString(8);
                places.add(new Place(
                        row.getString(1),
                        row.getString(2),
                        row.getLong(3),
                        row.getLong(4),
                        row.getLong(5),
                        instant(row, 6),
                        instant(row, 7),
                        failure == null
                                ? null
                                : new Place.Trouble(
                                        failure,
                                        row.getObject(9, OffsetDateTime.class).toInstant(),
                                        row.getInt(10),
                                        row.getLong(11),
                                        row.getBoolean(12))));
            }
            return places;
        }
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /**
     * What somebody wants of a delivery.
     *
     * @param by who
     */
    public record Order(String delivery, String tenant, String by, String reason) {
        public Order {
            if (reason.isBlank() || reason.length() > LONGEST_REASON) {
                throw new IllegalArgumentException("\"reason\" must be 1 to " + LONGEST_REASON + " characters");
            }
        }
    }

    /**
     * Delivers again from an index on.
     *
     * @return the place before
     * @throws IllegalArgumentException if there is no such place, or the index is not before the next one
     */
    public Place replay(Order order, long from) throws SQLException {
        return move(order, "replay-delivery", place -> {
            if (from < 0 || from >= place.next()) {
                throw new IllegalArgumentException("records are delivered again from an index below " + place.next()
                        + ", which is the next one anyhow");
            }
            return from;
        });
    }

    /**
     * Passes over what is refused, and only that: the record or the batch that was tried last and not taken.
     *
     * @throws IllegalArgumentException if there is no such place, or nothing is refused there
     */
    public Place skip(Order order) throws SQLException {
        return move(order, "skip-delivery", place -> {
            Place.Trouble trouble = place.trouble();
            if (trouble == null || trouble.triedUntil() <= place.next()) {
                throw new IllegalArgumentException("nothing is refused there: there is nothing to skip");
            }
            return trouble.triedUntil();
        });
    }

    /**
     * Tries what is held again.
     *
     * @throws IllegalArgumentException if there is no such place, or nothing is in the way
     */
    public Place retry(Order order) throws SQLException {
        return move(order, "retry-delivery", place -> {
            if (place.trouble() == null) {
                throw new IllegalArgumentException("nothing is refused there: it goes on by itself");
            }
            return place.next();
        });
    }

    private interface Aim {
        long of(Place place);
    }

    private Place move(Order order, String action, Aim aim) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                lock(connection, order);
                Place before = list(connection).stream()
                        .filter(place -> place.delivery().equals(order.delivery())
                                && place.tenant().equals(order.tenant()))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("there is no delivery \"" + order.delivery()
                                + "\" of records of \"" + order.tenant() + "\""));
                long next = aim.of(before);
                put(connection, order, next);
                records.write(connection, event(order, action, before, next));
                connection.commit();
                done = true;
                return before;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        }
    }

    private static void lock(Connection connection, Order order) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT FROM delivery.place WHERE delivery = ? AND tenant = ? FOR UPDATE")) {
            statement.setString(1, order.delivery());
            statement.setString(2, order.tenant());
            statement.executeQuery().close();
        }
    }

    private static void put(Connection connection, Order order, long next) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE delivery.place SET next = ?, moves = moves + 1, told = least(told, ?), acknowledged_at = NULL,
                    failure = NULL, failing_since = NULL, attempts = 0, tried_until = NULL, held = false
                WHERE delivery = ? AND tenant = ?""")) {
            update.setLong(1, next);
            update.setLong(2, next);
            update.setString(3, order.delivery());
            update.setString(4, order.tenant());
            int ignored = update.executeUpdate();
        }
    }

    private static AuditEvent event(Order order, String action, Place before, long next) {
        return new AuditEvent(
                order.tenant(),
                EventKind.ADMIN_ACTION,
                null,
                new Facts()
                        .put("action", action)
                        .put("actor", order.by())
                        .put("reason", order.reason())
                        .put("delivery", order.delivery())
                        .put("before", new Facts().put("next", before.next()))
                        .put("after", new Facts().put("next", next)));
    }
}
