import com.sun.management.OperatingSystemMXBean;
import dev.portreeve.audit.search.Entry;
import dev.portreeve.audit.search.EntryStore;
import dev.portreeve.audit.search.PostgresSearch;
import dev.portreeve.audit.search.RecordIndexer;
import dev.portreeve.audit.search.Sought;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * What it costs to make records findable, and how long searches take among many. The entries of the second part are stored as the
 * indexer would have, in blocks. Started by bench/search.
 */
public final class SearchLoad {
    private static final double TICKS_PER_SECOND = 100;
    private static final int TIMES = 30;
    private static final int PAGE = 50;
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

    private record Question(String name, Sought sought) {}

    /** Arguments: an empty folder; how many records are made findable, in portions of how many calls; how many entries are searched. */
    public static void main(String[] args) throws Exception {
        int calls = Integer.parseInt(args[2]);
        int portions = Integer.parseInt(args[1]) / calls / 2;
        long entries = Long.parseLong(args[3]);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(Path.of(args[0], "postgres"));
                Connection app = postgres.app().dataSource().getConnection();
                Connection owner = postgres.owner().dataSource().getConnection()) {
            Migrator.migrate(postgres.owner().dataSource());
            if (portions > 0) {
                cost(app, owner, portions, calls);
            }
            if (entries > 0) {
                RecordIndexer.empty(lending(app));
                fill(owner, entries);
                searches(app, owner, entries);
            }
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
            if (i == portions / 2) {
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
        say("%d records in portions of %d calls, the first half not counted", records, calls);
        say("%8.1f bytes of WAL a record", (double) wal / records);
        say("%8.2f us of PostgreSQL's processor time a record", ticks * 1e6 / TICKS_PER_SECOND / records);
        say("%8.2f us of the gateway's processor time a record", cpu / 1e3 / records);
        say("%8d KiB for the search now", number(owner, """
                SELECT sum(pg_total_relation_size(c.oid)) / 1024 FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'search' AND c.relkind = 'r'"""));
    }

    /** An entry every 20 ms of 57 days, in blocks of one tenant and month each, as many of a busy gateway are. */
    private static void fill(Connection owner, long entries) throws Exception {
        long began = System.nanoTime();
        owner.setAutoCommit(false);
        try (Statement statement = owner.createStatement()) {
            statement.execute("SET synchronous_commit = off");
        }
        Instant start = Instant.parse("2026-08-15T00:00:00Z");
        List<Entry> some = new ArrayList<>();
        for (long n = 0; n < entries; n++) {
            some.add(entry(n, start.plusMillis(n * 500 / Math.max(1, entries / 10_000_000))));
            if (some.size() == 100_000 || n == entries - 1) {
                EntryStore.store(owner, some);
                owner.commit();
                some.clear();
            }
        }
        try (Statement statement = owner.createStatement()) {
            owner.setAutoCommit(true);
            statement.execute("VACUUM ANALYZE search.block");
        }
        say("%d entries stored in %.0f s: %d blocks, %d MB", entries, (System.nanoTime() - began) / 1e9,
                number(owner, "SELECT count(*) FROM search.block"),
                number(owner, "SELECT pg_total_relation_size('search.block') >> 20"));
    }

    /** Half of all is one tenant's; members, tools and models are as uneven as the square of chance, an outcome in thirty is none. */
    private static Entry entry(long n, Instant at) {
        Random random = new Random(n * 0x9e3779b97f4a7c15L);
        random.nextLong();
        String tenant = random.nextInt(2) == 0 ? "acme" : "tenant-" + random.nextInt(19);
        int member = uneven(random, 2_000);
        boolean tool = random.nextInt(3) > 0;
        boolean failed = random.nextInt(30) == 0;
        String outcome = !failed ? "completed" : random.nextInt(3) == 0 ? "failed" : "denied";
        return new Entry(
                tenant,
                new UUID(at.toEpochMilli() << 16 | 0x7000 | random.nextInt(0x1000), random.nextLong()),
                at,
                failed && !outcome.equals("failed") ? "call.refused" : "call.closed",
                (member % 2 == 0 ? "agent:member-" : "user:member-") + member,
                "key" + (100_000_000 + member),
                tool ? "tool" : "llm",
                tool ? "server-" + uneven(random, 300) % 20 + "__tool-" + uneven(random, 300) : "model-" + uneven(random, 50),
                "session-" + member + "-" + n / 200_000,
                outcome,
                !failed ? null : n % 1_000_000 < 30 ? "rare_reason" : "no_matching_grant");
    }

    private static int uneven(Random random, int of) {
        double chance = random.nextDouble();
        return (int) (chance * chance * of);
    }

    private static void searches(Connection app, Connection owner, long entries) throws Exception {
        Instant last = Instant.parse("2026-08-15T00:00:00Z").plusMillis(entries * 500 / Math.max(1, entries / 10_000_000));
        Instant first = Instant.parse("2026-08-15T00:00:00Z");
        Instant middle = first.plus(Duration.between(first, last).dividedBy(2));
        List<Question> questions = List.of(
                new Question("everything of the largest tenant", by(null, null, null, null, null, null, null)),
                new Question("everything of a small tenant", new Sought("tenant-7", null, null, null, null, null, null, null, null, null, null, null)),
                new Question("a common member", by("agent:member-0", null, null, null, null, null, null)),
                new Question("a rare member", by("agent:member-1998", null, null, null, null, null, null)),
                new Question("a member by its bare name", by("member-900", null, null, null, null, null, null)),
                new Question("nobody", by("user:nobody", null, null, null, null, null, null)),
                new Question("a common tool", by(null, "server-0__tool-0", null, null, null, null, null)),
                new Question("a rare tool", by(null, "server-19__tool-297", null, null, null, null, null)),
                new Question("a model", by(null, "model-48", null, null, null, null, null)),
                new Question("a session in the middle", by(null, null, "session-500-25", null, null, null, null)),
                new Question("completed", by(null, null, null, "completed", null, null, null)),
                new Question("denied", by(null, null, null, "denied", null, null, null)),
                new Question("a rare reason", by(null, null, null, null, "rare_reason", null, null)),
                new Question("llm and denied, up to the middle", new Sought("acme", null, null, null, "llm", null, null, "denied", null, null, null, middle)),
                new Question("an hour in the middle", by(null, null, null, null, null, middle, middle.plusSeconds(3600))),
                new Question("a common member and a common tool", by("agent:member-0", "server-0__tool-0", null, null, null, null, null)),
                new Question("a rare member and a rare tool", by("agent:member-1998", "server-19__tool-297", null, null, null, null, null)),
                new Question("a common member and a rare reason", by("agent:member-0", null, null, null, "rare_reason", null, null)),
                new Question("a common member, its key's neighbour: nothing", new Sought("acme", null, "agent:member-0", "key100000001", null, null, null, null, null, null, null, null)),
                new Question("completed and no_matching_grant: nothing", by(null, null, null, "completed", "no_matching_grant", null, null)),
                new Question("a common tool as a model, failed: nothing", new Sought("acme", null, null, null, "llm", "server-0__tool-0", null, "failed", null, null, null, null)));
        PostgresSearch search = new PostgresSearch(lending(app), Duration.ofSeconds(60), true);
        say("%-46s %6s %9s %9s   %s", "", "found", "p50, ms", "worst, ms", "20 pages in: p50, worst, ms");
        for (Question question : questions) {
            measure(search, question);
        }
        explain(owner);
    }

    private static Sought by(
            String member, String resource, String session, String outcome, String reason, Instant since, Instant until) {
        return new Sought("acme", null, member, null, null, resource, session, outcome, reason, null, since, until);
    }

    private static void measure(PostgresSearch search, Question question) {
        String far = null;
        boolean deep = true;
        for (int i = 0; i < 20 && deep; i++) {
            far = search.search(question.sought(), far, PAGE).next();
            deep = far != null;
        }
        double[] first = times(search, question.sought(), null);
        int found = search.search(question.sought(), null, PAGE).entries().size();
        double[] later = deep ? times(search, question.sought(), far) : new double[0];
        say("%-46s %6d %9.1f %9.1f   %s", question.name(), found, first[TIMES / 2], first[TIMES - 1],
                deep ? String.format(Locale.ROOT, "%.1f, %.1f", later[TIMES / 2], later[TIMES - 1]) : "");
    }

    private static double[] times(PostgresSearch search, Sought sought, String after) {
        double[] millis = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            long began = System.nanoTime();
            search.search(sought, after, PAGE);
            millis[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(millis);
        return millis;
    }

    private static void explain(Connection owner) throws SQLException {
        owner.setAutoCommit(false);
        try (Statement statement = owner.createStatement()) {
            statement.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off");
            try (ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) SELECT number, entries, last_at, member, resource"
                    + " FROM search.block WHERE tenant = 'acme' AND last_at >= '2026-01-01Z' AND first_at <= '2027-01-01Z'"
                    + " AND get_bit(presence, 1234567 % (8 * octet_length(presence))) = 1 ORDER BY last_at DESC")) {
                while (rows.next()) {
                    say("%s", rows.getString(1));
                }
            }
        }
        owner.rollback();
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
