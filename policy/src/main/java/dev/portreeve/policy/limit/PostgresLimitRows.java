package dev.portreeve.policy.limit;

import dev.portreeve.policy.limit.LimitStore.Party;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The rows of one replica's turn, in one transaction: a few statements for any number of limits. For one thread. */
final class PostgresLimitRows {
    private static final String MAKE = """
            INSERT INTO policy.limit_pool (tenant, limit_id, free, debt, debt_at, debt_per_part)
            SELECT tenant, limit_id, free, 0, clock_timestamp(), debt_per_part
            FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) AS k (tenant, limit_id, free, debt_per_part)
            ORDER BY tenant, limit_id
            ON CONFLICT DO NOTHING""";
    private static final String LOCK = """
            SELECT p.tenant, p.limit_id, p.free, p.debt,
                (greatest(0, extract(epoch FROM clock_timestamp() - p.debt_at)) * 1e9)::bigint
            FROM policy.limit_pool p
            WHERE (p.tenant, p.limit_id) IN (SELECT * FROM unnest(?::text[], ?::text[]))
            ORDER BY p.tenant, p.limit_id FOR UPDATE""";
    private static final String SHARES = """
            SELECT s.tenant, s.limit_id, s.replica, s.amount, s.needs, s.demand,
                (extract(epoch FROM s.waits_from) * 1e6)::bigint
            FROM policy.limit_share s
            WHERE (s.tenant, s.limit_id) IN (SELECT * FROM unnest(?::text[], ?::text[]))""";
    private static final String WRITE_POOLS = """
            UPDATE policy.limit_pool p SET free = k.free, debt = k.debt, debt_at = clock_timestamp()
            FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) AS k (tenant, limit_id, free, debt)
            WHERE p.tenant = k.tenant AND p.limit_id = k.limit_id""";
    private static final String WRITE_SHARES = """
            INSERT INTO policy.limit_share AS s (tenant, limit_id, replica, amount, needs, demand, waits_from)
            SELECT tenant, limit_id, ?, amount, needs, demand, CASE WHEN waits THEN clock_timestamp() END
            FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[])
                AS k (tenant, limit_id, amount, needs, demand, waits)
            ON CONFLICT (tenant, limit_id, replica) DO UPDATE SET amount = excluded.amount, needs = excluded.needs,
                demand = excluded.demand,
                waits_from = CASE WHEN excluded.waits_from IS NULL THEN NULL
                    ELSE coalesce(s.waits_from, excluded.waits_from) END""";
    private static final String FORGET_EMPTY = """
            DELETE FROM policy.limit_share WHERE replica = ? AND amount = 0
                AND (tenant, limit_id) IN (SELECT * FROM unnest(?::text[], ?::text[]))""";

    private final Connection connection;
    private final UUID replica;
    private final Map<LimitKey, Party> parties = new LinkedHashMap<>();

    PostgresLimitRows(Connection connection, UUID replica, List<? extends Party> parties) {
        this.connection = connection;
        this.replica = replica;
        parties.forEach(party -> this.parties.put(party.key(), party));
    }

    /** The pools of limits that are used for the first time, with all of them free. */
    void make() throws SQLException {
        List<Party> all = List.copyOf(parties.values());
        try (PreparedStatement make = connection.prepareStatement(MAKE)) {
            setKeys(make, 1, all);
            make.setArray(3, numbers(all, Party::whole));
            make.setArray(4, numbers(all, Party::debtPerPart));
            int unused = make.executeUpdate();
        }
    }

    /** Locks the pools and reads what everybody holds. */
    List<ShareTurn> lock() throws SQLException {
        List<Party> all = List.copyOf(parties.values());
        Map<LimitKey, Pool> pools = pools(all);
        Map<LimitKey, List<Row>> shares = shares(all);
        List<ShareTurn> turns = new ArrayList<>();
        pools.forEach((key, pool) -> {
            Party party = parties.get(key);
            if (party != null) {
                turns.add(turn(party, pool, shares.getOrDefault(key, List.of())));
            }
        });
        return turns;
    }

