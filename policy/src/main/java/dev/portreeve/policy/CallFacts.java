package dev.portreeve.policy;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Glob;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.ArgumentChanges;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.BatchItem;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.Repeatable;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.key.Pepper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says a call and its ending in the words of a record. What the steps between decide (rules and verdicts, money held and
 * charged, the approval used), each step adds itself. No contents and no argument values (INV-7).
 */
final class CallFacts {
    private static final int MAX_DETAIL = 1000;
    /** Of a record, which has room for four times as much. */
    private static final int MAX_ARGUMENTS = 4096;

    private static final int MAX_CHANGES = 20;
    private static final int MAX_CLOSED = 16;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MAX_EXACT = (1L << 53) - 1;
    private static final String PURPOSE = "tool-arguments";
    private final Pepper pepper;
    private final List<Glob> recorded;

    /**
     * @param pepper keys the digest of arguments, so that short ones cannot be found by guessing
     * @param recorded names of tools and prompts whose arguments the operator wants in clear
     */
    CallFacts(Pepper pepper, List<String> recorded) {
        this.pepper = pepper;
        this.recorded = recorded.stream().map(Glob::new).toList();
    }

    Facts of(GovernedCall call) {
        Facts facts = new Facts()
                .put("subject", of(call.subject()))
                .put("resource", call.resource().name())
                .put("price_version", call.estimate().price().version())
                .include(bounds(call.estimate()));
        return switch (call) {
            case LlmCall llm ->
                facts.put("type", "llm").put("operation", llm.operation()).include(of(llm));
            case ToolCall tool ->
                facts.put("type", "tool")
                        .put("operation", "call")
                        .put("server", tool.resource().server())
                        .put("definition_hash", tool.resource().definitionHash())
                        .put("arguments_hmac", digest(tool.arguments()))
                        .put("read_only", tool.readOnly())
                        .include(kept(tool.resource(), tool.arguments()))
                        .include(of(tool.correlation()));
            case TaskCall task ->
                facts.put("type", "task")
                        .put("operation", task.operation())
                        .put("server", task.resource().server())
                        .put("definition_hash", task.resource().definitionHash())
                        .put("begun_by", task.begunBy().toString())
                        .put("read_only", task.readOnly())
                        .include(of(task.correlation()));
            case ContextCall context ->
                facts.put("type", "context")
                        .put("operation", context.operation())
                        .put("server", context.resource().server())
                        .include(
                                context.definitionHash().isEmpty()
                                        ? new Facts()
                                        : new Facts().put("definition_hash", context.definitionHash()))
                        .put("arguments_hmac", digest(context.arguments()))
                        .include(kept(context.resource(), context.arguments()))
                        .include(of(context.correlation()));
            case QuestionCall question -> facts.include(of(question));
        };
    }

    /** What ran in the place of what was asked for. */
    Facts of(ToolCall changed, Approval.Edit edit) {
        return new Facts()
                .put("approver", edit.by())
                .putStrings(
                        "changed",
                        edit.changes().stream()
                                .map(ArgumentChanges.Change::place)
                                .limit(MAX_CHANGES)
                                .toList())
                .put("arguments_hmac", digest(changed.arguments()))
                .include(kept(changed.resource(), changed.arguments()));
    }

    /** Only what the operator switched on (INV-7), and whole or not at all: half of them would decide another call. */
    private Facts kept(Resource resource, Arguments arguments) {
        boolean wanted = recorded.stream().anyMatch(glob -> glob.matches(resource.name()));
        byte[] canonical = arguments.canonical();
        return wanted && canonical.length <= MAX_ARGUMENTS
                ? new Facts().put("arguments", new String(canonical, StandardCharsets.UTF_8))
                : new Facts();
    }

    private static Facts of(QuestionCall question) {
        return new Facts()
                .put("type", "question")
                .put("operation", question.operation())
                .put("server", question.resource().server())
                .put(
                        "resource_kind",
                        switch (question.resource()) {
                            case Resource.Tool unused -> "tool";
                            case Resource.Prompt unused -> "prompt";
                            case Resource.ServerResource unused -> "resource";
                        });
    }

    /** What conditions read of it, so that the call can be decided again; nothing where it is beyond what records can say. */
    private static Facts bounds(Estimate estimate) {
        try {
            long micros = Math.ceilDiv(estimate.worstCase().nanos(), NANOS_PER_MICRO);
            return Math.max(estimate.outputTokens(), micros) > MAX_EXACT
                    ? new Facts()
                    : new Facts()
                            .put(
                                    "bounds",
                                    new Facts()
                                            .put("max_output_tokens", estimate.outputTokens())
                                            .put("max_cost_micros", micros));
        } catch (ArithmeticException beyondAllMeasure) {
            return new Facts();
        }
    }

    private static Facts of(Correlation said) {
        Facts facts = new Facts();
        if (said.traceId() != null) {
            facts.put("trace_id", said.traceId());
        }
        return said.clientRequestId() == null ? facts : facts.put("client_request_id", said.clientRequestId());
    }

