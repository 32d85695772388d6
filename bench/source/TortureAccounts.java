import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/** Compares what a torture run left in the ledger and in the records with what the provider counted. */
final class TortureAccounts {
    private static final long SETTLE_SECONDS = 120;
    /** What a call of the run holds at most, from the holds themselves. */
    private static final String WORST = "SELECT coalesce(max(amount_nanos), 0) FROM policy.hold WHERE expires_at > created_at";

    private static final String BUDGETS = """
            SELECT w.budget_id, w.limit_nanos, w.held_nanos, w.settled_nanos, w.overrun_nanos, w.leased_nanos
            FROM policy.budget_window w ORDER BY w.budget_id""";
    private static final String CALLS = """
            SELECT (max(leaf ->> 'client_request_id'))::bigint, max(leaf ->> 'settlement'),
                (coalesce(max((leaf ->> 'cost_usd')::numeric), 0) * 1000000000)::bigint,
                concat_ws(', usage ', max(leaf ->> 'outcome'), max(leaf #>> '{usage,basis}'))
            FROM (SELECT call_id, convert_from(leaf, 'UTF8')::json AS leaf FROM audit.record
                WHERE kind IN ('call.opened', 'call.closed', 'call.refused')) r
            GROUP BY call_id HAVING max(leaf ->> 'client_request_id') IS NOT NULL""";
    private static final String ASSUMED = """
            SELECT count(*), coalesce(sum(p.amount_nanos), 0)
            FROM policy.posting p JOIN policy.held_call h USING (tenant, call_id)
            WHERE p.kind = 'assumed' AND 'tenant:torture:total' = ANY(h.budget_ids)""";

    private final DataSource database;

    TortureAccounts(DataSource database) {
        this.database = database;
    }

    /** Says something on the console. */
    interface Voice {
        void say(String format, Object... values);
    }

    /** The twelve characters after the prefix. */
    static String keyId(String key) {
        return key.substring(4, 16);
    }

    /**
     * Waits until nothing is held or leased any more. What crashed is waited for by making it look as old as it would be
     * after the minutes the sweepers wait; nobody calls meanwhile, so nothing that lives is touched.
     */
    void settle(Voice voice) throws SQLException, InterruptedException {
        // A living replica gives back what it does not use after a second.
        Thread.sleep(4000);
        run("UPDATE policy.lease SET touched_at = now() - interval '2 minutes' WHERE nanos > 0");
        run("UPDATE policy.hold h SET expires_at = now() - interval '1 second' WHERE NOT EXISTS"
                + " (SELECT FROM policy.posting p WHERE p.tenant = h.tenant AND p.call_id = h.call_id)");
        long until = System.nanoTime() + SETTLE_SECONDS * 1_000_000_000L;
        while (number("SELECT coalesce(sum(held_nanos + leased_nanos), 0) FROM policy.budget_window") != 0) {
            if (System.nanoTime() > until) {
                voice.say("NOT SETTLED after %d s", SETTLE_SECONDS);
                return;
            }
            Thread.sleep(500);
        }
    }

    private void run(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            boolean ignored = statement.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private record Budget(String id, long limit, long held, long settled, long overrun, long leased) {
        long left() {
            return limit - held - settled - overrun - leased;
        }
    }

    /** What the gateways recorded of a call. */
    private record Recorded(String settlement, long cost, String ended) {}

    /** Calls that were recorded with more than they were billed, which is right where nobody could know. */
    private static final class Above {
        private long calls;
        private long nanos;
    }

    private List<Budget> budgets() throws SQLException {
        List<Budget> budgets = new ArrayList<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(BUDGETS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                budgets.add(new Budget(
                        rows.getString(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5), rows.getLong(6)));
            }
        }
        return budgets;
    }