    private ShareTurn turn(Party party, Pool pool, List<Row> rows) {
        long stored = 0;
        Long since = null;
        for (Row row : rows) {
            if (row.stake().replica().equals(replica)) {
                stored = row.stake().held();
                since = row.stake().waitingSince();
            }
        }
        ShareTurn turn = new ShareTurn(party, replica, stored, since, pool.free(), pool.debt());
        rows.stream()
                .map(Row::stake)
                .filter(stake -> !stake.replica().equals(replica))
                .forEach(turn::add);
        return turn;
    }

    private record Pool(long free, long debt) {}

    private record Row(LimitKey key, Division.Stake stake) {}

    private Map<LimitKey, Pool> pools(List<Party> all) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
            setKeys(lock, 1, all);
            Map<LimitKey, Pool> pools = new LinkedHashMap<>();
            try (ResultSet rows = lock.executeQuery()) {
                while (rows.next()) {
                    long free = rows.getLong(3);
                    long debt = ShareTurn.paidOff(rows.getLong(4), free, rows.getLong(5));
                    pools.put(new LimitKey(rows.getString(1), rows.getString(2)), new Pool(free, debt));
                }
            }
            return pools;
        }
    }

    private Map<LimitKey, List<Row>> shares(List<Party> all) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(SHARES)) {
            setKeys(read, 1, all);
            Map<LimitKey, List<Row>> shares = new HashMap<>();
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    LimitKey key = new LimitKey(rows.getString(1), rows.getString(2));
                    long since = rows.getLong(7);
                    @Nullable Long waits = rows.wasNull() ? null : since;
                    Division.Stake stake = new Division.Stake(
                            rows.getObject(3, UUID.class), rows.getLong(4), rows.getLong(5), rows.getLong(6), waits);
                    shares.computeIfAbsent(key, unused -> new ArrayList<>()).add(new Row(key, stake));
                }
            }
            return shares;
        }
    }

    void write(List<ShareTurn> turns, boolean releases) throws SQLException {
        List<Party> all = turns.stream().map(ShareTurn::party).toList();
        try (PreparedStatement pools = connection.prepareStatement(WRITE_POOLS)) {
            setKeys(pools, 1, all);
            pools.setArray(3, numbers(turns, ShareTurn::free));
            pools.setArray(4, numbers(turns, ShareTurn::debt));
            int unused = pools.executeUpdate();
        }
        try (PreparedStatement shares = connection.prepareStatement(WRITE_SHARES)) {
            shares.setObject(1, replica);
            setKeys(shares, 2, all);
            shares.setArray(4, numbers(turns, ShareTurn::amount));
            shares.setArray(
                    5, numbers(turns, turn -> releases ? 0 : turn.party().needs()));
            shares.setArray(
                    6, numbers(turns, turn -> releases ? 0 : turn.party().demand()));
            shares.setArray(7, truths(turns, turn -> !releases && turn.waits()));
            int unused = shares.executeUpdate();
        }
        if (releases) {
            try (PreparedStatement forget = connection.prepareStatement(FORGET_EMPTY)) {
                forget.setObject(1, replica);
                setKeys(forget, 2, all);
                int unused = forget.executeUpdate();
            }
        }
    }

    private void setKeys(PreparedStatement statement, int first, List<Party> all) throws SQLException {
        statement.setArray(
                first,
                connection.createArrayOf(
                        "text", all.stream().map(party -> party.key().tenant()).toArray()));
        statement.setArray(
                first + 1,
                connection.createArrayOf(
                        "text", all.stream().map(party -> party.key().id()).toArray()));
    }

    private <T> Array numbers(List<T> all, Function<T, Long> number) throws SQLException {
        return connection.createArrayOf("bigint", all.stream().map(number).toArray());
    }

    private <T> Array truths(List<T> all, Predicate<T> truth) throws SQLException {
        return connection.createArrayOf("boolean", all.stream().map(truth::test).toArray());
    }
}
