package dev.portreeve.gateway.dialect;

import java.util.Map;

/** What callers hear who send an {@code Idempotency-Key} that cannot be honoured. Never 409: the vendors' SDKs try that again. */
public final class IdempotencyErrors {
    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";
    private static final String REASON = "x-portreeve-reason";

    private IdempotencyErrors() {}

    public static BadRequest invalidKey() {
        return new BadRequest(
                400,
                "invalid_idempotency_key",
                null,
                "the idempotency-key header must be sent once and have 1 to 255 visible ascii characters");
    }

    /** The key stands for another request. */
    public static ErrorAnswer reused() {
        return explained(ErrorAnswer.of(
                422,
                INVALID,
                "idempotency_key_reused",
                false,
                "this idempotency key stands for a request with another body: send another key with this one"));
    }

    /** The call was made and charged, and its answer is not there any more. */
    public static ErrorAnswer notKept() {
        return explained(ErrorAnswer.of(
                422,
                INVALID,
                "idempotency_answer_not_kept",
                false,
                "the call under this idempotency key was made and charged, but its answer was too large to be kept or"
                        + " cannot be read any more: send another key to have it made again"));
    }

    /** Another call under the key runs, and its answer was not there in time. */
    public static ErrorAnswer inUse() {
        return later(ErrorAnswer.of(
                503,
                SERVER,
                "idempotency_key_in_use",
                true,
                "a call under the same idempotency key is still running: try again for its answer"));
    }

    /** It cannot be looked up now, or the answer could not be stored: its end is not said, and the same key finds out. */
    public static ErrorAnswer unavailable() {
        return later(ErrorAnswer.of(
                503,
                SERVER,
                "idempotency_unavailable",
                true,
                "what ran under this idempotency key cannot be read or stored now: try again with the same key"));
    }

    private static ErrorAnswer explained(ErrorAnswer answer) {
        return answer.with(Map.of(REASON, answer.code()));
    }

    private static ErrorAnswer later(ErrorAnswer answer) {
        return answer.with(Map.of(REASON, answer.code(), "retry-after", "2"));
    }
}
