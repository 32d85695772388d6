package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request whose answer is awaited over HTTP. Its caller may be asked on the stream of its answer and, since not every server
 * says which request a question belongs to, on the session's own stream: one question at a time, and none counts against
 * the deadline. Thread-safe.
 */
final class Underway implements Meanwhile {
    private final Meanwhile own;
    private final boolean takesQuestions;
    private final boolean canBeTakenUp;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Patience patience;

    /** @param canBeTakenUp whether its stream, should it end before the answer, goes on elsewhere: so in the older era */
    Underway(Meanwhile own, boolean takesQuestions, boolean canBeTakenUp) {
        this.own = own;
        this.canBeTakenUp = canBeTakenUp;
        this.takesQuestions = takesQuestions;
    }

    boolean takesQuestions() {
        return takesQuestions;
    }

    boolean canBeTakenUp() {
        return canBeTakenUp;
    }

    /** The answer has begun as a stream. */
    void awaited(Patience begun) {
        patience = begun;
    }

    @Override
    public void progress(ObjectNode params) {
        own.progress(params);
    }

    @Override
    public void notification(JsonRpcMessage.Notification notification) {
        own.notification(notification);
    }

    @Override
    public Answered question(JsonRpcMessage.Request question) throws InterruptedException {
        Patience waiting = patience;
        if (waiting != null) {
            waiting.suspend();
        }
        try {
            asking.lockInterruptibly();
            try {
                return own.question(question);
            } finally {
                asking.unlock();
            }
        } finally {
            if (waiting != null) {
                waiting.resume();
            }
        }
    }
}
