package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.Allowance;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.key.Authentication;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What callers hear of each ending that is no answer: one table for all dialects, each of which says it in its own form. */
public final class CallErrors {
    private static final String INVALID = "invalid_request_error";
    private static final String PERMISSION = "permission_error";
    private static final String UPSTREAM = "upstream_error";
    private static final String SERVER = "server_error";
    private static final String RATE_LIMIT = "rate_limit_exceeded";
    private static final String REASON = "x-portreeve-reason";

    private CallErrors() {}

    public static ErrorAnswer of(BadRequest bad) {
        String param = bad.param() == null ? "null" : ErrorAnswer.quoted(bad.param());
        return ErrorAnswer.of(bad.status(), INVALID, bad.code(), param, false, bad.detail());
    }

    public static ErrorAnswer of(Authentication.Rejected rejected) {
        return ErrorAnswer.of(401, INVALID, "invalid_api_key", false, rejected.detail())
                .with(Map.of(REASON, rejected.reason().code(), "www-authenticate", "Bearer"));
    }

    public static ErrorAnswer of(Authentication.Unavailable unavailable) {
        return ErrorAnswer.of(503, SERVER, "keys_unavailable", true, unavailable.detail());
    }

    public static ErrorAnswer unknownModel(String name) {
        return ErrorAnswer.of(
                404, INVALID, "model_not_found", "\"model\"", false, "there is no model \"" + shortened(name) + "\"");
    }

    /** A response that is not kept, or not for this caller: which of both, nobody hears. */
    public static ErrorAnswer unknownResponse() {
        return ErrorAnswer.of(
                404, INVALID, "response_not_found", "\"id\"", false, "there is no such response of yours");
    }

    /** More calls that nobody waits for than may run at once. */
    public static ErrorAnswer tooManyInBackground() {
        return ErrorAnswer.of(
                429,
                RATE_LIMIT,
                "too_many_background_responses",
                true,
                "too many responses are being made in the background; wait for some, or for the answer itself");
    }

    /** A batch that is not there, or not for this caller: which of both, nobody hears. */
    public static ErrorAnswer unknownBatch() {
        return ErrorAnswer.of(404, INVALID, "batch_not_found", "\"id\"", false, "there is no such batch of yours");
    }

    /** More batches that are not over than a tenant may have. */
    public static ErrorAnswer tooManyBatches(int most) {
        return ErrorAnswer.of(
                429,
                RATE_LIMIT,
                "too_many_batches",
                true,
                "your tenant has " + most + " batches that are not over; wait until some are");
    }

    /** What can be done only with a batch that is over, or only with one that is not. */
    public static ErrorAnswer batchState(String why) {
        return ErrorAnswer.of(400, INVALID, "batch_state", false, why);
    }

    /** Nobody can say how batches stand. */
    public static ErrorAnswer batchesUnavailable() {
        return ErrorAnswer.of(
                503,
                SERVER,
                "batches_unavailable",
                true,
                "batches cannot be looked up now: the database does not answer");
    }

    /** Of an item of a batch whose end nobody knows. */
    public static ErrorAnswer batchLost(String why) {
        return ErrorAnswer.of(
                502,
                UPSTREAM,
                "batch_lost",
                false,
                "it is not known what became of this item, which is charged as held: " + why);
    }

    /** Of an item of a batch whose answer is longer than what is kept. */
    public static ErrorAnswer resultNotKept(int most) {
        return ErrorAnswer.of(
                502,
                UPSTREAM,
                "batch_result_not_kept",
                false,
                "the answer was made and is charged, but it is longer than the " + most + " bytes that are kept");
    }

    /** A batch that the provider may or may not have. */
    public static ErrorAnswer batchNotHeard(String batch) {
        return ErrorAnswer.of(
                504,
                UPSTREAM,
                "batch_not_heard",
                false,
                "it is not known whether the provider has this batch (" + batch
                        + "): what it can cost stays held, and is charged when its time is over; making it again may pay twice");
    }

    /** Of an item of a batch whose answer was deleted since, or cannot be opened. */
    public static ErrorAnswer resultForgotten() {
        return ErrorAnswer.of(404, INVALID, "batch_result_gone", false, "what this item said is not kept any more");
    }

    /** What one item was refused for, of a batch that is refused with it. */
    public static ErrorAnswer inBatch(String customId, ErrorAnswer error) {
        return inBatch("item", customId, error);
    }

    /** @param where it stands, in words */
    public static ErrorAnswer inBatch(String where, String customId, ErrorAnswer error) {
        return new ErrorAnswer(
                error.status(),
                error.type(),
                error.code(),
                error.param(),
                error.retry(),
                where + " \"" + shortened(customId) + "\": " + error.message() + " (nothing of the batch was sent)",
                error.headers(),
                null);
    }