    private Map<Long, Recorded> calls() throws SQLException {
        Map<Long, Recorded> calls = new HashMap<>();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(CALLS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                calls.put(rows.getLong(1), new Recorded(rows.getString(2), rows.getLong(3), rows.getString(4)));
            }
        }
        return calls;
    }

    /** Prints the ledger beside the provider's own count, and says whether all is as it must be. */
    boolean verdict(Map<Long, BillingUpstream.Bill> bills, List<String> keys, Voice voice) throws SQLException {
        List<String> wrong = new ArrayList<>();
        List<Budget> budgets = budgets();
        long[] billed = new long[keys.size()];
        bills.values().forEach(bill -> billed[bill.key()] += bill.nanos());
        voice.say("%-32s %16s %16s %16s %14s", "budget", "limit, nanos", "ledger", "provider billed", "left");
        for (Budget budget : budgets) {
            long provider = billed(budget.id(), billed, keys);
            voice.say("%-32s %,16d %,16d %,16d %,14d", budget.id(), budget.limit(), budget.settled() + budget.overrun(), provider, budget.left());
            if (provider > budget.limit() || budget.settled() > budget.limit() || budget.overrun() > 0) {
                wrong.add("OVERSHOOT of " + budget.id());
            }
            if (provider > budget.settled() + budget.overrun()) {
                wrong.add("the provider billed more for " + budget.id() + " than the ledger has");
            }
            if (budget.held() != 0 || budget.leased() != 0) {
                wrong.add(budget.id() + " still holds " + budget.held() + " and leases " + budget.leased());
            }
        }
        phantom(budgets, keys, wrong);
        accounted(budgets, bills, wrong, voice);
        wrong.forEach(each -> voice.say("WRONG: %s", each));
        voice.say(wrong.isEmpty() ? "PASSED" : "FAILED");
        return wrong.isEmpty();
    }

    private static long billed(String budget, long[] billed, List<String> keys) {
        long sum = 0;
        for (int key = 0; key < billed.length; key++) {
            if (above(key, keys).contains(budget)) {
                sum += billed[key];
            }
        }
        return sum;
    }

    private static List<String> above(int key, List<String> keys) {
        return List.of(
                "tenant:torture:total",
                "team:team-" + key % 4 + ":total",
                "member:agent-" + key + ":total",
                "key:" + keyId(keys.get(key)) + ":total");
    }

    /** Of each key some budget must have less left than one more call needs. */
    private void phantom(List<Budget> budgets, List<String> keys, List<String> wrong) throws SQLException {
        long worst = number(WORST);
        for (int key = 0; key < keys.size(); key++) {
            List<String> above = above(key, keys);
            long least = budgets.stream()
                    .filter(budget -> above.contains(budget.id()))
                    .mapToLong(Budget::left)
                    .min()
                    .orElse(Long.MAX_VALUE);
            if (least >= worst) {
                wrong.add("PHANTOM EXHAUSTION: key " + key + " was refused with " + least + " left, and a call needs " + worst);
            }
        }
    }

    private void accounted(List<Budget> budgets, Map<Long, BillingUpstream.Bill> bills, List<String> wrong, Voice voice)
            throws SQLException {
        Map<Long, Recorded> calls = calls();
        long exact = 0, exactNanos = 0, lost = 0, lostNanos = 0, retried = 0;
        Map<String, Above> above = new TreeMap<>();
        for (Map.Entry<Long, BillingUpstream.Bill> each : bills.entrySet()) {
            long billed = each.getValue().nanos();
            Recorded recorded = calls.get(each.getKey());
            retried += each.getValue().attempts() > 1 ? 1 : 0;
            if (recorded != null && "settled".equals(recorded.settlement())) {
                exact++;
                exactNanos += billed;
                if (recorded.cost() > billed) {
                    Above those = above.computeIfAbsent(recorded.ended(), none -> new Above());
                    those.calls++;
                    those.nanos += recorded.cost() - billed;
                }
                if (recorded.cost() < billed) {
                    wrong.add("call " + each.getKey() + " was billed " + billed + " and recorded with " + recorded.cost());
                }
            } else {
                lost++;
                lostNanos += billed;
            }
        }
        above.forEach((ended, those) -> voice.say(
                "recorded above the bill: %,d calls that ended as %s, by %,d nanos", those.calls, ended, those.nanos));
        long ledger = budgets.stream()
                .filter(budget -> budget.id().equals("tenant:torture:total"))
                .mapToLong(budget -> budget.settled() + budget.overrun())
                .sum();
        long recorded = calls.values().stream()
                .filter(call -> "settled".equals(call.settlement()))
                .mapToLong(Recorded::cost)
                .sum();
        long assumedCount;
        long assumed;
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(ASSUMED);
                ResultSet row = statement.executeQuery()) {
            row.next();
            assumedCount = row.getLong(1);
            assumed = row.getLong(2);
        }
        voice.say("provider: %,d calls billed %,d nanos; %,d of them, %,d nanos, stand settled in the records; %d were tried twice",
                bills.size(), exactNanos + lostNanos, exact, exactNanos, retried);
        voice.say("killed with their gateway: %,d calls billed %,d nanos, for which %,d charges of %,d nanos are assumed",
                lost, lostNanos, assumedCount, assumed);
        voice.say("ledger of the tenant: %,d nanos = settled records %,d + assumed %,d", ledger, recorded, assumed);
        if (lostNanos > assumed) {
            wrong.add("calls were lost: more was billed for them than is assumed");
        }
        if (ledger != recorded + assumed) {
            wrong.add("the ledger is not the sum of its records");
        }
    }
}
