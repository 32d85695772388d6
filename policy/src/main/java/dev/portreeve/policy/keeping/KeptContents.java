package dev.portreeve.policy.keeping;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.payload.Contents;
import dev.portreeve.audit.payload.Keep;
import dev.portreeve.audit.payload.SubjectKey;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.Output;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.ToolCall;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is kept of one call, gathered while it runs; on the call's own thread. */
public final class KeptContents {
    static final KeptContents NOTHING = new KeptContents();

    private final @Nullable Bound bound;
    private @Nullable Contents output;

    private record Bound(GovernedCall call, KeepRule rule, SubjectKey key, SecureRandom random) {
        Contents contents(Keep keep) {
            return new Contents(keep, rule.bound(), random);
        }

        void seal(Contents contents, String name, AuditTrail trail) {
            Contents.Kept kept = contents.seal(call.subject().tenant(), name, key, random);
            trail.keep(kept.payload(), kept.commitment());
        }
    }

    private KeptContents() {
        this.bound = null;
    }

    KeptContents(GovernedCall call, KeepRule rule, SubjectKey key, SecureRandom random) {
        this.bound = new Bound(call, rule, key, random);
    }

    /** The rules let it through: what the caller sent, where that is kept as it came. Before guardrails read it. */
    public void sent(AuditTrail trail) {
        if (bound != null && (bound.rule.in() == Keep.FULL || bound.rule.in() == Keep.DIGEST)) {
            keepInput(bound, bound.call, bound.call.content(), trail);
        }
    }

    /** Guardrails and rules masked it: where it is kept so. */
    public void screened(Content input, AuditTrail trail) {
        if (bound != null && bound.rule.in() == Keep.REDACTED) {
            keepInput(bound, bound.call, input, trail);
        }
    }

    /** An approver changed it: what runs, next to what was asked for. */
    public void edited(ToolCall changed, AuditTrail trail) {
        if (bound != null && bound.rule.in() != Keep.NONE) {
            Contents contents = bound.contents(bound.rule.in());
            contents.bytes(changed.arguments().raw());
            bound.seal(contents, "edited_arguments", trail);
        }
    }

    /** Reads an answer on its way to the guardrails, where that is kept as it came; the sink itself where it is not. */
    public <C extends Output<C>> OutputSink<C> unscreened(OutputSink<C> sink) {
        return bound != null && (bound.rule.out() == Keep.FULL || bound.rule.out() == Keep.DIGEST)
                ? reading(bound, sink)
                : sink;
    }

    /** Reads an answer as it leaves, where it is kept so; the sink itself where it is not. */
    public <C extends Output<C>> OutputSink<C> leaving(OutputSink<C> sink) {
        return bound != null && bound.rule.out() == Keep.REDACTED ? reading(bound, sink) : sink;
    }

    /** The call ended, however: what there was of an answer goes with its last record. */
    public void ended(AuditTrail trail) {
        Contents read = output;
        if (bound != null && read != null) {
            output = null;
            bound.seal(read, answer(bound.call), trail);
        }
    }

    private <C extends Output<C>> OutputSink<C> reading(Bound of, OutputSink<C> sink) {
        Contents contents = of.contents(of.rule.out());
        output = contents;
        return chunk -> {
            for (TextRun run : chunk.text()) {
                contents.text(run.channel(), run.text());
            }
            sink.emit(chunk);
        };
    }

    private static void keepInput(Bound bound, GovernedCall call, Content input, AuditTrail trail) {
        Contents contents = bound.contents(bound.rule.in());
        switch (call) {
            case ToolCall tool -> put(contents, tool.arguments(), input);
            case ContextCall context -> put(contents, context.arguments(), input);
            case TaskCall ignored -> put(contents, input.runs());
            case QuestionCall ignored -> put(contents, input.runs());
            case LlmCall ignored -> put(contents, input.runs());
        }
        bound.seal(contents, question(call), trail);
    }

    // Texts that go along with arguments stand behind theirs.
    private static void put(Contents contents, Arguments arguments, Content input) {
        int own = arguments.texts().size();
        List<TextRun> runs = input.runs();
        if (own > runs.size()) {
            // Nobody screened these arguments: only what was screened is kept.
            put(contents, runs);
            return;
        }
        contents.bytes(arguments.withTexts(runs.subList(0, own)).raw());
        if (own < runs.size()) {
            contents.bytes(new byte[] {'\n'});
            put(contents, runs.subList(own, runs.size()));
        }
    }

    private static void put(Contents contents, List<TextRun> runs) {
        for (TextRun run : runs) {
            contents.text(run.channel(), run.text());
        }
    }

    private static String question(GovernedCall call) {
        return switch (call) {
            case LlmCall ignored -> "prompt";
            case ToolCall ignored -> "arguments";
            case ContextCall ignored -> "arguments";
            case TaskCall ignored -> "arguments";
            case QuestionCall ignored -> "question";
        };
    }

    private static String answer(GovernedCall call) {
        return switch (call) {
            case LlmCall ignored -> "answer";
            case ToolCall ignored -> "result";
            case ContextCall ignored -> "result";
            case TaskCall ignored -> "result";
            case QuestionCall ignored -> "reply";
        };
    }
}