    public static ErrorAnswer keptStream() {
        return ErrorAnswer.of(
                400,
                INVALID,
                "unsupported_parameter",
                "\"stream\"",
                false,
                "only the response itself can be read as a stream: leave \"stream\" out");
    }

    public static ErrorAnswer responsesUnavailable() {
        return ErrorAnswer.of(
                503,
                SERVER,
                "responses_unavailable",
                true,
                "it cannot be looked up now whose response that is; try again");
    }

    public static ErrorAnswer filesUnavailable() {
        return ErrorAnswer.of(503, SERVER, "files_unavailable", true, "files cannot be kept or read now; try again");
    }

    public static ErrorAnswer evidenceUnavailable() {
        return ErrorAnswer.of(
                503,
                SERVER,
                "evidence_unavailable",
                true,
                "the call could not be recorded, so nothing was released; try again");
    }

    public static ErrorAnswer bug() {
        return ErrorAnswer.of(500, SERVER, "internal_error", false, "an error inside the gateway; see its log");
    }

    /** A header that says what call this is cannot be read. */
    public static ErrorAnswer invalidLabels(String expected) {
        return ErrorAnswer.of(400, INVALID, "invalid_label", false, expected);
    }

    /** A request the server itself could not read. */
    public static ErrorAnswer unreadable(int status) {
        return ErrorAnswer.of(status, INVALID, "invalid_http", false, "the request is not valid http");
    }

    /** @param nearest a path that there is and that this one may mean, or {@code null} */
    public static ErrorAnswer notFound(@Nullable String nearest) {
        String hint = nearest == null ? "" : ", did you mean \"" + nearest + "\"";
        return ErrorAnswer.of(404, INVALID, "unknown_url", false, "there is nothing at this path" + hint);
    }

    public static ErrorAnswer methodNotAllowed(String allowed) {
        return ErrorAnswer.of(405, INVALID, "method_not_allowed", false, "this path wants " + allowed)
                .with(Map.of("allow", allowed));
    }

    /** A refusal by a step of the recipe. */
    public static ErrorAnswer of(CallOutcome.Denied denied) {
        Denial denial = denied.denial();
        ErrorAnswer answer = switch (denial.reason()) {
            case NOT_GRANTED, FORBIDDEN, RULE_ERROR, OUTSIDE_DELEGATION ->
                ErrorAnswer.of(403, PERMISSION, "model_not_granted", "\"model\"", false, denial.detail());
            case HOSTED_TOOL_DENIED ->
                ErrorAnswer.of(403, PERMISSION, "tool_not_granted", "\"tools\"", false, denial.detail());
            case STOPPED -> ErrorAnswer.of(403, PERMISSION, "stopped", false, denial.detail());
            case RATE_LIMITED -> rateLimited(denied);
            case BUDGET_EXHAUSTED, BUDGET_IN_DEBT, BUDGET_FROZEN, BUDGET_CLOSED ->
                ErrorAnswer.of(429, "insufficient_quota", "insufficient_quota", false, denial.detail());
            case ARGUMENTS_NOT_PRICED -> ErrorAnswer.of(400, INVALID, "invalid_value", false, denial.detail());
            case GUARDRAIL_BLOCKED -> ErrorAnswer.of(400, INVALID, "content_policy_violation", false, denial.detail());
            case GUARDRAIL_FAILED -> ErrorAnswer.of(503, SERVER, "guardrail_failed", false, denial.detail());
            case APPROVAL_DENIED -> ErrorAnswer.of(403, PERMISSION, "approval_denied", false, denial.detail());
            case APPROVAL_EXPIRED -> ErrorAnswer.of(403, PERMISSION, "approval_expired", false, denial.detail());
            case APPROVAL_WITHDRAWN -> ErrorAnswer.of(403, PERMISSION, "approval_withdrawn", false, denial.detail());
            case TOO_MANY_WAITING -> ErrorAnswer.of(403, PERMISSION, "too_many_waiting", false, denial.detail());
            case KEY_IN_USE -> IdempotencyErrors.inUse();
            case BATCH_REFUSED -> ErrorAnswer.of(400, INVALID, "batch_refused", false, denial.detail());
            case DEFINITION_CHANGED -> ErrorAnswer.of(403, PERMISSION, "definition_changed", false, denial.detail());
        };
        Map<String, String> headers = new HashMap<>(answer.headers());
        headers.put(REASON, denial.reason().code());
        return answer.with(Map.copyOf(headers));
    }

    /** OpenAI's type says what there was too much of. */
    private static ErrorAnswer rateLimited(CallOutcome.Denied denied) {
        Allowance left = denied.allowance();
        String type = left != null && left.tokens() != null ? "tokens" : "requests";
        ErrorAnswer answer =
                ErrorAnswer.of(429, type, RATE_LIMIT, true, denied.denial().detail());
        Duration wait = left == null ? null : left.retryAfter();
        return wait == null ? answer : answer.with(Map.of("retry-after", Long.toString(wait.toSeconds())));
    }

