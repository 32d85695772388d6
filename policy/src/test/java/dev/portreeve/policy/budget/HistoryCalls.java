package dev.portreeve.policy.budget;

import static org.awaitility.Awaitility.await;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.Receipt;
import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.HistoryCall.State;
import dev.portreeve.policy.budget.PurseFixture.Words;
import dev.portreeve.policy.call.Attempts;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.ToLongFunction;

/** Runs the calls of a history as the governor does, and keeps what a provider bills for them. */
final class HistoryCalls {
    private static final String HELD = """
            SELECT count(*) FROM policy.hold h WHERE h.call_id = ?::uuid
                AND NOT EXISTS (SELECT FROM policy.posting p WHERE p.tenant = h.tenant AND p.call_id = h.call_id)""";

    private final HistoryWorld world;

    HistoryCalls(HistoryWorld world) {
        this.world = world;
    }

    /** @param call {@code null} if it was not admitted; and {@code refused} too if that is because its record was not stored */
    record Begun(HistoryCall call, CallOutcome refused) {}

    /** The windows of which the call takes something; none if that is nothing of any. */
    static List<Level> levels(HistoryReplica at, GovernedCall call) {
        Load worst = Load.worst(call);
        List<Level> levels = at.purse.above(call);
        return levels.stream().anyMatch(level -> level.unit().of(worst) > 0) ? levels : List.of();
    }

    /**
     * The budgets that have not enough left for it, or that are frozen or closed.
     *
     * @param limit what they allow
     */
    List<Level> scarce(HistoryReplica at, GovernedCall call, ToLongFunction<Level> limit) {
        return taking(at, call).stream()
                .filter(level -> world.limits.isShut(level)
                        || level.unit().of(Load.worst(call)) > world.book.left(level, limit.applyAsLong(level)))
                .toList();
    }

    /** The windows of which the call takes something. */
    private static List<Level> taking(HistoryReplica at, GovernedCall call) {
        Load worst = Load.worst(call);
        return levels(at, call).stream()
                .filter(level -> level.unit().of(worst) > 0)
                .toList();
    }

    /** A replica that has heard that a budget is frozen or closed lets nothing in that takes of it. */
    private void admits(HistoryReplica at, GovernedCall call, boolean heard) {
        List<Level> shut =
                taking(at, call).stream().filter(world.limits::isShut).toList();
        if (heard && !shut.isEmpty()) {
            throw new AssertionError("a call was let in although the budget is not open: " + shut);
        }
    }

    Begun begin(HistoryReplica at, GovernedCall call, Fault fault) {
        return begin(at, call, null, fault);
    }

    /** @param ticket under which a call was kept that this one repeats; {@code null} for a call like any other */
    private Begun begin(HistoryReplica at, GovernedCall call, UUID ticket, Fault fault) {
        List<Level> levels = levels(at, call);
        boolean heard = !at.isDeaf();
        world.book.tries(levels);
        AuditTrail trail = at.purse.trail(call);
        at.journal.breakNext(call.id().value(), fault);
        try {
            Reservation reservation = at.purse.ledger().reserve(call, ticket, trail);
            long cap = ((MeteredReservation) reservation).shortenedTo();
            Estimate estimate =
                    cap == 0 ? call.estimate() : call.estimate().shortening().to(cap);
            Load worst = cap == 0 ? Load.worst(call) : new Load(estimate.worstCase(), Load.tokens(estimate), 1);
            HistoryCall begun = new HistoryCall(at, call, estimate, trail, reservation, levels, worst);
            world.book.add(begun);
            admits(at, call, heard);
            return new Begun(begun, null);
        } catch (CallEnded refused) {
            close(trail);
            return new Begun(null, refused.outcome());
        } catch (EvidenceUnavailable unheard) {
            close(trail);
            released(at, call);
            return new Begun(null, null);
        } finally {
            at.journal.breakNext(null, null);
        }
    }

