package dev.portreeve.policy.budget;

import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;

/** The keys of a history that keys made, and what they were given; the ledger is not asked what that comes to. */
final class HistoryGifts {
    private static final int DEEPEST = 2;
    private final PostgresPurse observer;
    private final String tenant;
    private final List<Gift> living = new ArrayList<>();
    private int made;

    /** A key that was made, the one above it ({@code null}: the agent's own), and what it may spend. */
    record Gift(Subject subject, Gift parent, long nanos) {
        String budget() {
            return CarvedBudgets.id(subject.keyId());
        }

        private boolean isBelow(Gift other) {
            return equals(other) || (parent != null && parent.isBelow(other));
        }
    }

    HistoryGifts(PostgresPurse observer, String tenant) {
        this.observer = observer;
        this.tenant = tenant;
    }

    List<Gift> living() {
        return living;
    }

    /** One of the living ones; {@code null} if there is none. */
    Gift living(int number) {
        return living.isEmpty() ? null : living.get(number % living.size());
    }

    private Subject root() {
        return new Subject(tenant, "support", Subject.Kind.AGENT, "bot", PurseFixture.BOT.keyId());
    }

    /**
     * A key makes one.
     *
     * @param parent which of the living ones does; beyond them, the agent's own
     * @return what it was given; {@code null} if it was refused
     */
    Gift give(int parent, long nanos, HistoryLimits limits, HistoryBook book, Instant now) {
        int chosen = parent % (living.size() + 1);
        Gift above = chosen < living.size() ? living.get(chosen) : null;
        Subject giver = above == null ? root() : above.subject();
        if (giver.delegation().depth() >= DEEPEST) {
            return null;
        }
        List<Gift> others = living.stream()
                .filter(gift -> Objects.equals(gift.parent(), above))
                .toList();
        Gift gift = new Gift(child(giver, nanos), above, nanos);
        String why = given(giver, others, gift, now);
        long promisedAtMost = 0;
        long promisedAtLeast = 0;
        for (Gift other : others) {
            promisedAtMost += Math.max(0, other.nanos() - book.surelySpent(window(other)));
            promisedAtLeast += Math.max(0, other.nanos() - book.perhapsSpent(window(other)));
        }
        List<Level> bounding = observer.budgets().get().ofAllCalls(giver, now).stream()
                .filter(level -> !level.budget().isSoft())
                .toList();
        for (Level level : bounding) {
            long most = dollars(
                    level,
                    limits.most(level, book, now) - (level.key().isRolling() ? 0 : book.surelySpent(level.key())));
            if (why == null && nanos > most - promisedAtLeast) {
                throw new AssertionError(gift + " was given, but of " + level.budget() + " no more than " + most
                        + " is left, of which " + promisedAtLeast + " are promised");
            }
        }
        boolean enough = true;
        for (Level level : bounding) {
            long least = dollars(level, limits.least(level, now) - book.perhapsSpent(level.key()));
            enough &= nanos <= least - promisedAtMost;
        }
        if (why != null && enough) {
            throw new AssertionError(gift + " was refused, although there is enough: " + why);
        }
        if (why == null) {
            living.add(gift);
            limits.gives(gift.budget(), nanos);
        }
        return why == null ? gift : null;
    }

    private WindowKey window(Gift gift) {
        return new WindowKey(tenant, gift.budget(), Instant.EPOCH);
    }

    /** Of an endless one, more than anybody wants. */
    private static long dollars(Level level, long left) {
        NanoUsd money = level.unit().dollars(Math.max(0, left));
        return money == null ? Long.MAX_VALUE : money.nanos();
    }

    private String given(Subject giver, List<Gift> others, Gift gift, Instant now) {
        PostgresCarvedBudgets carved =
                new PostgresCarvedBudgets(observer.database.app().dataSource(), observer.budgets());
        List<String> children =
                others.stream().map(other -> other.subject().keyId()).toList();
        String refusal = DSL.using(observer.database.app().dataSource(), SQLDialect.POSTGRES)
                .transactionResult(rows ->
                        carved.give(rows.dsl(), giver, children, gift.subject().keyId(), carve(gift.nanos()), now));
        if (refusal == null) {
            String key = gift.subject().keyId();
            observer.execute(
                    "INSERT INTO policy.virtual_key (tenant, id, member, name, secret_hash, expires_at) VALUES ('"
                            + tenant + "', '" + key + "', 'bot', 'child', sha256('x'), now() + interval '10 years')");
            if (giver.delegation().depth() > 0) {
                observer.execute("INSERT INTO policy.child_key (tenant, id, parent, depth) VALUES ('" + tenant + "', '"
                        + key + "', '" + giver.keyId() + "', " + DEEPEST + ")");
            }
            changed();
        }
        return refusal;
    }

    private void changed() {
        observer.execute("UPDATE policy.revision SET number = number + 1 WHERE subject = 'budget'");
        observer.budgets().refresh();
    }

    private Subject child(Subject giver, long nanos) {
        Delegation above = giver.delegation();
        List<String> keys = new ArrayList<>(above.above());
        keys.add(giver.keyId());
        List<Confines> confines = new ArrayList<>(above.confines());
        confines.add(CarvedBudgetsContract.given(carve(nanos)));
        String id = "c" + tenant.substring(tenant.indexOf('-') + 1) + "x" + ++made;
        return new Subject(tenant, "support", Subject.Kind.AGENT, "bot", (id + "zzzzzzzzzzz").substring(0, 12))
                .by(new Delegation(keys, confines));
    }

    private static Carve carve(long nanos) {
        return new Carve(new NanoUsd(nanos), Carve.Window.TOTAL, ZoneOffset.UTC);
    }

    /** A key is revoked, and with it all that it made. */
    void revoke(Gift gift) {
        observer.execute("UPDATE policy.virtual_key SET revoked_at = now() WHERE tenant = '" + tenant + "' AND id = '"
                + gift.subject().keyId() + "'");
        int ended = new PostgresCarvedBudgets(observer.database.app().dataSource(), observer.budgets()).retireEnded();
        int expected = (int) living.stream().filter(each -> each.isBelow(gift)).count();
        if (ended != expected) {
            throw new AssertionError("with " + gift + " " + expected + " gifts end, and " + ended + " did");
        }
        living.removeIf(each -> each.isBelow(gift));
        changed();
    }
}
