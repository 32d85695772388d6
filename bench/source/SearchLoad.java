import com.sun.management.OperatingSystemMXBean;
import dev.portreeve.audit.search.RecordIndexer;
import dev.portreeve.migrations.EmbeddedPostgres;
import dev.portreeve.migrations.Migrator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import javax.sql.DataSource;

/** What it costs to make records findable. Started by bench/search. */
public final class SearchLoad {
    private static final double TICKS_PER_SECOND = 100;
    private static final OperatingSystemMXBean CPU =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    /** Calls of a portion begin in it; one in ten ends in the next, so that its two records are not read together. */
    private static final String PORTION = """
            INSERT INTO audit.record (tenant, id, at, call_id, kind, leaf)
            SELECT tenant, uuidv7(), t, (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8'
                || substr(md5(n::text), 4, 15))::uuid, CASE half WHEN 0 THEN 'call.opened' ELSE 'call.closed' END,
                convert_to(CASE half WHEN 0 THEN '{"client_request_id":"' || md5(n::text) || '","decision":"permit","kind":"call.opened","held":[{"budget":"tenant:acme:total","usd":"0.0'
                    || n || '"},{"budget":"team:acme:research","usd":"0.0' || n || '"}],"operation":"chat","policy_version":"' || md5('rules') || '","resource":"server__tool' || n % 300
                    || '","rules":[{"effect":"allow","id":"everybody-chats","matched":true},{"effect":"deny","id":"no-night-shift","matched":false}],'
                    || '"subject":{"key":"key' || lpad((n * 7919 % 3000)::text, 9, '0') || '","kind":"user","member":"member-' || n * 7919 % 2000 || '","session":"session-' || n / 20
                    || '","team":"research"},"tenant":"' || tenant || '","trace_id":"' || md5(n::text || 't') || '","type":"tool","v":1,"worst_case_usd":"0.0' || n || '"}'
                ELSE '{"cost_usd":"0.001","duration_ms":12,"kind":"call.closed","outcome":"' || CASE WHEN n % 33 = 0 THEN 'denied","reason":"no_matching_grant' ELSE 'completed' END
                    || '","priced":"gpt-5-mini","price_version":"' || md5('prices') || '","provider":"openai","settlement":"observed","tenant":"' || tenant
                    || '","upstream_model":"gpt-5-mini-2026-08-01","upstream_status":200,"usage":{"basis":"reported","input":1234,"output":567},"v":1}' END, 'UTF8')
            FROM (
                SELECT n, half, CASE WHEN n % 10 < 5 THEN 'acme' ELSE 'tenant-' || n % 19 END AS tenant,
                    date_trunc('month', now()) + n * interval '2 ms' AS t
                FROM generate_series(?::bigint, ?::bigint) AS n, generate_series(0, 1) AS half
                WHERE CASE WHEN half = 0 THEN n >= ? ELSE n % 10 = 7 AND n < ? OR n % 10 <> 7 AND n >= ? END OFFSET 0) AS made""";

    private SearchLoad() {}

    /** Arguments: an empty folder, how many portions, how many calls each. */
    public static void main(String[] args) throws Exception {
        int portions = Integer.parseInt(args[1]);
        int calls = Integer.parseInt(args[2]);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0], "postgres"));
                Connection app = postgres.app().dataSource().getConnection();
                Connection owner = postgres.owner().dataSource().getConnection()) {
            Migrator.migrate(postgres.owner().dataSource());
            cost(app, owner, portions, calls);
        }
    }

    private static void cost(Connection app, Connection owner, int portions, int calls) throws Exception {
        RecordIndexer indexer = new RecordIndexer(lending(app), Duration.ofSeconds(1));
        long records = 0;
        long wal = 0;
        long ticks = 0;
        long cpu = 0;
        for (int i = 0; i < portions; i++) {
            write(owner, (long) i * calls, calls);
            if (i == portions / 4) {
                records = 0;
                wal = 0;
                ticks = 0;
                cpu = 0;
            }
            long walBefore = wal(owner);
            long ticksBefore = ticks(owner);
            long cpuBefore = CPU.getProcessCpuTime();
            records += indexer.runOnce();
            cpu += CPU.getProcessCpuTime() - cpuBefore;
            ticks += ticks(owner) - ticksBefore;
            wal += wal(owner) - walBefore;
        }
        say("%d records in portions of %d calls, the first quarter not counted", records, calls);
        say("%8.1f bytes of WAL a record", (double) wal / records);
        say("%8.2f us of PostgreSQL's processor time a record", ticks * 1e6 / TICKS_PER_SECOND / records);
        say("%8.2f us of the gateway's processor time a record", cpu / 1e3 / records);
        say("%8d KiB for the search now", number(owner, """
                SELECT sum(pg_total_relation_size(c.oid)) / 1024 FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'search' AND c.relkind = 'r'"""));
    }

    private static void write(Connection owner, long from, int calls) throws SQLException {
        try (PreparedStatement insert = owner.prepareStatement(PORTION)) {
            insert.setLong(1, Math.max(0, from - calls));
            insert.setLong(2, from + calls - 1);
            insert.setLong(3, from);
            insert.setLong(4, from);
            insert.setLong(5, from);
            insert.executeUpdate();
        }
    }

    private static long wal(Connection owner) throws SQLException {
        return number(owner, "SELECT pg_current_wal_insert_lsn() - '0/0'");
    }

    /** Of all processes of this PostgreSQL. */
    private static long ticks(Connection owner) throws SQLException, IOException {
        long ticks = 0;
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pid FROM pg_stat_activity")) {
            while (rows.next()) {
                Path stat = Path.of("/proc", rows.getString(1), "stat");
                if (Files.exists(stat)) {
                    String line = Files.readString(stat);
                    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
                    ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
                }
            }
        }
        return ticks;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Always the same connection, as a pool would. */
    private static DataSource lending(Connection connection) {
        ClassLoader loader = SearchLoad.class.getClassLoader();
        Connection kept = (Connection) Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (self, method, given) -> method.getName().equals("close") ? null : method.invoke(connection, given));
        return (DataSource)
                Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (self, method, given) -> kept);
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
