package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.call.UpstreamFault.Kind;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer whose status is an error. Its body goes to the caller as it is, for both speak the same dialect, except
 * where it speaks of our account at the provider: our credential, our rights, our money there.
 */
final class UpstreamErrors {
    private static final int MAX_BODY = 64 * 1024;
    /** How OpenAI and Anthropic say that the account has no money; the last comes with status 400. */
    private static final List<String> QUOTA =
            List.of("insufficient_quota", "\"billing_error\"", "Your credit balance is too low");

    private UpstreamErrors() {}

    static CallEnded read(Dialect dialect, UpstreamAnswer answer, ProviderReply reply, int maxBytes) {
        int status = answer.status();
        byte @Nullable [] body = body(answer, maxBytes);
        if ((status == 429 || status == 400) && isQuota(body)) {
            // Not a rate but money; said as the status that means it.
            status = 402;
        }
        boolean ours = status == 401 || status == 402 || status == 403;
        if (!ours && body != null) {
            String type = answer.header(HeaderNames.CONTENT_TYPE);
            reply.error(new ProviderReply.ErrorBody(
                    dialect, type == null ? "application/json" : type, UpstreamHeaders.passedWithError(answer), body));
        }
        return new CallEnded(
                new CallOutcome.Failed(new UpstreamFault(kind(status), status, detail(status), mayBill(status))));
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

    private static boolean isQuota(byte @Nullable [] body) {
        if (body == null) {
            return false;
        }
        String text = new String(body, StandardCharsets.UTF_8);
        return QUOTA.stream().anyMatch(text::contains);
    }
}
