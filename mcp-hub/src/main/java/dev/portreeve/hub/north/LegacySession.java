package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.ProtocolVersion;
import dev.portreeve.hub.wire.RequestId;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A caller's session of the older era: who opened it, and the calls under way. Thread-safe. */
final class LegacySession {
    private final String id;
    private final Subject owner;
    private final View view;
    private final String version;
    private final SessionStreams streams;
    private final ListWatch watch;
    private final int maxCalls;
    private final Subscriptions subscriptions;
    private final TaskWatches tasks = new TaskWatches();
    private final Map<RequestId, Cancellation> running = new HashMap<>();
    private volatile @Nullable SessionDialogue dialogue;
    private Instant lastUsed;
    private boolean ended;

    LegacySession(
            String id,
            Subject owner,
            View view,
            String version,
            SessionStreams streams,
            ListWatch watch,
            int maxCalls,
            Instant now) {
        this.id = id;
        this.owner = owner;
        this.view = view;
        this.version = version;
        this.streams = streams;
        this.subscriptions = new Subscriptions(streams.limits().subscribedResources());
        this.watch = watch;
        this.maxCalls = maxCalls;
        this.lastUsed = now;
    }

    String id() {
        return id;
    }

    Subject owner() {
        return owner;
    }

    /** What it was opened on; it works there only. */
    View view() {
        return view;
    }

    /** What it is told beside its answers, and how it takes up a broken stream. */
    SessionStreams streams() {
        return streams;
    }

    /** The resources its owner wants to hear of. */
    Subscriptions subscriptions() {
        return subscriptions;
    }

    /** The tasks its owner hears of. */
    TaskWatches tasks() {
        return tasks;
    }

    /** What its owner was last told of the lists. */
    ListWatch watch() {
        return watch;
    }

    /** Whether its client knows the empty event that only bears an id (since 2025-11-25); others stumble over it. */
    boolean isPrimed() {
        return version.compareTo(ProtocolVersion.LEGACY) >= 0;
    }

    /** Keeps what its owner said at the opening; before the first request. */
    void begin(SessionDialogue opened) {
        dialogue = opened;
    }

    /** What its owner can be asked. */
    SessionDialogue dialogue() {
        SessionDialogue begun = dialogue;
        if (begun == null) {
            throw new IllegalStateException("the session was not begun");
        }
        return begun;
    }

    synchronized void used(Instant now) {
        lastUsed = now;
    }

    /** When it was last used; while a call is under way or its owner listens that is always. */
    synchronized Instant lastUsed() {
        return running.isEmpty() && !streams.isListenedTo() ? lastUsed : Instant.MAX;
    }

    /** What came of trying to begin a call. */
    enum Begun {
        YES,
        ID_IN_USE,
        TOO_MANY,
        ENDED
    }

    synchronized Begun begin(RequestId call, Cancellation cancellation) {
        if (ended) {
            return Begun.ENDED;
        }
        if (running.size() >= maxCalls) {
            return Begun.TOO_MANY;
        }
        return running.putIfAbsent(call, cancellation) == null ? Begun.YES : Begun.ID_IN_USE;
    }

    synchronized void finished(RequestId call) {
        running.remove(call);
    }

    /** Cancels a call; one that is not under way (any more) is no error. */
    void cancel(RequestId call) {
        Cancellation cancellation = find(call);
        if (cancellation != null) {
            cancellation.cancel();
        }
    }

    private synchronized @Nullable Cancellation find(RequestId call) {
        return running.get(call);
    }

    /** Ends the session and cancels what is under way. */
    synchronized void end() {
        ended = true;
        running.values().forEach(Cancellation::cancel);
        subscriptions.close();
        tasks.close();
        streams.end();
    }
}
