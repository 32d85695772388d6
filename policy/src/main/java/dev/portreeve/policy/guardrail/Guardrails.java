package dev.portreeve.policy.guardrail;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.guardrail.GuardrailConfig.Position;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All guardrails, at their positions. Every guardrail of a position reads every text there; findings of one that blocks end the call,
 * findings of one that masks are replaced. Where no guardrail listens nothing is read at all. Immutable and thread-safe.
 */
public final class Guardrails {
    private final Map<Position, List<Guardrail>> byPosition = new EnumMap<>(Position.class);

    /** @throws IllegalArgumentException if two guardrails have the same id */
    public Guardrails(List<Guardrail> guardrails) {
        long ids = guardrails.stream()
                .map(guardrail -> guardrail.config().id())
                .distinct()
                .count();
        if (ids != guardrails.size()) {
            throw new IllegalArgumentException("two guardrails have the same id: records would not tell them apart");
        }
        for (Position position : Position.values()) {
            byPosition.put(
                    position,
                    guardrails.stream()
                            .filter(guardrail -> guardrail.config().on().contains(position))
                            .toList());
        }
    }

    /** The guardrails of a configuration, with the detectors it names. */
    public static Guardrails of(List<GuardrailConfig> configs) {
        List<Guardrail> guardrails = new ArrayList<>();
        for (GuardrailConfig config : configs) {
            guardrails.add(
                    switch (config.detect()) {
                        case SECRETS -> new SecretsDetector(config);
                        case PII -> new PiiDetector(config);
                    });
        }
        return new Guardrails(guardrails);
    }

    /**
     * Reads what the caller sends, and records what was found.
     *
     * @return the call's own content if nothing was rewritten, else the same runs with masks in them
     * @throws CallEnded with an {@code INPUT_GUARDRAIL} denial that names guardrail and kind, not the value
     */
    public Content screenInput(GovernedCall call, AuditTrail trail) throws CallEnded {
        Position position = inward(call);
        List<Guardrail> guardrails = at(position);
        Content content = call.content();
        if (guardrails.isEmpty() || content.runs().isEmpty()) {
            return content;
        }
        FoundSoFar found = new FoundSoFar(trail, position);
        List<TextRun> rewritten = Rewritten.by(
                () -> new ScreenedText(guardrails, Denial.Stage.INPUT_GUARDRAIL, words(call, true), found),
                content.runs());
        return rewritten.equals(content.runs()) ? content : new Content(rewritten);
    }

    /**
     * Puts the guardrails between an answer and its receiver. What they find is recorded as it is found.
     *
     * @param sink where released chunks go
     */
    public <C extends Output<C>> ScreenedOutput<C> screenOutput(
            GovernedCall call, OutputSink<C> sink, AuditTrail trail) {
        Position position = outward(call);
        List<Guardrail> guardrails = at(position);
        if (guardrails.isEmpty()) {
            return new PassingOutput<>(sink);
        }
        FoundSoFar found = new FoundSoFar(trail, position);
        return new ScreeningOutput<>(
                () -> new ScreenedText(guardrails, Denial.Stage.OUTPUT_GUARDRAIL, words(call, false), found), sink);
    }

    /**
     * Puts the guardrails of both positions between caller and upstream, for what passes beside content and answer.
     *
     * @param evidence waits until something may leave
     */
    public ScreenedAside aside(GovernedCall call, Runnable evidence, AuditTrail trail) {
        Position in = inward(call);
        Position out = outward(call);
        FoundSoFar foundIn = new FoundSoFar(trail, in);
        FoundSoFar foundOut = new FoundSoFar(trail, out);
        return new ScreenedAside(
                evidence,
                () -> new ScreenedText(at(out), Denial.Stage.OUTPUT_GUARDRAIL, "what the server asked", foundOut),
                () -> new ScreenedText(at(in), Denial.Stage.INPUT_GUARDRAIL, "the caller's reply", foundIn));
    }

    private static Position inward(GovernedCall call) {
        return switch (call) {
            case LlmCall unused -> Position.INPUT;
            case ToolCall unused -> Position.TOOL_ARGUMENTS;
            case TaskCall unused -> Position.TOOL_ARGUMENTS;
            case ContextCall unused -> Position.TOOL_ARGUMENTS;
            // The server speaks first.
            case QuestionCall unused -> Position.TOOL_RESULTS;
        };
    }

    private static Position outward(GovernedCall call) {
        return switch (call) {
            case LlmCall unused -> Position.OUTPUT;
            case ToolCall unused -> Position.TOOL_RESULTS;
            case TaskCall unused -> Position.TOOL_RESULTS;
            case ContextCall unused -> Position.TOOL_RESULTS;
            case QuestionCall unused -> Position.TOOL_ARGUMENTS;
        };
    }

    private List<Guardrail> at(Position position) {
        return byPosition.getOrDefault(position, List.of());
    }

    private static String words(GovernedCall call, boolean inward) {
        return switch (call) {
            case LlmCall unused -> inward ? "the input" : "the answer";
            case ToolCall unused -> inward ? "the tool's arguments" : "the tool's result";
            case TaskCall unused -> inward ? "the tool's arguments" : "the tool's result";
            case ContextCall unused -> inward ? "the tool's arguments" : "the tool's result";
            case QuestionCall unused -> inward ? "what the server asked" : "the caller's reply";
        };
    }

    /** An answer nobody screens. */
    private record PassingOutput<C extends Output<C>>(OutputSink<C> sink) implements ScreenedOutput<C> {
        @Override
        public void emit(C chunk) throws CallEnded {
            sink.emit(chunk);
        }

        @Override
        public void finish() {
            // Nothing was kept back.
        }
    }
}