    private String digest(Arguments arguments) {
        return HexFormat.of().formatHex(pepper.hash(PURPOSE, arguments.digest()));
    }

    private static Facts of(LlmCall.@Nullable Target target) {
        Facts facts = new Facts();
        if (target == null) {
            return facts;
        }
        facts.put("provider", target.provider())
                .put("upstream_model", target.model())
                .put("priced", target.listed());
        if (!target.key().isEmpty()) {
            facts.put("provider_key", target.key());
        }
        if (!target.translation().isEmpty()) {
            facts.putStrings("translation", target.translation());
        }
        if (!target.closed().isEmpty()) {
            facts.putAll(
                    "closed_places",
                    target.closed().stream()
                            .limit(MAX_CLOSED)
                            .map(closed -> new Facts()
                                    .put("place", closed.place())
                                    .putStrings(
                                            "rules",
                                            closed.rules().stream()
                                                    .limit(MAX_CLOSED)
                                                    .toList()))
                            .toList());
        }
        return target.outputCap() == 0 ? facts : facts.put("output_cap_put_in", target.outputCap());
    }

    private static Facts of(LlmCall llm) {
        return of(llm.target())
                .include(of(llm.repeatable()))
                .include(of(llm.correlation()))
                .include(of(llm.item()));
    }

    private static Facts of(@Nullable BatchItem item) {
        return item == null
                ? new Facts()
                : new Facts()
                        .put("batch", new Facts().put("id", item.batch()).put("custom_id", bounded(item.customId())))
                        .put("ends_later", true);
    }

    private static Facts of(@Nullable Repeatable key) {
        return switch (key) {
            case null -> new Facts();
            case Repeatable.Replay replay ->
                new Facts().put("replay_of", replay.original().toString());
            case IdempotentRun run ->
                new Facts().put("idempotency_key_hmac", run.key().hash());
        };
    }

    private static Facts of(Subject subject) {
        Facts facts = new Facts()
                .put("kind", subject.kind().name().toLowerCase(Locale.ROOT))
                .put("member", subject.member())
                .put("key", subject.keyId());
        if (subject.within() != null) {
            facts.put("within_call", subject.within().value().toString());
        }
        if (subject.delegation().depth() > 0) {
            facts.putStrings("delegated_by", subject.delegation().above());
        }
        if (!subject.labels().session().isEmpty()) {
            facts.put("session", subject.labels().session());
        }
        if (!subject.labels().tags().isEmpty()) {
            facts.putStrings("tags", subject.labels().tags());
        }
        return subject.team() == null ? facts : facts.put("team", subject.team());
    }

    Facts of(GovernedCall call, CallOutcome outcome, Duration duration) {
        Facts facts = new Facts().put("duration_ms", duration.toMillis());
        if (call instanceof LlmCall llm && llm.target() != null) {
            List<String> lost = llm.target().lostInAnswer().get();
            if (!lost.isEmpty()) {
                facts.putStrings("translation_of_answer", lost);
            }
        }
        return switch (outcome) {
            // Usage and cost are there already: the reservation says them at every ending.
            case CallOutcome.Completed completed ->
                switch (completed.usage().basis()) {
                    case UNFINISHED -> facts.put("outcome", "completed").put("result", "input_required");
                    case BEGUN -> facts.put("outcome", "completed").put("result", "task");
                    case REPORTED, COUNTED, ESTIMATED, CACHED, ASSUMED -> facts.put("outcome", "completed");
                };
            // No record says it: the one that opened the call stands until its end is known.
            case CallOutcome.Pending ignored -> facts;
            case CallOutcome.Denied denied -> facts.put("outcome", "denied").include(of(denied.denial()));
            case CallOutcome.AwaitingApproval awaiting ->
                facts.put("outcome", "awaiting_approval")
                        .put("ticket", awaiting.ticket().toString())
                        .put("ticket_expires_at", awaiting.expiresAt().toString());
            case CallOutcome.Failed failed -> facts.put("outcome", "failed").include(of(failed.fault()));
            case CallOutcome.Abandoned ignored -> facts.put("outcome", "abandoned");
        };
    }

    private static Facts of(Denial denial) {
        return new Facts()
                .put("stage", denial.stage().name().toLowerCase(Locale.ROOT))
                .put("reason", denial.reason().code())
                .put("detail", bounded(denial.detail()));
    }

    private static Facts of(UpstreamFault fault) {
        Facts facts = new Facts()
                .put("reason", fault.kind().code())
                .put("detail", bounded(fault.detail()))
                .put("billable", fault.billable());
        return fault.status() == 0 ? facts : facts.put("upstream_status", fault.status());
    }

    /** A leaf has room for so much; a detail made of somebody's thousand budgets must not make the record fail. */
    private static String bounded(String text) {
        return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL) + "…";
    }
}