    /** A person must decide first. */
    public static ErrorAnswer of(CallOutcome.AwaitingApproval awaiting) {
        return ErrorAnswer.of(
                        403,
                        PERMISSION,
                        "approval_required",
                        false,
                        "waits for approval under ticket " + awaiting.ticket() + " until " + awaiting.expiresAt()
                                + "; repeat the same call once it is approved")
                .with(Map.of(
                        REASON,
                        "approval_required",
                        "x-portreeve-approval",
                        awaiting.ticket().toString()));
    }

    /** An upstream's fault in the gateway's words. */
    public static ErrorAnswer of(UpstreamFault fault) {
        return switch (fault.kind()) {
            case UNREACHABLE -> upstream(502, fault.kind().code(), true, fault);
            case TIMEOUT -> upstream(504, fault.kind().code(), true, fault);
            case CREDENTIAL -> upstream(502, fault.kind().code(), false, fault);
            case GARBAGE, CUT, TOO_LARGE -> upstream(502, fault.kind().code(), true, fault);
            case REFUSED -> refused(fault);
            case MEDIA, CANCELED, EXPIRED ->
                ErrorAnswer.of(400, INVALID, fault.kind().code(), false, fault.detail())
                        .with(Map.of(REASON, fault.kind().code()));
        };
    }

    private static ErrorAnswer refused(UpstreamFault fault) {
        return switch (fault.status()) {
            case 402 -> upstream(503, "upstream_quota", false, fault);
            case 403 -> upstream(502, "upstream_denied", false, fault);
            case 429 -> upstream(429, "rate_limit_exceeded", true, fault);
            default -> upstream(passedStatus(fault.status()), fault.kind().code(), true, fault);
        };
    }

    private static ErrorAnswer upstream(int status, String code, boolean retry, UpstreamFault fault) {
        return ErrorAnswer.of(status, UPSTREAM, code, retry, fault.detail())
                .with(Map.of(REASON, fault.kind().code()));
    }

    /** The provider behind a model has no such operation in any form. */
    public static ErrorAnswer unsupported(Dialect dialect, Operation operation, String model) {
        return ErrorAnswer.of(
                404,
                INVALID,
                "unsupported_operation",
                "\"model\"",
                false,
                "the provider of model \"" + shortened(model) + "\" has no " + operation.code() + " for callers of "
                        + dialect.code());
    }

    /** An upstream's error in its own words, which are those of the caller's dialect. */
    public static ErrorAnswer passed(
            Dialect dialect, UpstreamFault fault, Map<String, String> headers, ErrorAnswer.Said said) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(REASON, fault.kind().code());
        int status = switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT -> passedStatus(fault.status());
            // Its clients tell an overloaded provider from an unavailable gateway, and a large body from a bad one.
            case ANTHROPIC_MESSAGES, GEMINI -> fault.status();
        };
        return new ErrorAnswer(
                status, UPSTREAM, fault.kind().code(), "null", true, fault.detail(), Map.copyOf(all), said);
    }

    /**
     * An upstream's error in another dialect than the caller's.
     *
     * @param sentence what it said, or empty
     */
    public static ErrorAnswer retold(UpstreamFault fault, Map<String, String> headers, String sentence) {
        ErrorAnswer answer = of(fault);
        Map<String, String> all = new HashMap<>(headers);
        all.putAll(answer.headers());
        String message = sentence.isEmpty() ? answer.message() : answer.message() + ": " + sentence;
        return new ErrorAnswer(
                answer.status(),
                answer.type(),
                answer.code(),
                answer.param(),
                answer.retry(),
                message,
                Map.copyOf(all),
                null);
    }

    /**
     * The request is longer than the model reads, said by a provider of another dialect. In the words by which programs of the
     * caller's dialect know that they have to shorten the conversation.
     *
     * @param sentence what the provider said, or empty
     */
    public static ErrorAnswer tooLong(Dialect dialect, Map<String, String> headers, String sentence) {
        String words = switch (dialect) {
            case ANTHROPIC_MESSAGES -> "prompt is too long";
            case GEMINI -> "the input token count exceeds the maximum number of tokens allowed";
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT ->
                "this model's maximum context length is exceeded";
        };
        Map<String, String> all = new HashMap<>(headers);
        all.put(REASON, "context_length_exceeded");
        return ErrorAnswer.of(
                        400,
                        INVALID,
                        "context_length_exceeded",
                        false,
                        sentence.isEmpty() ? words : words + ": " + sentence)
                .with(Map.copyOf(all));
    }

    /** What the caller sees for a provider's status: nothing that could mean its own key or the gateway's health. */
    private static int passedStatus(int upstream) {
        return switch (upstream) {
            case 408, 504 -> 504;
            case 413 -> 400;
            case 503, 529 -> 503;
            default -> upstream >= 500 ? 502 : upstream;
        };
    }

    private static String shortened(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }
}
