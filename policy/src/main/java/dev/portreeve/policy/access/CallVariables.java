package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What conditions may speak of, taken from one call when first asked for. For one decision, on its thread. */
final class CallVariables implements CelVariableResolver {
    private static final long NANOS_PER_MICRO = 1_000;
    private final GovernedCall call;
    private final KnownVariables known;
    private final RequestVariables request;
    private @Nullable Map<String, Object> args;

    CallVariables(GovernedCall call, Instant now, SeenOfCaller caller, BudgetGauge budgets) {
        this.call = call;
        this.request = new RequestVariables(call, budgets);
        this.known = new KnownVariables(call.subject(), call.resource(), now, caller);
    }

    @Override
    public Optional<Object> find(String name) {
        return switch (name) {
            case "args" -> Optional.of(args());
            case "call.max_output_tokens" -> Optional.of(call.estimate().outputTokens());
            case "call.max_cost_micros" -> Optional.of(worstCaseMicros());
            default -> RequestVariables.NAMES.contains(name) ? request.find(name) : known.find(name);
        };
    }

    private Map<String, Object> args() {
        Map<String, Object> values = args;
        if (values == null) {
            values = switch (call) {
                case ToolCall tool -> ArgumentValues.of(tool.arguments());
                case ContextCall context -> ArgumentValues.of(context.arguments());
                case LlmCall unused -> Map.of();
                case TaskCall unused -> Map.of();
                case QuestionCall unused -> Map.of();
            };
            args = values;
        }
        return values;
    }

    /** Rounded up: a limit in a rule must not be passed by a fraction. */
    private long worstCaseMicros() {
        return Math.ceilDiv(call.estimate().worstCase().nanos(), NANOS_PER_MICRO);
    }
}
