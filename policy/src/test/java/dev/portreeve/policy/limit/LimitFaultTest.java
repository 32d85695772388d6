package dev.portreeve.policy.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.migrations.TestDatabase;
import dev.portreeve.policy.budget.FrailDatabase;
import dev.portreeve.policy.budget.FrailDatabase.Fault;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each write of the limits' shares, with each way in which its commit can go wrong: two replicas never have more than the whole
 * between them, what the rows say adds up to it, and afterwards both have their parts.
 */
class LimitFaultTest {
    private static final LimitConfig MINUTE =
            new LimitConfig(60L, null, null, Duration.ofMinutes(1), 60L, List.of(), List.of(), List.of(), null);
    private static final LimitConfig SLOTS =
            new LimitConfig(null, null, 4, null, null, List.of(), List.of(), List.of(), null);

    private static final String SUMS = """
            SELECT p.free + coalesce(sum(s.amount), 0) FROM policy.limit_pool p
            LEFT JOIN policy.limit_share s USING (tenant, limit_id)
            WHERE tenant = ? GROUP BY tenant, limit_id, p.free""";

    private static TestDatabase database;

    private final String tenant = UUID.randomUUID().toString();
    private final FrailDatabase line = new FrailDatabase(database.app().dataSource());
    private final LimitStore store = new PostgresLimitStore(line.dataSource());
    private final UUID a = UUID.randomUUID();
    private final UUID b = UUID.randomUUID();

    @BeforeAll
    static void open() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    /** The write that goes wrong. */
    private enum Write {
        THE_FIRST_SHARE,
        A_PART_FOR_A_NEWCOMER,
        GIVING_UP,
        A_RETURN,
        A_WORD,
        AN_END
    }

    static Stream<Arguments> table() {
        return Stream.of(MINUTE, SLOTS)
                .flatMap(limit -> Stream.of(Write.values())
                        .flatMap(write -> Stream.of(Fault.values())
                                .map(fault -> Arguments.of(
                                        limit.equals(SLOTS) ? "slots" : "requests", write, fault, limit))));
    }

    private static Share share(Limit limit) {
        return limit.unit() == Limit.Unit.CONCURRENCY
                ? new SlotShare(limit.key(), limit, 0)
                : new RateShare(limit.key(), limit, () -> 0);
    }

    private void renew(UUID replica, Share share) {
        share.closeRound(0);
        store.renew(replica, List.of(share));
    }

    /** A call comes, and ends at once if it was let in. */
    private static void wants(Share share) {
        if (share.take(1, 0) == 0 && share instanceof SlotShare) {
            share.giveBack(1, 0);
        }
    }

    private void with(Fault fault, Runnable write) {
        line.breakNext(fault);
        if (fault == Fault.SLOW) {
            write.run();
        } else {
            assertThrows(RuntimeException.class, write::run);
        }
    }

    /** What is free and what the replicas hold, of each limit of this test. */
    private List<Long> sums() {
        List<Long> sums = new ArrayList<>();
        try (Connection connection = database.owner().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(SUMS)) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    sums.add(rows.getLong(1));
                }
            }
            return sums;
        } catch (SQLException failed) {
            throw new AssertionError(SUMS, failed);
        }
    }

    private void assertWhole(Share first, Share second) {
        long whole = first.whole();
        assertTrue(first.held() + second.held() <= whole, () -> first.held() + " and " + second.held());
        List<Long> sums = sums();
        assertTrue(sums.stream().allMatch(sum -> sum == whole), sums::toString);
    }

    private void happens(Write write, Fault fault, Share first, Share second) {
        store.beat(a);
        store.beat(b);
        if (write == Write.THE_FIRST_SHARE) {
            with(fault, () -> renew(a, first));
            return;
        }
        renew(a, first);
        assertEquals(0, first.take(1, 0));
        assertTrue(second.take(1, 0) > 0);
        switch (write) {
            case A_PART_FOR_A_NEWCOMER -> {
                renew(b, second);
                renew(a, first);
                with(fault, () -> renew(b, second));
            }
            case GIVING_UP -> {
                renew(b, second);
                with(fault, () -> renew(a, first));
            }
            case A_RETURN -> with(fault, () -> store.release(a, List.of(first)));
            case A_WORD -> with(fault, () -> store.beat(a));
            case AN_END -> with(fault, () -> store.leave(a));
            case THE_FIRST_SHARE -> throw new AssertionError("was before");
        }
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("table")
    void nobodyHasMoreThanThereIsAndNothingIsLost(String name, Write write, Fault fault, LimitConfig config) {
        Limit limit = new Limit(new Limit.Owner(tenant, Limit.Kind.TENANT, tenant), config);
        Share first = share(limit);
        Share second = share(limit);
        happens(write, fault, first, second);
        if (write == Write.AN_END) {
            // Whoever leaves uses nothing any more, whatever it hears.
            first.lose();
        }
        assertWhole(first, second);
        for (int i = 0; i < 4; i++) {
            if (!store.beat(a).known()) {
                first.lose();
            }
            store.beat(b);
            wants(first);
            wants(second);
            renew(a, first);
            renew(b, second);
            assertWhole(first, second);
        }
        assertTrue(first.held() > 0 && second.held() > 0, () -> first.held() + " and " + second.held());
    }
}
