package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.QuestionCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts what servers ask outside all requests to the sessions it belongs to, as governed calls: rules are asked whether the caller
 * may still use what it last used of the server, guardrails read the question and the answer, and there is a record. Blocks
 * until there is an answer; thread-safe.
 */
final class QuestionCalls {
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "configuration"));
    private final CallGovernor governor;
    private final Supplier<CallId> callIds;
    private final Duration answerWithin;

    QuestionCalls(CallGovernor governor, Supplier<CallId> callIds, Duration answerWithin) {
        this.governor = governor;
        this.callIds = callIds;
        this.answerWithin = answerWithin;
    }

    /** Asks the owner of a session on its own stream; what stands in the way is told the server. */
    Answered ask(LegacySession session, ServerEntry server, JsonRpcMessage.Request question) {
        SessionDialogue dialogue = session.dialogue();
        String method = question.method();
        RawJson params = question.params() == null ? RawJson.EMPTY_OBJECT : question.params();
        Optional<Resource.OfServer> used = dialogue.lastUsed(server.slug());
        if (used.isEmpty() || CallerCapabilities.missing(dialogue.capabilities(), method, params) != null) {
            return unable();
        }
        Questioner questioner = new Questioner(server, session.view());
        Optional<Answered.Refusal> refusal = questioner.refusal(method, params);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (!session.streams().isListenedTo()) {
            return refused("the caller does not listen outside its requests, so it cannot be asked");
        }
        try {
            return governed(session, questioner, used.get(), method, UrlElicitation.named(method, params));
        } catch (MalformedJson unreadable) {
            return refused("the question is " + unreadable.problem().message());
        } catch (EvidenceUnavailable unavailable) {
            return refused("the gateway cannot store evidence now");
        }
    }

    private Answered governed(
            LegacySession session, Questioner questioner, Resource.OfServer used, String method, RawJson params) {
        JsonTexts texts = JsonTexts.find(params.toBytes(), CallRelay.ASKED);
        QuestionCall call = new QuestionCall(
                callIds.get(),
                session.owner(),
                used,
                method,
                new Content(texts.texts().stream()
                        .map(text -> new TextRun(text.pointer(), text.value()))
                        .toList()),
                FREE,
                Deadline.in(answerWithin));
        Released released = new Released();
        CallOutcome outcome = governor.govern(
                call,
                (cleared, out) -> {
                    RawJson screened = RawJson.of(texts.with(
                            cleared.content().runs().stream().map(TextRun::text).toList()));
                    out.emit(answered(session, method, questioner.named(method, screened), released));
                    return Usage.NO_TOKENS;
                },
                released);
        Answered.Result answer = released.answer;
        return switch (outcome) {
            case CallOutcome.Completed unused when answer != null -> answer;
            case CallOutcome.Failed unused when released.refusal != null -> released.refusal;
            case CallOutcome.Denied denied ->
                refused("the gateway refused: " + denied.denial().stage().name());
            default -> refused("there is no answer");
        };
    }

    private CallerAnswer answered(LegacySession session, String method, RawJson params, Released released)
            throws CallEnded {
        try {
            Answered said = session.dialogue()
                    .ask(
                            message -> {
                                session.streams().tell(message);
                                return true;
                            },
                            method,
                            params,
                            Deadline.in(answerWithin));
            return switch (said) {
                case Answered.Result(RawJson result) -> CallerAnswer.of(result);
                case Answered.Refusal refusal -> {
                    released.refusal = refusal;
                    throw failed(UpstreamFault.Kind.REFUSED, "the caller gave no answer");
                }
            };
        } catch (MalformedJson unreadable) {
            throw failed(
                    UpstreamFault.Kind.GARBAGE,
                    "the caller's answer is " + unreadable.problem().message());
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
            throw new CallEnded(new CallOutcome.Abandoned());
        }
    }

    private static CallEnded failed(UpstreamFault.Kind kind, String detail) {
        return new CallEnded(new CallOutcome.Failed(new UpstreamFault(kind, 0, detail, false)));
    }

    private static Answered unable() {
        return new Answered.Refusal(
                new McpError(McpError.METHOD_NOT_FOUND, "the client declared no capability for this method"));
    }

    private static Answered refused(String why) {
        return new Answered.Refusal(new McpError(McpError.INTERNAL_ERROR, why));
    }

    /** What passed the guardrails, or why there is nothing. */
    private static final class Released implements OutputSink<CallerAnswer> {
        private Answered.@Nullable Result answer;
        private Answered.@Nullable Refusal refusal;

        @Override
        public void emit(CallerAnswer chunk) {
            answer = new Answered.Result(chunk.json());
        }
    }
}
