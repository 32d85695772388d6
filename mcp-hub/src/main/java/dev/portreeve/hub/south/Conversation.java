package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One session of one party with a server of the older era, opened again when it is lost and somebody needs it. Thread-safe; what
 * {@link Conversations} counts is guarded by its lock.
 */
final class Conversation {
    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(60);
    /** How long whoever needs it waits for the stream on which servers say and ask what belongs to no request. */
    private static final Duration LISTEN_TIMEOUT = Duration.ofSeconds(2);

    private final String slug;
    private final Party party;
    private final Conversations.Opener opener;
    private final ReentrantLock opening = new ReentrantLock();
    private @Nullable ServerEar ear;
    private volatile @Nullable ServerLink link;
    private volatile boolean over;
    /** Whether somebody hears what is said unasked, beside whoever insists on the session. */
    private volatile boolean heeded;

    private final CountDownLatch listening = new CountDownLatch(1);
    /** Who insists on this session; changed under the lock of {@link Conversations}. */
    volatile Conversations.@Nullable Reopened pinned;
    // Guarded by the lock of Conversations.
    int users;

    long lastUsedNanos = System.nanoTime();
    boolean left;

    Conversation(String slug, Party party, Conversations.Opener opener) {
        this.slug = slug;
        this.party = party;
        this.opener = opener;
    }

    Party party() {
        return party;
    }

    /** The session as it is now; {@code null} if it is not open. */
    @Nullable
    ServerLink link() {
        return link;
    }

    /**
     * The session, opened now if it is not open.
     *
     * @throws ToolServerFault if it cannot be opened
     */
    ServerLink opened(Deadline deadline) {
        try {
            if (!opening.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw Conversations.unavailable(slug, "is still opening a session");
            }
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
        boolean opens;
        ServerLink current;
        try {
            current = link;
            if (over) {
                throw Conversations.unavailable(slug, "has ended the session");
            }
            opens = current == null || current.hasEnded();
            if (current == null || opens) {
                current = opener.open(party, deadline);
                link = current;
                Conversations.Reopened again = pinned;
                if (again != null) {
                    again.reopened(current, deadline);
                }
                if (again != null || heeded || party.canBeAsked()) {
                    attend();
                }
            }
        } finally {
            opening.unlock();
        }
        if (opens && party.canBeAsked() && current.hasOwnStream()) {
            // Many servers ask on that stream whatever they ask, and what they ask before it is there is lost.
            awaitListening();
        }
        return current;
    }

    // Hears what belongs to no request. A session that nobody insists on is not opened again to listen to it.
    private boolean listen(Deadline deadline) {
        ServerLink current = pinned == null || over ? link : opened(Deadline.in(OPEN_TIMEOUT));
        if (current == null || over) {
            return false;
        }
        try {
            return current.listen(this::listens, deadline) && (pinned != null || !current.hasEnded());
        } catch (HttpPost.SessionGone gone) {
            forget(current);
            if (pinned == null) {
                return false;
            }
            throw gone;
        } finally {
            listening.countDown();
        }
    }

    private void listens() {
        Conversations.Reopened again = pinned;
        if (listening.getCount() == 0 && again != null) {
            again.listensAgain();
        }
        listening.countDown();
    }

    /** Waits until what it says by itself is listened to, or cannot be. */
    void awaitListening() {
        try {
            boolean ignored = listening.await(LISTEN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        }
    }

    /** Listens from now on to what it says by itself. */
    synchronized void attend() {
        if (over) {
            return;
        }
        ServerEar open = ear == null ? new ServerEar(slug, this::listen) : ear;
        ear = open;
        open.open();
    }

    /** As {@link #attend}, also when nobody insists on the session any more. */
    void heed() {
        heeded = true;
        attend();
    }

    private synchronized void ignore() {
        if (ear != null) {
            ear.close();
            ear = null;
        }
    }

    /** Nobody insists on it any more. */
    void listenOnlyIfAsked() {
        if (!party.canBeAsked() && !heeded) {
            ignore();
        }
    }

    /** The server does not know it any more. */
    void forget(ServerLink lost) {
        opening.lock();
        try {
            if (lost.equals(link)) {
                link = null;
            }
        } finally {
            opening.unlock();
        }
    }

    /** Ends it, on a thread of its own: an ending may take a server a few seconds. */
    Thread end() {
        over = true;
        ignore();
        return Thread.ofVirtual().name("hub-" + slug + "-over").start(() -> {
            ServerLink last = link;
            if (last != null) {
                last.close();
            }
        });
    }
}
