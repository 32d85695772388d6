package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Resource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a caller's session of the older era can be asked, and the questions that are open in it. Thread-safe. */
final class SessionDialogue {
    private static final int MAX_OPEN = 32;
    private final String session;
    private final RawJson capabilities;
    private final @Nullable String program;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<RequestId, BlockingQueue<Answered>> open = new HashMap<>();
    private final Map<String, Resource.OfServer> used = new ConcurrentHashMap<>();
    private volatile @Nullable String logLevel;

    /**
     * @param capabilities as far as they are carried
     * @param program what the caller's program calls itself, or {@code null}
     */
    SessionDialogue(String session, RawJson capabilities, @Nullable String program) {
        this.program = program;
        this.session = session;
        this.capabilities = capabilities;
    }

    String session() {
        return session;
    }

    RawJson capabilities() {
        return capabilities;
    }

    @Nullable
    String program() {
        return program;
    }

    @Nullable
    String logLevel() {
        return logLevel;
    }

    void logLevel(String level) {
        logLevel = level;
    }

    /** Something of a server is used in the session. */
    void uses(Resource.OfServer resource) {
        used.put(resource.server(), resource);
    }

    /** What was last used of a server. */
    Optional<Resource.OfServer> lastUsed(String slug) {
        return Optional.ofNullable(used.get(slug));
    }

    /**
     * Asks the caller on the stream of his own request, and waits for what he posts.
     *
     * @throws InterruptedException if he cancelled
     */
    Answered ask(Answer stream, String method, @Nullable RawJson params, Deadline deadline)
            throws InterruptedException {
        return ask(stream::say, method, params, deadline);
    }

    /**
     * As the other, on whichever stream he has.
     *
     * @param stream says a message on it; false if it cannot
     */
    Answered ask(Predicate<byte[]> stream, String method, @Nullable RawJson params, Deadline deadline)
            throws InterruptedException {
        RequestId id = RequestId.of(lastId.incrementAndGet());
        BlockingQueue<Answered> answers = new ArrayBlockingQueue<>(1);
        if (!begin(id, answers)) {
            return refusal("too many questions are open in the caller's session");
        }
        try {
            if (!stream.test(JsonRpc.request(id, method, params == null ? RawJson.EMPTY_OBJECT : params))) {
                return refusal("the caller takes no event stream, so it cannot be asked");
            }
            Answered answered = answers.poll(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
            return answered == null ? refusal("the caller did not answer in time") : answered;
        } finally {
            end(id);
        }
    }

    private static Answered refusal(String why) {
        return new Answered.Refusal(new McpError(McpError.INTERNAL_ERROR, why));
    }

    private synchronized boolean begin(RequestId id, BlockingQueue<Answered> answers) {
        return open.size() < MAX_OPEN && open.put(id, answers) == null;
    }

    private synchronized void end(RequestId id) {
        open.remove(id);
    }

    /** The caller answered; an answer to no open question is dropped. */
    void accept(JsonRpcMessage.Response response) {
        BlockingQueue<Answered> answers = find(response.id());
        if (answers != null) {
            McpError error = response.error();
            RawJson result = response.result();
            boolean ignored = answers.offer(
                    error != null || result == null
                            ? new Answered.Refusal(
                                    error == null ? new McpError(McpError.INTERNAL_ERROR, "no result") : error)
                            : new Answered.Result(result));
        }
    }

    private synchronized @Nullable BlockingQueue<Answered> find(@Nullable RequestId id) {
        return id == null ? null : open.get(id);
    }
}
