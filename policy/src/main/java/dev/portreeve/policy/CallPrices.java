package dev.portreeve.policy;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.approval.HeldMoney;
import dev.portreeve.policy.budget.Reservation;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Quote;
import dev.portreeve.policy.call.Tariff;
import dev.portreeve.policy.call.ToolCall;
import java.util.List;
import java.util.UUID;

/** Prices calls of tools by the arguments that run: those that guardrails and rules left, and those that an approver wrote. */
final class CallPrices {
    private CallPrices() {}

    /**
     * The call at the price of its arguments as they are after masking. The record says how that comes about.
     *
     * @throws CallEnded if an argument that decides what it costs has no price
     */
    static GovernedCall priced(GovernedCall call, Content input, AuditTrail trail) throws CallEnded {
        if (!(call instanceof ToolCall tool) || tool.estimate().quote().tariff().isFlat()) {
            return call;
        }
        Quote quote = quote(tool.estimate().quote().tariff(), tool.arguments(input));
        trail.facts().put("price", facts(quote));
        return tool.with(Estimate.of(quote));
    }

    /** What the call holds, for whoever decides about it while it waits. */
    static HeldMoney held(Reservation reservation, AuditTrail trail) {
        return new HeldMoney() {
            @Override
            public void keep(UUID ticket) {
                reservation.park(ticket);
            }

            @Override
            public void cover(ToolCall changed) throws CallEnded {
                Tariff tariff = changed.estimate().quote().tariff();
                if (!tariff.isFlat()) {
                    cover(quote(tariff, changed.arguments()));
                }
            }

            private void cover(Quote quote) throws CallEnded {
                Estimate estimate = Estimate.of(quote);
                if (!reservation.cover(estimate)) {
                    throw refused(
                            Denial.Reason.BUDGET_EXHAUSTED,
                            "with the arguments that were approved this call costs up to " + estimate.worstCase()
                                    + ", and a budget has too little left for that");
                }
                trail.facts().put("edited_price", facts(quote));
            }
        };
    }

    private static Quote quote(Tariff tariff, Arguments arguments) throws CallEnded {
        try {
            return switch (tariff.offer(arguments)) {
                case Tariff.Priced(Quote quote) -> quote;
                case Tariff.Unpriced(String why) -> throw refused(Denial.Reason.ARGUMENTS_NOT_PRICED, why);
            };
        } catch (ArithmeticException beyondAllMeasure) {
            throw refused(
                    Denial.Reason.ARGUMENTS_NOT_PRICED,
                    "what this call asks for costs more than can be counted: ask for less");
        }
    }

    private static CallEnded refused(Denial.Reason reason, String why) {
        return new CallEnded(new CallOutcome.Denied(new Denial(Denial.Stage.BUDGET, reason, why)));
    }

    /** Enough to work the bill out again: every price, and how often it counts. */
    private static Facts facts(Quote quote) {
        Tariff tariff = quote.tariff();
        Facts facts = new Facts()
                .put("fixed_usd", quote.fixed().toDecimal())
                .put("per_call_usd", tariff.perCall().toDecimal());
        List<Facts> lines = quote.lines().stream().map(CallPrices::facts).toList();
        if (!lines.isEmpty()) {
            facts.putAll("arguments", lines);
        }
        if (tariff.argumentBytes() != null) {
            facts.put("argument_bytes", facts(tariff.argumentBytes()).put("bytes", quote.argumentBytes()));
        }
        if (tariff.resultBytes() != null) {
            facts.put(
                    "result_bytes",
                    facts(tariff.resultBytes())
                            .put("at_most", tariff.resultBytes().atMost()));
        }
        return facts;
    }

    private static Facts facts(Quote.Line line) {
        Facts facts = new Facts()
                .put("argument", line.price().argument())
                .put("units", line.units().toString())
                .put("usd", line.price().usd().toDecimal());
        return line.absent() ? facts.put("absent", true) : facts;
    }

    private static Facts facts(Tariff.PerBytes price) {
        return new Facts().put("usd", price.usd().toDecimal()).put("per", price.per());
    }
}
