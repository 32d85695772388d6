package dev.portreeve.audit.search;

import dev.portreeve.audit.Database;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Measures the search: a program, no test. Its argument is how many calls (two records each) there are; it says how long they take to
 * become searchable, how much room that takes, and the median and the worst of twenty pages of each kind of search.
 */
final class SearchCost {
    private static final int TIMES = 20;

    private SearchCost() {}

    private record Question(String name, Sought sought) {}

    public static void main(String[] arguments) throws Exception {
        int calls = Integer.parseInt(arguments[0]);
        try (Database database = new Database()) {
            fill(database, calls);
            long began = System.nanoTime();
            long read = new RecordIndexer(database.app(), Duration.ofSeconds(1)).runOnce();
            double seconds = (System.nanoTime() - began) / 1e9;
            say("%d records became searchable in %.1f s: %.0f a second", read, seconds, read / seconds);
            say(
                    "search.entry: %d MB table, %d MB indexes; audit.record: %d MB",
                    database.number("SELECT pg_table_size('search.entry') >> 20"),
                    database.number("SELECT pg_indexes_size('search.entry') >> 20"),
                    database.number("SELECT pg_total_relation_size('audit.record_default') >> 20"));
            database.tamper("ANALYZE search.entry");
            for (Question question : questions(calls)) {
                measure(database, question);
            }
        }
    }

    private static List<Question> questions(int calls) {
        Instant middle = Instant.parse("2020-01-01T00:00:00Z").plusSeconds(calls / 20);
        return List.of(
                new Question("newest", by(null, null, null, null, null, null)),
                new Question("by member (1 of 1,000)", by("user:m17", null, null, null, null, null)),
                new Question("by member's bare name", by("m17", null, null, null, null, null)),
                new Question("by tool (1 of 200)", by(null, "server__tool17", null, null, null, null)),
                new Question("by session", by(null, null, "s" + calls / 34, null, null, null)),
                new Question("by outcome denied (1 in 100)", by(null, null, null, "denied", null, null)),
                new Question("by rare reason", by(null, null, null, null, "rare", null)),
                new Question("member and tool", by("user:m17", "server__tool17", null, null, null, null)),
                new Question("member and denied", by("user:m100", null, null, "denied", null, null)),
                new Question(
                        "tool and completed, up to the middle",
                        by(null, "server__tool17", null, "completed", null, middle)),
                new Question("nobody", by("user:nobody", null, null, null, null, null)));
    }

    private static Sought by(
            @Nullable String member,
            @Nullable String resource,
            @Nullable String session,
            @Nullable String outcome,
            @Nullable String reason,
            @Nullable Instant until) {
        return new Sought("acme", null, member, null, null, resource, session, outcome, reason, null, null, until);
    }

    private static void measure(Database database, Question question) throws SQLException {
        try (Connection connection = database.app().getConnection()) {
            measure(new PostgresSearch(lending(connection), Duration.ofSeconds(60)), question);
        }
    }

    /** Always the same connection, as a pool would. */
    private static DataSource lending(Connection connection) {
        ClassLoader loader = SearchCost.class.getClassLoader();
        Connection kept = (Connection) Proxy.newProxyInstance(
                loader,
                new Class<?>[] {Connection.class},
                (self, method, given) -> method.getName().equals("close") ? null : method.invoke(connection, given));
        return (DataSource)
                Proxy.newProxyInstance(loader, new Class<?>[] {DataSource.class}, (self, method, given) -> kept);
    }

    private static void measure(PostgresSearch search, Question question) {
        double[] millis = new double[TIMES];
        int found = 0;
        for (int i = 0; i < TIMES; i++) {
            long began = System.nanoTime();
            found = search.search(question.sought(), null, 50).entries().size();
            millis[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(millis);
        say("%-40s %3d found, %6.1f ms, worst %6.1f ms", question.name(), found, millis[TIMES / 2], millis[TIMES - 1]);
    }

    private static void fill(Database database, int calls) throws Exception {
        try (Connection connection = database.owner().getConnection();
                Statement statement = connection.createStatement();
                PreparedStatement insert = connection.prepareStatement("""
                        INSERT INTO audit.record (tenant, id, at, call_id, kind, leaf)
                        SELECT 'acme', gen_random_uuid(), timestamptz '2020-01-01Z' + n * interval '100 ms' + half * interval '20 ms',
                            md5('call' || n)::uuid, CASE half WHEN 0 THEN 'call.opened' ELSE 'call.closed' END,
                            convert_to(CASE half WHEN 0 THEN
                                '{"arguments_hmac":"' || repeat(md5(n::text), 12) || '","resource":"server__tool' || n % 200
                                || '","subject":{"key":"key' || n % 5000 || '","kind":"user","member":"m' || n % 1000
                                || '","session":"s' || n / 17 || '"},"type":"tool"}'
                            ELSE '{"cost_usd":"0.001","detail":"' || repeat(md5(n::text), 12) || '","outcome":"'
                                || CASE WHEN n % 100 = 0 THEN 'denied","reason":"' || CASE WHEN n % 100000 = 0 THEN 'rare' ELSE 'no_matching_grant' END
                                    ELSE 'completed' END || '"}' END, 'UTF8')
                        FROM generate_series(?::int, ?::int) AS n, generate_series(0, 1) AS half""")) {
            statement.execute("SET synchronous_commit = off");
            int portion = 50_000;
            for (int from = 0; from < calls; from += portion) {
                insert.setInt(1, from);
                insert.setInt(2, Math.min(calls, from + portion) - 1);
                insert.execute();
            }
        }
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
