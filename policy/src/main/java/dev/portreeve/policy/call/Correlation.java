package dev.portreeve.policy.call;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the caller's own records know a call by, so that a call of which the caller never saw an answer can still be joined with
 * ours. Said by the caller and believed by nobody: no decision looks at it. Immutable.
 *
 * @param traceId of the trace the call belongs to: 32 hexadecimal digits
 * @param clientRequestId what the caller's program named the request, as OpenAI's and Anthropic's SDKs can in {@code
 *     x-client-request-id}
 * @param programs what the caller's program calls itself, in each place where it can: at most two names, none of them long. How long
 *     a call is held for it may hang on that, and nothing else
 */
public record Correlation(
        @Nullable String traceId, @Nullable String clientRequestId, List<String> programs) {
    /** A call of which the caller says nothing. */
    public static final Correlation NONE = new Correlation(null, null);

    private static final int MAX_PROGRAMS = 2;
    private static final int MAX_PROGRAM = 200;

    /** OpenAI accepts as many characters. */
    private static final int MAX_REQUEST_ID = 512;

    private static final int TRACE_AT = 3;
    private static final int TRACE_DIGITS = 32;
    private static final int PARENT_DIGITS = 16;
    private static final int FLAGS_END = TRACE_AT + TRACE_DIGITS + 1 + PARENT_DIGITS + 3;

    public Correlation {
        programs = programs.stream()
                .limit(MAX_PROGRAMS)
                .map(name -> name.length() <= MAX_PROGRAM ? name : name.substring(0, MAX_PROGRAM))
                .toList();
    }

    /** Of a call whose program does not say what it is. */
    public Correlation(@Nullable String traceId, @Nullable String clientRequestId) {
        this(traceId, clientRequestId, List.of());
    }

    /** The same, of a program that calls itself so; {@code null} where it says nothing. */
    public Correlation from(@Nullable String name, @Nullable String userAgent) {
        List<String> said = Stream.of(Optional.ofNullable(name), Optional.ofNullable(userAgent))
                .flatMap(Optional::stream)
                .toList();
        return said.isEmpty() ? this : new Correlation(traceId, clientRequestId, said);
    }

    /**
     * From the values of two headers, each as it came or {@code null}. What has not the form it should have is left out.
     *
     * @param traceparent as in W3C Trace Context, section 3.2
     * @param clientRequestId visible ASCII, at most 512 characters
     */
    public static Correlation of(@Nullable String traceparent, @Nullable String clientRequestId) {
        if (traceparent == null && clientRequestId == null) {
            return NONE;
        }
        String trace = traceparent == null ? null : traceId(traceparent);
        String request = clientRequestId != null && isName(clientRequestId) ? clientRequestId : null;
        return trace == null && request == null ? NONE : new Correlation(trace, request);
    }

    private static @Nullable String traceId(String parent) {
        int parentAt = TRACE_AT + TRACE_DIGITS + 1;
        boolean formed = parent.length() >= FLAGS_END
                && isHex(parent, 0, 2)
                && parent.charAt(2) == '-'
                && isHex(parent, TRACE_AT, TRACE_AT + TRACE_DIGITS)
                && parent.charAt(parentAt - 1) == '-'
                && isHex(parent, parentAt, parentAt + PARENT_DIGITS)
                && parent.charAt(parentAt + PARENT_DIGITS) == '-'
                && isHex(parent, FLAGS_END - 2, FLAGS_END);
        if (!formed) {
            return null;
        }
        String trace = parent.substring(TRACE_AT, TRACE_AT + TRACE_DIGITS);
        return trace.chars().allMatch(digit -> digit == '0') ? null : trace;
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_REQUEST_ID
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
