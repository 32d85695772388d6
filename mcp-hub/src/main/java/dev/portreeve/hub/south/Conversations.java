package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of all parties with one server of the older era. Each party has its own, opened when it first asks
 * something, kept while it is used, ended when the party leaves, when nobody used it for a while, or when others need the
 * room. Thread-safe.
 */
final class Conversations implements AutoCloseable {
    private final String slug;
    private final int max;
    private final Duration idle;
    private final Opener opener;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final List<Conversation> all = new ArrayList<>();
    private boolean closed;

    /** Opens a session for a party, blocking until the server agreed to it. */
    @FunctionalInterface
    interface Opener {
        ServerLink open(Party party, Deadline deadline);
    }

    /**
     * @param max sessions at once
     * @param idle after which an unused one ends
     */
    Conversations(String slug, int max, Duration idle, Opener opener) {
        this.slug = slug;
        this.max = max;
        this.idle = idle;
        this.opener = opener;
    }

    /**
     * Takes part in the party's session, which is opened now if there is none.
     *
     * @throws ToolServerFault if it cannot be opened, or all sessions there may be are in use
     */
    Lease lease(Party party, Deadline deadline) {
        Conversation taken = take(party);
        try {
            return new Lease(taken, taken.opened(deadline));
        } catch (RuntimeException failed) {
            release(taken);
            throw failed;
        }
    }

    private Conversation take(Party party) {
        Optional<Conversation> evicted = Optional.empty();
        Conversation taken;
        lock.lock();
        try {
            if (closed) {
                throw unavailable("is stopped");
            }
            Optional<Conversation> own = all.stream()
                    .filter(one -> one.party.equals(party) && (one.users == 0 || !party.alone()))
                    .findFirst();
            if (own.isEmpty() && all.size() >= max) {
                evicted = all.stream()
                        .filter(one -> one.users == 0)
                        .min(Comparator.comparingLong(one -> one.lastUsedNanos - System.nanoTime()));
                all.remove(
                        evicted.orElseThrow(() -> unavailable("has " + max + " sessions in use, which is the most")));
            }
            taken = own.orElseGet(() -> added(party));
            taken.users++;
        } finally {
            lock.unlock();
        }
        evicted.ifPresent(Conversation::end);
        return taken;
    }

    private Conversation added(Party party) {
        Conversation added = new Conversation(party);
        all.add(added);
        return added;
    }

    private ToolServerFault unavailable(String what) {
        return ToolServerFault.of(UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" " + what, false);
    }

    private void release(Conversation used) {
        boolean over;
        lock.lock();
        try {
            used.users--;
            used.lastUsedNanos = System.nanoTime();
            over = used.users == 0 && (used.left || used.link == null);
            if (over) {
                all.remove(used);
            }
        } finally {
            lock.unlock();
        }
        if (over) {
            used.end();
        }
    }

    /** A party is gone: its sessions end, those under use when their use ends. */
    void leave(String partyKey) {
        remove(one -> one.party.key().equals(partyKey));
    }

    void endUnused() {
        long now = System.nanoTime();
        remove(one -> one.users == 0 && now - one.lastUsedNanos > idle.toNanos());
    }

    private void remove(Predicate<Conversation> which) {
        List<Conversation> over;
        lock.lock();
        try {
            List<Conversation> found = all.stream().filter(which).toList();
            found.forEach(one -> one.left = true);
            over = found.stream().filter(one -> one.users == 0).toList();
            all.removeAll(over);
        } finally {
            lock.unlock();
        }
        over.forEach(Conversation::end);
    }

    /** Ends all of them, side by side; requests under way fail. */
    @Override
    public void close() {
        List<Conversation> over;
        lock.lock();
        try {
            closed = true;
            over = List.copyOf(all);
            all.clear();
        } finally {
            lock.unlock();
        }
        List<Thread> ending = over.stream().map(Conversation::end).toList();
        try {
            for (Thread one : ending) {
                one.join();
            }
        } catch (InterruptedException stopNow) {
            Thread.currentThread().interrupt();
        }
    }

    /** A share in a session, to be given back. */
    final class Lease implements AutoCloseable {
        private final Conversation conversation;
        private final ServerLink link;

        private Lease(Conversation conversation, ServerLink link) {
            this.conversation = conversation;
            this.link = link;
        }

        ServerLink link() {
            return link;
        }

        /** The server does not know the session any more; the next lease opens another. */
        void lost() {
            conversation.forget(link);
        }

        @Override
        public void close() {
            release(conversation);
        }
    }

    /** One session of one party. */
    private final class Conversation {
        private final Party party;
        private final ReentrantLock opening = new ReentrantLock();
        private volatile @Nullable ServerLink link;
        // Guarded by the outer lock.
        private int users;
        private long lastUsedNanos = System.nanoTime();
        private boolean left;

        private Conversation(Party party) {
            this.party = party;
        }

        private ServerLink opened(Deadline deadline) {
            try {
                if (!opening.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw unavailable("is still opening a session");
                }
            } catch (InterruptedException givenUp) {
                Thread.currentThread().interrupt();
                throw ToolServerFault.interrupted(slug);
            }
            try {
                ServerLink current = link;
                if (current == null || current.hasEnded()) {
                    current = opener.open(party, deadline);
                    link = current;
                }
                return current;
            } finally {
                opening.unlock();
            }
        }

        private void forget(ServerLink lost) {
            opening.lock();
            try {
                if (lost.equals(link)) {
                    link = null;
                }
            } finally {
                opening.unlock();
            }
        }

        /** On a thread of its own: an ending may take a server a few seconds. */
        private Thread end() {
            return Thread.ofVirtual().name("hub-" + slug + "-over").start(() -> {
                ServerLink last = link;
                if (last != null) {
                    last.close();
                }
            });
        }
    }
}
