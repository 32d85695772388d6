package dev.portreeve.audit;

import dev.portreeve.audit.log.TreeHash;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The journal's own connection and its prepared statements, from connecting to loss. Writer thread only. */
final class JournalSession implements AutoCloseable {
    /** What became of a transaction whose commit was not answered. */
    enum Fate {
        COMMITTED,
        ABORTED,
        RUNNING
    }

    /** A transaction whose commit was sent and not answered, and one of its records, if it has any. */
    record Doubt(
            String transaction,
            @Nullable String tenant,
            @Nullable UUID recordId) {}

    /**
     * Arrays keep this one statement for any batch size; the transaction's id comes back in the same round trip. Times are counts, which
     * PostgreSQL need not parse.
     */
    private static final String INSERT = """
            WITH stored AS (
                INSERT INTO audit.record (tenant, id, at, call_id, kind, leaf, leaf_hash)
                SELECT tenant, id, timestamptz 'epoch' + micros * interval '1 microsecond', call_id, kind, leaf, leaf_hash
                FROM unnest(?::text[], ?::uuid[], ?::bigint[], ?::uuid[], ?::text[], ?::bytea[], ?::bytea[])
                    AS leaves (tenant, id, micros, call_id, kind, leaf, leaf_hash)%s)
            SELECT pg_current_xact_id()::text""";

    private static final String INSERT_NEW = INSERT.formatted("");
    /** Of what was tried before and may be there, which a row that is new need not be asked. */
    private static final String INSERT_AGAIN = INSERT.formatted(" ON CONFLICT DO NOTHING");

    /** SQLSTATE of "transaction ID is in the future". */
    private static final String UNKNOWN_TRANSACTION = "22023";

    private static final int SECONDS_TO_ANSWER = 2;
    private final Connection connection;
    private final PreparedStatement transactionId;
    private final LeafWriter writer = new LeafWriter();
    private final TreeHash hash = new TreeHash();
    private OpenTransaction open;
    private @Nullable Doubt doubt;

    private JournalSession(Connection connection) throws SQLException {
        this.connection = connection;
        this.open = new OpenTransaction(connection);
        this.transactionId = connection.prepareStatement("SELECT pg_current_xact_id_if_assigned()::text");
    }

    static JournalSession open(DataSource database, JournalSettings settings) throws SQLException {
        Connection connection = database.getConnection();
        try {
            int limit = Math.toIntExact(settings.statementLimit().toMillis());
            connection.setAutoCommit(true);
            try (Statement statement = connection.createStatement()) {
                // A writer that lost its line must not keep budget rows locked until TCP notices.
                statement.execute("SET statement_timeout = " + limit);
                statement.execute("SET idle_in_transaction_session_timeout = " + limit);
                // Few statements, each by key and each run with every batch: planning them anew costs more than running
                // them, and a plan made while the tables were small must not go on reading them whole.
                statement.execute("SET plan_cache_mode = force_generic_plan");
                statement.execute("SET enable_seqscan = off");
            }
            connection.setNetworkTimeout(Runnable::run, 2 * limit);
            connection.setAutoCommit(false);
            return new JournalSession(connection);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /** Makes this month's and next month's partitions where they are missing. */
    void ensurePartitions() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT audit.ensure_partitions()");
        }
        connection.commit();
    }

    /** Applies, records and commits the batch in one transaction. */
    void store(List<Pending> batch, RecordIds ids) throws SQLException {
        doubt = null;
        open = new OpenTransaction(connection);
        applyPostings(batch);
        Leaves leaves = new Leaves(batch.size(), batch.stream().anyMatch(Pending::isTried));
        for (Pending pending : batch) {
            List<AuditEvent> events = pending.events(ids);
            for (int i = 0; i < events.size(); i++) {
                leaves.add(events.get(i), pending.id(i), pending.at());
            }
        }
        String known = open.xid();
        if (known != null) {
            doubt = leaves.doubt(known);
            writeAndCommit(leaves);
        } else {
            String transaction = leaves.isEmpty() ? identified() : write(leaves);
            if (transaction != null) {
                doubt = leaves.doubt(transaction);
            }
            connection.commit();
        }
        doubt = null;
    }

