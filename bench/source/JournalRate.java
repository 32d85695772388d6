import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.Receipt;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * Records a second that one journal makes durable, beside batched inserts of rows with the same bytes: into a table with nothing but a primary
 * key, and into one with all the indexes that records have. Started by bench/journal.
 */
public final class JournalRate {
    private static final int FEEDERS = 2;
    /** As many as share a commit of the journal at most. */
    private static final int BATCH = 512;
    private static final int LEAF = 1024;
    private static final String TEXT = "x".repeat(760);

    private interface Written {
        long run(Duration time) throws Exception;
    }

    private record Point(double perSecond, double javaMicros, double databaseMicros) {}

    private final EmbeddedPostgres postgres;
    private final DataSource app;
    private final Random random = new Random(20261122);
    private final byte[] leaf = new byte[LEAF];

    private JournalRate(EmbeddedPostgres postgres) {
        this.postgres = postgres;
        this.app = postgres.app().dataSource();
        random.nextBytes(leaf);
    }

    public static void main(String[] args) throws Exception {
        Path work = Path.of(args[0]).toAbsolutePath();
        int rounds = Integer.parseInt(args[1]);
        Duration time = Duration.ofSeconds(Long.parseLong(args[2]));
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(work.resolve("postgres"))) {
            Migrator.migrate(postgres.owner().dataSource());
            new JournalRate(postgres).run(work, rounds, time);
        }
    }

    private void run(Path work, int rounds, Duration time) throws Exception {
        tables();
        LogSigner signer = LogSigner.loadOrCreate(work.resolve("key.pem"), "bench.local/audit");
        KeptHeads heads = new KeptHeads(Files.createDirectories(work.resolve("heads")));
        Sequencer sequencer = new Sequencer(app, signer, heads, Duration.ofSeconds(1));
        Map<String, Written> systems = new LinkedHashMap<>();
        systems.put("rows with a primary key", within -> plain("bench.bare", within));
        systems.put("rows with all indexes", within -> plain("bench.alike", within));
        systems.put("journal", this::journal);
        systems.put("journal, indexed and signed", within -> {
            Thread thread = Thread.ofPlatform().start(() -> keepUp(sequencer));
            try {
                return journal(within);
            } finally {
                thread.interrupt();
                thread.join();
            }
        });
        for (Written each : systems.values()) {
            each.run(time);
        }
        sequencer.runOnce();
        Map<String, List<Point>> points = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Written> each : systems.entrySet()) {
                points.computeIfAbsent(each.getKey(), name -> new ArrayList<>()).add(point(each.getValue(), time));
                // What another point left must not be counted as this one's.
                sequencer.runOnce();
            }
        }
        double first = 0;
        System.out.printf(Locale.ROOT, "%-30s %10s %8s %12s %12s%n", "", "records/s", "ratio", "Java us", "database us");
        for (Map.Entry<String, List<Point>> each : points.entrySet()) {
            double rate = median(each.getValue().stream().map(Point::perSecond).toList());
            first = first == 0 ? rate : first;
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %10.0f %8.2f %12.1f %12.1f%n",
                    each.getKey(),
                    rate,
                    rate / first,
                    median(each.getValue().stream().map(Point::javaMicros).toList()),
                    median(each.getValue().stream().map(Point::databaseMicros).toList()));
        }
    }

    /** Once a second, and to the end of what is there. */
    private static void keepUp(Sequencer sequencer) {
        try {
            while (!Thread.interrupted()) {
                Thread.sleep(1000);
                sequencer.runOnce();
            }
        } catch (InterruptedException over) {
            // The point is over.
        } catch (SQLException | java.io.IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private Point point(Written written, Duration time) throws Exception {
        long java = javaNanos();
        long database = databaseTicks();
        long begin = System.nanoTime();
        long records = written.run(time);
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new Point(
                records / seconds,
                (javaNanos() - java) / 1e3 / records,
                (databaseTicks() - database) * 10_000.0 / records);
    }

    private static long javaNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** Of the postmaster's children, which live as long as their connections: their ticks reach it when they end. */
    private long databaseTicks() throws Exception {
        String server = postgres.owner().url();
        String port = server.substring(server.lastIndexOf(':') + 1, server.lastIndexOf('/'));
        long ticks = 0;
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                ticks += ticks(process, port);
            }
        }
        return ticks;
    }

    private static long ticks(Path process, String port) {
        try {
            String stat = Files.readString(process.resolve("stat"));
            if (!stat.contains("(postgres)")) {
                return 0;
            }
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]) + Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
        } catch (java.io.IOException gone) {
            return 0;
        }
    }

    private void tables() throws SQLException {
        try (Connection connection = postgres.owner().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA bench");
            String columns = "(tenant text NOT NULL, id uuid NOT NULL, at timestamptz NOT NULL, call_id uuid, kind text NOT NULL,"
                    + " leaf bytea NOT NULL, txid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),"
                    + " position bigint GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (tenant, id, at))";
            statement.execute("CREATE TABLE bench.bare " + columns);
            statement.execute("CREATE TABLE bench.alike " + columns);
            statement.execute("CREATE INDEX ON bench.alike (txid, position)");
            statement.execute("CREATE INDEX ON bench.alike (tenant, call_id) WHERE call_id IS NOT NULL");
            statement.execute("GRANT USAGE ON SCHEMA bench TO portreeve_app");
            statement.execute("GRANT SELECT, INSERT ON bench.bare, bench.alike TO portreeve_app");
        }
    }

    private UUID id() {
        long millis = System.currentTimeMillis();
        return new UUID(millis << 16 | 0x7000 | random.nextInt(0x1000), random.nextLong() >>> 2 | 1L << 63);
    }

    private long plain(String table, Duration time) throws SQLException {
        org.postgresql.ds.PGSimpleDataSource source = new org.postgresql.ds.PGSimpleDataSource();
        source.setUrl(postgres.app().url());
        source.setUser(postgres.app().user());
        source.setPassword(postgres.app().password());
        source.setReWriteBatchedInserts(true);
        long records = 0;
        long end = System.nanoTime() + time.toNanos();
        try (Connection connection = source.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO " + table + " (tenant, id, at, call_id, kind, leaf) VALUES (?, ?, ?, ?, ?, ?)")) {
            connection.setAutoCommit(false);
            while (System.nanoTime() < end) {
                for (int i = 0; i < BATCH; i++) {
                    insert.setString(1, "acme");
                    insert.setObject(2, id());
                    insert.setObject(3, OffsetDateTime.ofInstant(Instant.now(), ZoneOffset.UTC));
                    insert.setObject(4, id());
                    insert.setString(5, "call.opened");
                    insert.setBytes(6, leaf);
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
                records += BATCH;
            }
        }
        return records;
    }

    private long journal(Duration time) throws Exception {
        AtomicLong records = new AtomicLong();
        try (PostgresJournal journal = PostgresJournal.start(app, JournalSettings.defaults(), InstantSource.system(), random)) {
            List<Thread> feeders = new ArrayList<>();
            long end = System.nanoTime() + time.toNanos();
            for (int i = 0; i < FEEDERS; i++) {
                feeders.add(Thread.ofPlatform().start(() -> feed(journal, end, records)));
            }
            for (Thread feeder : feeders) {
                feeder.join();
            }
        }
        return records.get();
    }

    /** With as many under way as fill the journal's commits. */
    private void feed(PostgresJournal journal, long end, AtomicLong records) {
        List<Receipt> under = new ArrayList<>();
        while (System.nanoTime() < end) {
            UUID call = new UUID(System.nanoTime(), records.get());
            Facts facts = new Facts()
                    .put("resource", "bench-model")
                    .put("type", "llm")
                    .put("detail", TEXT)
                    .put("duration_ms", records.get() % 1000);
            under.add(journal.append(JournalEntry.of(new AuditEvent("acme", EventKind.CALL_OPENED, call, facts))));
            if (under.size() == 2 * BATCH) {
                under.subList(0, BATCH).forEach(Receipt::await);
                under.subList(0, BATCH).clear();
                records.addAndGet(BATCH);
            }
        }
        under.forEach(Receipt::await);
        records.addAndGet(under.size());
    }
}
