package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.RawJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Ears for one request of a modern caller who cannot answer what the server may ask on the way: notes what the caller would
 * have to declare. Thread-safe.
 */
final class AskedInVain implements Meanwhile {
    private final Meanwhile ears;
    private final RawJson capabilities;
    private volatile @Nullable String missing;

    AskedInVain(Meanwhile ears, RawJson capabilities) {
        this.ears = ears;
        this.capabilities = capabilities;
    }

    @Override
    public void progress(ObjectNode params) {
        ears.progress(params);
    }

    @Override
    public void notification(JsonRpcMessage.Notification notification) {
        ears.notification(notification);
    }

    @Override
    public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
        String lacking = CallerCapabilities.undeclared(capabilities, question.method(), question.params());
        missing = missing == null ? lacking : missing;
        return ears.question(question);
    }

    /** As {@link #require(String, Answered)}, of what was noted. */
    Answered require(Answered answered) {
        return require(missing, answered);
    }

    /**
     * The answer of a server that asked in vain, if it could do without: a server of the older era does not say that it could
     * not, it fails.
     *
     * @param missing what the caller would have to declare; {@code null} if nothing was asked in vain
     * @throws MissingCapability if the request failed, so that the caller learns what it takes
     */
    static Answered require(@Nullable String missing, Answered answered) {
        if (missing != null && hasFailed(answered)) {
            throw MissingCapability.of(missing);
        }
        return answered;
    }

    private static boolean hasFailed(Answered answered) {
        return switch (answered) {
            case Answered.Refusal unused -> true;
            case Answered.Result(RawJson result) -> {
                RawJson error = result.member("isError");
                yield error != null && error.isTrue();
            }
        };
    }
}
