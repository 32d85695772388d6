import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.EventKind;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.JournalEntry;
import dev.portreeve.audit.JournalSettings;
import dev.portreeve.audit.PostgresJournal;
import dev.portreeve.audit.log.KeptHeads;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Sequencer;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** What giving records their index and signing a head every 10 s costs at 1,000 records a second. Started by bench/checkpoint. */
public final class CheckpointCost {
    private static final int RATE = 1_000;
    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final int CHECKPOINTS = 3;
    private static final double NANOS_PER_TICK = 1e9 / 100;
    private static final String TEXT = "x".repeat(760);

    /** Processor time in nanoseconds: of everything here, of all PostgreSQL, of the sequencer's thread, of its backend. */
    private record Used(double java, double database, double thread, double backend) {
        double all() {
            return java + database;
        }
    }

    private final EmbeddedPostgres postgres;
    private final PostgresJournal journal;
    private final Sequencer sequencer;
    private final Told told;
    private final String postmaster;

    private CheckpointCost(EmbeddedPostgres postgres, Path work) throws Exception {
        this.postgres = postgres;
        this.postmaster = Files.readAllLines(work.resolve("postgres/cluster/postmaster.pid")).getFirst().strip();
        this.told = new Told(postgres.app().dataSource());
        this.journal = PostgresJournal.start(
                postgres.app().dataSource(), JournalSettings.defaults(), InstantSource.system(), new Random(1));
        this.sequencer = new Sequencer(
                told,
                LogSigner.loadOrCreate(work.resolve("key.pem"), "bench.local/audit"),
                new KeptHeads(Files.createDirectories(work.resolve("heads"))),
                EVERY);
    }

    public static void main(String[] args) throws Exception {
        Path work = Path.of(args[0]).toAbsolutePath();
        int rounds = Integer.parseInt(args[1]);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(work.resolve("postgres"))) {
            Migrator.migrate(postgres.owner().dataSource());
            CheckpointCost cost = new CheckpointCost(postgres, work);
            System.out.println("warming up");
            cost.phase(true, 1);
            List<Used> without = new ArrayList<>();
            List<Used> with = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                without.add(cost.phase(false, CHECKPOINTS));
                // What this left is not the next one's to sign.
                cost.sequencer.runOnce();
                with.add(cost.phase(true, CHECKPOINTS));
            }
            report(without, with);
            cost.journal.close();
            cost.sequencer.close();
        }
    }

    private static void report(List<Used> without, List<Used> with) {
        double seconds = CHECKPOINTS * EVERY.toSeconds();
        System.out.printf(Locale.ROOT, "%-44s %10s%n", "of one processor, in percent", "median");
        System.out.printf(Locale.ROOT, "%-44s %10.2f%n", "everything, without checkpoints", percent(without.stream().map(Used::all).toList(), seconds));
        System.out.printf(Locale.ROOT, "%-44s %10.2f%n", "everything, with checkpoints", percent(with.stream().map(Used::all).toList(), seconds));
        System.out.printf(Locale.ROOT, "%-44s %10.2f%n", "the sequencer's thread, signing included", percent(with.stream().map(Used::thread).toList(), seconds));
        System.out.printf(Locale.ROOT, "%-44s %10.2f%n", "its connection to PostgreSQL", percent(with.stream().map(Used::backend).toList(), seconds));
    }

    private static double percent(List<Double> nanos, double seconds) {
        List<Double> sorted = nanos.stream().sorted().toList();
        return sorted.get(sorted.size() / 2) / seconds / 1e7;
    }

    /** Records come at their rate; a checkpoint ends each 10 s, if any. */
    private Used phase(boolean checkpoints, int count) throws Exception {
        Used before = used();
        long threadBefore = threadNanos();
        long start = System.nanoTime();
        for (int checkpoint = 0; checkpoint < count; checkpoint++) {
            Thread turn = null;
            for (int tenth = 0; tenth < EVERY.toSeconds() * 10; tenth++) {
                for (int i = 0; i < RATE / 10; i++) {
                    append();
                }
                if (tenth == 0 && checkpoint > 0 && checkpoints) {
                    turn = turn();
                }
                long due = start + (checkpoint * EVERY.toNanos()) + (tenth + 1) * 100_000_000L;
                LockSupport.parkNanos(due - System.nanoTime());
            }
            if (turn != null) {
                turn.join();
            }
        }
        if (checkpoints) {
            turn().join();
        }
        Used after = used();
        return new Used(
                after.java - before.java,
                after.database - before.database,
                threadNanos() - threadBefore,
                after.backend - before.backend);
    }

    private long threads;

    /** On a thread of its own, as in the gateway, so that its time is known. */
    private Thread turn() {
        return Thread.ofPlatform().start(() -> {
            try {
                sequencer.runOnce();
            } catch (SQLException | java.io.IOException failed) {
                throw new IllegalStateException(failed);
            }
            synchronized (this) {
                threads += ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            }
        });
    }

    private synchronized long threadNanos() {
        return threads;
    }

    private void append() {
        Facts facts = new Facts().put("resource", "bench-model").put("type", "llm").put("detail", TEXT);
        var ignored = journal.append(JournalEntry.of(new AuditEvent("acme", EventKind.CALL_OPENED, UUID.randomUUID(), facts)));
    }

    private Used used() throws Exception {
        double java = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        long database = 0;
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                database += ticks(process);
            }
        }
        long backend = told.backend == 0 ? 0 : ticks(Path.of("/proc", String.valueOf(told.backend)));
        return new Used(java, database * NANOS_PER_TICK, 0, backend * NANOS_PER_TICK);
    }

    private static final int PARENT = 1;
    private static final int USER = 11;

    /** 0 for what is no process of this PostgreSQL. */
    private long ticks(Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[PARENT].equals(postmaster) ? Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1]) : 0;
        } catch (java.io.IOException gone) {
            return 0;
        }
    }

    /** Says which process of PostgreSQL serves the connection that it opened last. */
    private static final class Told implements DataSource {
        private final DataSource source;
        private volatile long backend;

        Told(DataSource source) {
            this.source = source;
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = source.getConnection();
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
                row.next();
                backend = row.getLong(1);
            }
            return connection;
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return source.getConnection(user, password);
        }

        @Override
        public PrintWriter getLogWriter() throws SQLException {
            return source.getLogWriter();
        }

        @Override
        public void setLogWriter(PrintWriter out) throws SQLException {
            source.setLogWriter(out);
        }

        @Override
        public void setLoginTimeout(int seconds) throws SQLException {
            source.setLoginTimeout(seconds);
        }

        @Override
        public int getLoginTimeout() throws SQLException {
            return source.getLoginTimeout();
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return source.unwrap(type);
        }

        @Override
        public boolean isWrapperFor(Class<?> type) throws SQLException {
            return source.isWrapperFor(type);
        }
    }
}
