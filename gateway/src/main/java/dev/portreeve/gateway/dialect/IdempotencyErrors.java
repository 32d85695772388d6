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
        return refused(
                "idempotency_key_reused",
                "this idempotency key stands for a request with another body: send another key with this one");
    }

    /** The call was made and charged, and its answer is not there any more. */
    public static ErrorAnswer notKept() {
        return refused(
                "idempotency_answer_not_kept",
                "the call under this idempotency key was made and charged, but its answer was too large to be kept or"
                        + " cannot be read any more: send another key to have it made again");
    }

    private static ErrorAnswer refused(String code, String message) {
        return ErrorAnswer.of(422, INVALID, code, false, message).with(Map.of(REASON, code));
    }

    /** Another call under the key runs, and its answer was not there in time. */
    public static ErrorAnswer inUse() {
        String code = "idempotency_key_in_use";
        return ErrorAnswer.of(
                        503,
                        SERVER,
                        code,
                        true,
                        "a call under the same idempotency key is still running: try again for its answer")
                .with(Map.of(REASON, code, "retry-after", "2"));
    }

    /** It cannot be looked up now, or the answer could not be stored: its end is not said, and the same key finds out. */
    public static ErrorAnswer unavailable() {
        String code = "idempotency_unavailable";
        return ErrorAnswer.of(
                        503,
                        SERVER,
                        code,
                        true,
                        "what ran under this idempotency key cannot be read or stored now: try again with the same key")
                .with(Map.of(REASON, code, "retry-after", "2"));
    }
}