    /** Does what the books left, which no record goes with. */
    private @Nullable String identified() throws SQLException {
        for (OpenTransaction.Left left : open.left()) {
            try (PreparedStatement statement = connection.prepareStatement(left.sql())) {
                left.parameters().set(statement, 1);
                statement.execute();
            }
        }
        return onlyText(transactionId);
    }

    /**
     * What the books left and the records on one round trip.
     *
     * @return the transaction's id
     */
    private @Nullable String write(Leaves leaves) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(statements(leaves, ""))) {
            set(leaves, statement);
            statement.execute();
            for (int before = open.left().size() + (leaves.payloads.isEmpty() ? 0 : 1); before > 0; before--) {
                statement.getMoreResults();
            }
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    /** The same with the commit, where the transaction's id is known; after an error PostgreSQL skips the rest. */
    private void writeAndCommit(Leaves leaves) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(statements(leaves, ";\nCOMMIT"))) {
            set(leaves, statement);
            statement.execute();
        }
    }

    /** The records last, whose statement tells the transaction's id. */
    private String statements(Leaves leaves, String end) {
        List<String> parts = new ArrayList<>();
        open.left().forEach(left -> parts.add(left.sql()));
        if (!leaves.payloads.isEmpty()) {
            parts.add(PayloadRows.INSERT);
        }
        if (!leaves.isEmpty()) {
            parts.add(leaves.again ? INSERT_AGAIN : INSERT_NEW);
        }
        return String.join(";\n", parts) + end;
    }

    private void set(Leaves leaves, PreparedStatement statement) throws SQLException {
        int next = 1;
        for (OpenTransaction.Left left : open.left()) {
            next = left.parameters().set(statement, next);
        }
        if (!leaves.payloads.isEmpty()) {
            next = leaves.payloads.set(connection, statement, next);
        }
        if (!leaves.isEmpty()) {
            int ignored = leaves.set(statement, next);
        }
    }

    /**
     * Each book sees its postings of this batch at once, in the order they were appended. The books come in one order on every replica,
     * whichever was spoken of first: so two batches that lock rows of the same books do not wait for each other in a circle.
     */
    private void applyPostings(List<Pending> batch) throws SQLException {
        Map<PostingBook<?>, List<Object>> postings = new LinkedHashMap<>();
        for (Pending pending : batch) {
            PostingBook<?> book = pending.entry().book();
            if (book != null) {
                postings.computeIfAbsent(book, first -> new ArrayList<>())
                        .add(Objects.requireNonNull(pending.entry().posting()));
            }
        }
        List<PostingBook<?>> books = new ArrayList<>(postings.keySet());
        books.sort(Comparator.comparing(book -> book.getClass().getName()));
        for (PostingBook<?> book : books) {
            apply(book, Objects.requireNonNull(postings.get(book)));
        }
    }

    @SuppressWarnings("unchecked")
    private <P> void apply(PostingBook<P> book, List<Object> postings) throws SQLException {
        book.apply(open, (List<P>) postings);
    }

    /** Does what the books left for the time after the last {@link #store}, whose commit is certain by now. */
    void committed() {
        open.committed();
        open = new OpenTransaction(connection);
    }

    /** Whether the last transaction rested on a guess, so that its failure says nothing of what is in it. */
    boolean guessed() {
        return open.guessed();
    }

    /** What is not known after a failure: whether the last transaction committed; {@code null} if it surely did not. */
    @Nullable
    Doubt doubt() {
        return doubt;
    }

    /** After a failure: undoes the open transaction. False if the connection is of no more use. */
    boolean recover() {
        try {
            connection.rollback();
            return connection.isValid(SECONDS_TO_ANSWER);
        } catch (SQLException e) {
            return false;
        }
    }

    /** What became of a transaction of an earlier session. */
    Fate fate(Doubt doubt) throws SQLException {
        try (PreparedStatement status = connection.prepareStatement("SELECT pg_xact_status(?::xid8)")) {
            status.setString(1, doubt.transaction());
            return switch (onlyText(status)) {
                case "committed" -> Fate.COMMITTED;
                case "aborted" -> Fate.ABORTED;
                case "in progress" -> Fate.RUNNING;
                case null, default -> recordFate(doubt);
            };
        } catch (SQLException e) {
            if (UNKNOWN_TRANSACTION.equals(e.getSQLState())) {
                connection.rollback();
                return recordFate(doubt);
            }
            throw e;
        } finally {
            connection.rollback();
        }
    }

    /** The last resort where PostgreSQL does not know the transaction, for example because a failover lost it. */
    private Fate recordFate(Doubt doubt) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT 'there' FROM audit.record WHERE tenant = ? AND id = ?")) {
            select.setString(1, doubt.tenant());
            select.setObject(2, doubt.recordId());
            return onlyText(select) == null ? Fate.ABORTED : Fate.COMMITTED;
        }
    }

    private static @Nullable String onlyText(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Cuts the line from another thread: whatever the writer waits for fails at once. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            closeQuietly(connection);
        }
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // Closed because it is broken or no longer needed: there is nothing left to save.
        }
    }

    /** The columns of the records of one batch. */
    private final class Leaves {
        private final boolean again;
        private final PayloadRows payloads = new PayloadRows();
        private final List<String> tenants;
        private final List<UUID> ids;
        private final List<Long> times;
        private final List<@Nullable UUID> calls;
        private final List<String> kinds;
        private final List<byte[]> leaves;
        private final List<byte[]> hashes;

        /** @param again whether one of them was tried before */
        Leaves(int capacity, boolean again) {
            this.again = again;
            tenants = new ArrayList<>(capacity);
            ids = new ArrayList<>(capacity);
            times = new ArrayList<>(capacity);
            calls = new ArrayList<>(capacity);
            kinds = new ArrayList<>(capacity);
            leaves = new ArrayList<>(capacity);
            hashes = new ArrayList<>(capacity);
        }

        void add(AuditEvent event, UUID id, Instant at) {
            tenants.add(event.tenant());
            ids.add(id);
            times.add(ChronoUnit.MICROS.between(Instant.EPOCH, at));
            calls.add(event.callId());
            kinds.add(event.kind().code());
            byte[] leaf = writer.write(event, id, at);
            leaves.add(leaf);
            hashes.add(hash.leaf(leaf));
            payloads.add(event, id, at);
        }

        Doubt doubt(String transaction) {
            return isEmpty()
                    ? new Doubt(transaction, null, null)
                    : new Doubt(transaction, tenants.getFirst(), ids.getFirst());
        }

        boolean isEmpty() {
            return ids.isEmpty();
        }

        int set(PreparedStatement statement, int first) throws SQLException {
            statement.setArray(first, connection.createArrayOf("text", tenants.toArray(new String[0])));
            statement.setArray(first + 1, connection.createArrayOf("uuid", ids.toArray()));
            statement.setArray(first + 2, connection.createArrayOf("int8", times.toArray(new Long[0])));
            statement.setArray(first + 3, connection.createArrayOf("uuid", calls.toArray()));
            statement.setArray(first + 4, connection.createArrayOf("text", kinds.toArray(new String[0])));
            statement.setArray(first + 5, connection.createArrayOf("bytea", leaves.toArray(new byte[0][])));
            statement.setArray(first + 6, connection.createArrayOf("bytea", hashes.toArray(new byte[0][])));
            return first + 7;
        }
    }
}
