package dev.portreeve.policy.access;

import dev.cel.runtime.CelVariableResolver;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What conditions may speak of, taken from one call when first asked for. For one decision, on its thread. */
final class CallVariables implements CelVariableResolver {
    private static final long NANOS_PER_MICRO = 1_000;
    private final GovernedCall call;
    private @Nullable Map<String, Object> args;

    CallVariables(GovernedCall call) {
        this.call = call;
    }

    @Override
    public Optional<Object> find(String name) {
        Subject subject = call.subject();
        return switch (name) {
            case "args" -> Optional.of(args());
            case "subject.tenant" -> Optional.of(subject.tenant());
            case "subject.team" -> Optional.of(subject.team() == null ? "" : subject.team());
            case "subject.member" -> Optional.of(subject.member());
            case "subject.kind" -> Optional.of(subject.kind().name().toLowerCase(Locale.ROOT));
            case "subject.key" -> Optional.of(subject.keyId());
            case "call.kind" -> Optional.of(kind());
            case "call.name" -> Optional.of(call.resource().name());
            case "call.server" ->
                Optional.of(call.resource() instanceof Resource.OfServer offered ? offered.server() : "");
            case "call.max_output_tokens" -> Optional.of(call.estimate().outputTokens());
            case "call.max_cost_micros" -> Optional.of(worstCaseMicros());
            default -> Optional.empty();
        };
    }

    private String kind() {
        return switch (call.resource()) {
            case Resource.Model unused -> "model";
            case Resource.Tool unused -> "tool";
            case Resource.Prompt unused -> "prompt";
            case Resource.ServerResource unused -> "resource";
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
