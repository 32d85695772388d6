package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.BedrockErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer whose status is an error. Its body goes to the caller as it is, for both speak the same dialect, except
 * where it speaks of our account at the provider: our credential, our rights, our money there.
 */
final class UpstreamErrors {
    private static final int MAX_BODY = 64 * 1024;
    /** How Cohere says that it does not know a key. */
    private static final int INVALID_TOKEN = 498;

    private static final HeaderName AMAZON_TYPE = HeaderNames.create("x-amzn-errortype");
    private static final HeaderName RETRY_AFTER_MS = HeaderNames.create("retry-after-ms");

    private UpstreamErrors() {}

    static CallEnded read(Dialect dialect, UpstreamAnswer answer, ProviderReply reply, int maxBytes) {
        return new CallEnded(new CallOutcome.Failed(fault(dialect, answer, reply, maxBytes)));
    }

    /** The same, for what is no call of anybody's. */
    static UpstreamFault fault(Dialect dialect, UpstreamAnswer answer, ProviderReply reply, int maxBytes) {
        int said = said(dialect, answer);
        byte @Nullable [] body = body(answer, maxBytes);
        ErrorSigns signs = ErrorSigns.in(body, answer.header(AMAZON_TYPE));
        FailureClass kind = signs.classify(said);
        reply.failure(
                kind,
                signs.wait(
                        answer.header(RETRY_AFTER_MS),
                        answer.header(HeaderNames.RETRY_AFTER),
                        answer.header(HeaderNames.DATE)));
        int status = status(kind, said);
        if (!kind.isOfTheAccount() && body != null) {
            String type = answer.header(HeaderNames.CONTENT_TYPE);
            reply.error(new ProviderReply.ErrorBody(
                    dialect, type == null ? "application/json" : type, UpstreamHeaders.passedWithError(answer), body));
        }
        return new UpstreamFault(kind(status), status, detail(status), mayBill(status));
    }

    /** The status that says what happened, where a name beside it says that better. */
    private static int said(Dialect dialect, UpstreamAnswer answer) {
        return switch (dialect) {
            case BEDROCK_CONVERSE -> BedrockErrors.status(answer.header(AMAZON_TYPE), answer.status());
            case COHERE_CHAT -> answer.status() == INVALID_TOKEN ? 401 : answer.status();
            case OPENAI_CHAT, OPENAI_RESPONSES, ANTHROPIC_MESSAGES, GEMINI -> answer.status();
        };
    }

    /** What is about our account there is said as the status that means it: some say so with a 400 or a 429. */
    private static int status(FailureClass kind, int status) {
        return switch (kind) {
            case CREDENTIAL -> 401;
            case ACCOUNT -> 402;
            case ACCESS -> 403;
            case THROTTLED,
                    OVERLOADED,
                    TIMEOUT,
                    SERVER,
                    UNREACHABLE,
                    NOT_FOUND,
                    CONTEXT_WINDOW,
                    CONTENT_POLICY,
                    BAD_REQUEST,
                    TOO_LARGE -> status;
        };
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 401 -> Kind.CREDENTIAL;
            case 408, 504 -> Kind.TIMEOUT;
            default -> Kind.REFUSED;
        };
    }

    private static String detail(int status) {
        return switch (status) {
            case 401 -> "the provider does not accept the gateway's credential";
            case 402 -> "the gateway's account at the provider has no money left";
            case 403 -> "the provider does not allow the gateway to use this";
            case 429 -> "the provider limits the rate of calls";
            default -> "the provider answered with status " + status;
        };
    }

    /**
     * A provider that answers with an error does not charge for it. These three are said by something in between, behind
     * which the work may have been done.
     */
    private static boolean mayBill(int status) {
        return status == 408 || status == 502 || status == 504;
    }

    /** The body if it is a JSON error; a proxy's page of HTML is not for a caller who expects the dialect. */
    private static byte @Nullable [] body(UpstreamAnswer answer, int maxBytes) {
        String type = answer.header(HeaderNames.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            return null;
        }
        byte @Nullable [] body = answer.readError(Math.min(MAX_BODY, maxBytes));
        return body != null && body.length > 0 && body[0] == '{' ? body : null;
    }
}
