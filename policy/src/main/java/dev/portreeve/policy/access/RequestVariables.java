package dev.portreeve.policy.access;

import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.RequestFacts;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What conditions may ask of a request to a model, and of budgets; found out when first asked for. For one decision, on its thread. */
final class RequestVariables {
    static final String REQUEST = "request.";
    static final String ROUTE = "request.route";
    static final String LEFT = "budget.left_micros";
    static final String USED = "budget.used_percent";
    /** All names, with those of budgets. */
    static final Set<String> NAMES = Set.of(
            "request.model",
            ROUTE,
            "request.max_tokens",
            "request.tools",
            "request.images",
            "request.messages",
            "request.stream",
            LEFT,
            USED);

    private final GovernedCall call;
    private final BudgetGauge gauge;
    private @Nullable RequestFacts facts;
    private BudgetGauge.@Nullable Reading reading;

    RequestVariables(GovernedCall call, BudgetGauge gauge) {
        this.call = call;
        this.gauge = gauge;
    }

    /** Empty for what this call does not have, which makes a condition that asks fail. */
    Optional<Object> find(String name) {
        return switch (name) {
            case LEFT -> Optional.of(reading().leftMicros());
            case USED -> Optional.of(reading().usedPercent());
            default -> Optional.ofNullable(ofRequest(name));
        };
    }

    private @Nullable Object ofRequest(String name) {
        if (!(call instanceof LlmCall llm)) {
            return null;
        }
        if (name.equals(ROUTE)) {
            return llm.resource().name();
        }
        RequestFacts said = facts(llm);
        if (said == null) {
            return null;
        }
        return switch (name) {
            case "request.model" -> said.model();
            case "request.max_tokens" -> said.maxTokens();
            case "request.tools" -> said.tools();
            case "request.images" -> (long) said.images();
            case "request.messages" -> (long) said.messages();
            case "request.stream" -> said.stream();
            default -> null;
        };
    }

    private @Nullable RequestFacts facts(LlmCall llm) {
        Supplier<RequestFacts> request = llm.request();
        if (facts == null && request != null) {
            facts = request.get();
        }
        return facts;
    }

    private BudgetGauge.Reading reading() {
        BudgetGauge.Reading known = reading;
        if (known == null) {
            known = gauge.of(call);
            reading = known;
        }
        return known;
    }
}