    /** Its hold may be on disk although nobody heard of it, and goes when its replica comes to say so. */
    private void released(HistoryReplica at, GovernedCall call) {
        String id = call.id().value().toString();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !at.lives()
                        || world.observer
                                .query(HELD, row -> row.getLong(1), id)
                                .getFirst()
                                .equals(0L));
    }

    /** The same call comes again after the yes, and runs on what was kept for it; or is refused, which changes nothing. */
    Begun again(HistoryReplica at, GovernedCall call, HistoryCall kept) {
        Begun begun = begin(at, call, kept.ticket(), null);
        if (begun.call() != null) {
            kept.ended(Load.NOTHING, null, world.observer.clock().instant());
        }
        return begun;
    }

    /** Gives back what is kept for tickets: here there are none, so that all of it is of no use. */
    void unpark(PostgresPurse by) {
        int ignored = new ParkedHoldSweeper(by.database.app().dataSource(), by.audit(), by.ledger).runOnce();
        world.book
                .calls(State.PARKED)
                .forEach(call ->
                        call.ended(Load.NOTHING, null, world.observer.clock().instant()));
    }

    private static void close(AuditTrail trail) {
        try {
            trail.close();
        } catch (EvidenceUnavailable lost) {
            // The replica is dying.
        }
    }

    /** Ends a call in whatever way; gives true. */
    boolean end(HistoryCall call, HistoryStep.End how) {
        Bill bill = new Bill(world.limits, call, how);
        Receipt receipt = null;
        try (AuditTrail trail = call.trail) {
            run(call, bill);
            call.replica.journal.breakNext(call.id(), how.fault());
            Facts outcome = new Facts().put("outcome", how.ending().name());
            boolean heard = how.hurried() || how.ending() == HistoryEnding.PARKED;
            receipt = heard ? trail.conclude(outcome) : trail.concludeUnhurried(outcome);
            if (heard) {
                receipt.await();
            }
        } catch (EvidenceUnavailable lost) {
            if (how.fault() == null && call.replica.lives()) {
                throw new AssertionError("the end of " + call + " was not taken, and nothing was wrong", lost);
            }
        } finally {
            call.replica.journal.breakNext(null, null);
        }
        Instant now = world.observer.clock().instant();
        if (!call.replica.lives()) {
            call.ended(State.CRASHED, bill.sum, now);
        } else if (how.fault() == Fault.FAILS) {
            call.ended(State.UNHEARD, bill.sum, now);
        } else if (how.ending() == HistoryEnding.PARKED) {
            call.ended(State.PARKED, bill.sum, now);
        } else {
            call.ended(bill.sum, how.fault() == null ? receipt : null, now);
        }
        return true;
    }

    private static void run(HistoryCall call, Bill bill) {
        try (Reservation reservation = call.reservation) {
            if (bill.how.ending() == HistoryEnding.PARKED) {
                reservation.park(call.ticket());
            } else if (bill.how.ending() != HistoryEnding.NEVER_RUN) {
                reservation
                        .<Words>metered((cleared, out) -> bill.run(cleared.attempts(), out))
                        .execute(Clearance.of(Content.EMPTY), words -> {});
            }
        } catch (CallEnded expected) {
            // As the ending wants it.
        }
    }

    /** A provider that does as it is told, and what it bills. */
    private static final class Bill {
        private final HistoryLimits limits;
        private final HistoryCall call;
        private final HistoryStep.End how;
        private final Estimate estimate;
        private final boolean model;
        private Load sum = Load.NOTHING;

        Bill(HistoryLimits limits, HistoryCall call, HistoryStep.End how) {
            this.limits = limits;
            this.call = call;
            this.how = how;
            this.estimate = call.estimate;
            this.model = call.call instanceof LlmCall;
        }

        Usage run(Attempts attempts, OutputSink<Words> out) throws CallEnded {
            long input = estimate.inputTokens();
            long output = estimate.outputTokens();
            return switch (how.ending()) {
                case REPORTED -> reported(input, output * how.part() / 100);
                case OVERRUN -> reported(input, output + 1 + how.part());
                case UNREPORTED -> {
                    emit(out);
                    yield Usage.UNREPORTED;
                }
                case GONE -> {
                    emit(out);
                    throw new CallEnded(new CallOutcome.Abandoned());
                }
                case FAILED -> throw failure(false);
                case FAILED_BILLABLE -> {
                    bill(input, 0);
                    throw failure(true);
                }
                case NEVER_RUN, PARKED -> throw new AssertionError("does not run");
                case RETRIED -> model ? again(attempts, false) : reported(input, output);
                case RETRIED_BILLABLE -> model ? again(attempts, true) : reported(input, output);
            };
        }

        private Usage reported(long input, long output) {
            bill(input, output);
            return model ? new Usage(input, 0, output, Usage.Basis.REPORTED) : Usage.NO_TOKENS;
        }

        private void emit(OutputSink<Words> out) throws CallEnded {
            out.emit(new Words("x".repeat(how.part())));
            bill(estimate.inputTokens(), Math.min(how.part(), estimate.outputTokens()));
        }

        private Usage again(Attempts attempts, boolean billable) throws CallEnded {
            long input = estimate.inputTokens();
            long dearer = 2 * estimate.outputTokens() + 5;
            attempts.failed(AttemptsContract.FAILED, billable);
            if (billable) {
                bill(input, 0);
            }
            Estimate next = new Estimate(input, dearer, PurseFixture.NANO_A_TOKEN);
            Load needed = new Load(sum.money().plus(next.worstCase()), sum.tokens() + Load.tokens(next), 1);
            if (!attempts.begin(next)) {
                throw failure(false);
            }
            Load more = call.held().missing(needed);
            if (!more.isNothing()) {
                holdsMore(more);
            }
            return reported(input, dearer * how.part() / 100);
        }

        /** Not where a budget is frozen or closed of which it takes more, if its replica has heard of that. */
        private void holdsMore(Load more) {
            call.holds.add(more);
            List<Level> shut = call.levels.stream()
                    .filter(level -> level.unit().of(more) > 0 && limits.isShut(level))
                    .toList();
            if (!call.replica.isDeaf() && !shut.isEmpty()) {
                throw new AssertionError("a call that runs was let hold more although the budget is not open: " + shut);
            }
        }

        private static CallEnded failure(boolean billable) {
            return new CallEnded(new CallOutcome.Failed(
                    new UpstreamFault(UpstreamFault.Kind.REFUSED, 500, "the history wants it to fail", billable)));
        }

        /** One nano-dollar a token; a tool has its price. */
        private void bill(long input, long output) {
            Load more = model
                    ? new Load(new NanoUsd(input + output), input + output, 1)
                    : new Load(estimate.worstCase(), 0, 1);
            sum = new Load(sum.money().plus(more.money()), sum.tokens() + more.tokens(), 1);
        }
    }
}
