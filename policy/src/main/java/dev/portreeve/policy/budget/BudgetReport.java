package dev.portreeve.policy.budget;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is spent, held and left of every budget at one moment, for people to read; admissions never look at it.
 *
 * @param truncated whether there are more budgets than {@link #MAX_LINES}
 */
public record BudgetReport(Instant at, List<Line> lines, boolean truncated) {
    public static final int MAX_LINES = 1000;

    public BudgetReport {
        lines = List.copyOf(lines);
    }

    /**
     * One budget in its current window, or what one session has spent of it.
     *
     * @param period its window as a person reads it
     * @param scope what it is narrowed to; empty where it bounds all calls of its owner
     * @param session whose own count it is; {@code null} where all calls share one
     * @param applies whether it bounds anything today
     * @param status what an operator made of it
     * @param unit what it counts: {@code usd}, another currency, {@code tokens} or {@code requests}
     * @param rate at which calls that begin now are counted, of another currency
     * @param limit with what is raised for a while, and carried
     * @param spent settled, overrun included
     * @param held by calls that still run
     * @param remaining never below zero
     * @param carried what came from windows before: part of the limit
     * @param raises what is in force of them, the first to end first
     * @param resetsAt {@code null} for a budget that never starts again
     */
    public record Line(
            String tenant,
            String id,
            BudgetOwner owner,
            BudgetConfig.Window window,
            String period,
            String scope,
            @Nullable String session,
            boolean applies,
            ZoneId timezone,
            BudgetStatus status,
            String unit,
            @Nullable Rate rate,
            Amount limit,
            Amount spent,
            Amount held,
            Amount remaining,
            Amount carried,
            List<BudgetRaise> raises,
            @Nullable Instant resetsAt) {
        public Line {
            raises = List.copyOf(raises);
        }

        /** {@code open}, {@code frozen}, {@code closed}, or {@code in_debt}: more was spent than the limit allows. */
        public String state() {
            boolean owes = status.isOpen() && spent.count() > limit.count();
            return owes ? "in_debt" : status.state().code();
        }
    }

    /**
     * What a dollar is in a budget's currency.
     *
     * @param date since when
     * @param old whether that is so long ago that people are told
     */
    public record Rate(BigDecimal perUsd, LocalDate date, boolean old) {}

    /**
     * So much of what a budget counts.
     *
     * @param count in billionths of money, or whole tokens or calls
     * @param decimal for programs: {@code 0.5}, {@code 1200}
     * @param text for people: {@code $0.5}, {@code 1200 tokens}
     */
    public record Amount(long count, String decimal, String text) {
        /** @param unit as {@link Line#unit} has it */
        static Amount of(String unit, long count) {
            return of(BudgetUnit.read(unit), count);
        }

        static Amount of(BudgetUnit unit, long count) {
            return new Amount(count, unit.decimal(count), unit.text(count));
        }
    }
}
