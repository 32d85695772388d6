package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.Dialect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a provider said beside its answer: left by its adapter, read by the edge. For the call's thread. */
public final class ProviderReply {
    /**
     * An error in the provider's own words, which callers of the same dialect may see.
     *
     * @param dialect of the words
     * @param headers those that may be passed on, such as {@code retry-after}
     */
    public record ErrorBody(Dialect dialect, String contentType, Map<String, String> headers, byte[] body) {}

    private byte[] ending = new byte[0];
    private @Nullable ErrorBody error;
    private @Nullable String requestId;
    private @Nullable String responseId;
    private boolean unfinished;
    private List<String> lost = List.of();
    private @Nullable FailureClass failure;
    private @Nullable Duration retryAfter;
    private long earlierNanos;
    private long waitedNanos;

    /** The bytes of the event that ends a stream; empty for unary answers. */
    public byte[] ending() {
        return ending;
    }

    public void ending(byte[] bytes) {
        ending = bytes;
    }

    public @Nullable ErrorBody error() {
        return error;
    }

    public void error(@Nullable ErrorBody body) {
        error = body;
    }

    /** What the provider's error means, or {@code null} where nobody read that out of it. */
    public @Nullable FailureClass failure() {
        return failure;
    }

    /** How long the provider wants to be left alone, or {@code null} where it does not say. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** @param after how long the provider wants to be left alone, or {@code null} */
    public void failure(FailureClass kind, @Nullable Duration after) {
        failure = kind;
        retryAfter = after;
    }

    /**
     * Forgets what one attempt left, for the next one.
     *
     * @param nanos since the first attempt began
     */
    public void again(long nanos) {
        ending = new byte[0];
        error = null;
        requestId = null;
        responseId = null;
        unfinished = false;
        lost = List.of();
        failure = null;
        retryAfter = null;
        earlierNanos = nanos;
        waitedNanos = 0;
    }

    /** The provider's own id of the request, for its support. */
    public @Nullable String requestId() {
        return requestId;
    }

    public void requestId(@Nullable String id) {
        requestId = id;
    }

    /** Under which id the provider may keep its answer, from its first piece on, or {@code null} where its dialect has none. */
    public @Nullable String responseId() {
        return responseId;
    }

    /** Whether the answer says that it is still being made. */
    public boolean isUnfinished() {
        return unfinished;
    }

    public void response(@Nullable String id, boolean isUnfinished) {
        responseId = id;
        unfinished = isUnfinished;
    }

    /** What of the answer could not be said in the caller's dialect; known when the answer has ended. */
    public List<String> lost() {
        return lost;
    }

    public void lost(List<String> notes) {
        lost = List.copyOf(notes);
    }

    /** How long the provider took until its answer began, and earlier attempts altogether. */
    public long waitedNanos() {
        return earlierNanos + waitedNanos;
    }

    public void waitedNanos(long nanos) {
        waitedNanos = nanos;
    }
}
