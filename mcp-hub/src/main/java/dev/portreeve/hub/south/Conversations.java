package dev.portreeve.hub.south;

import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

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

    /** Wants a session to be as it was before it was lost. */
    interface Reopened {
        /** Told before anybody else uses the new session; may ask it something. */
        void reopened(ServerLink link, Deadline deadline);

        /** The session's own stream was away, and something may have been missed. Must not block. */
        void listensAgain();
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
                throw unavailable(slug, "is stopped");
            }
            Optional<Conversation> own = own(party, one -> one.users == 0 || !party.alone());
            evicted = own.isEmpty() ? roomMade() : evicted;
            taken = own.orElseGet(() -> added(party));
            taken.users++;
        } finally {
            lock.unlock();
        }
        evicted.ifPresent(Conversation::end);
        return taken;
    }

    // Where the party has several, the one that hears of updates: what a call switches on there is heard of.
    private Optional<Conversation> own(Party party, Predicate<Conversation> which) {
        return all.stream()
                .filter(one -> one.party().equals(party) && which.test(one))
                .max(Comparator.comparing(one -> one.pinned != null));
    }

    private Optional<Conversation> roomMade() {
        if (all.size() < max) {
            return Optional.empty();
        }
        Conversation idlest = all.stream()
                .filter(one -> one.users == 0 && one.pinned == null)
                .min(Comparator.comparingLong(one -> one.lastUsedNanos - System.nanoTime()))
                .orElseThrow(() -> unavailable(slug, "has " + max + " sessions in use, which is the most"));
        all.remove(idlest);
        return Optional.of(idlest);
    }

    /** Keeps a session of the party, and has it opened again whenever it is lost, until the pin is closed. */
    Pin pin(Party party, Reopened again) {
        Optional<Conversation> evicted = Optional.empty();
        Conversation pinned;
        lock.lock();
        try {
            if (closed) {
                throw unavailable(slug, "is stopped");
            }
            Optional<Conversation> own = own(party, one -> one.pinned == null);
            evicted = own.isEmpty() ? roomMade() : evicted;
            pinned = own.orElseGet(() -> added(party));
            pinned.pinned = again;
        } finally {
            lock.unlock();
        }
        evicted.ifPresent(Conversation::end);
        return new Pin(pinned);
    }

    private void unpin(Conversation kept) {
        lock.lock();
        try {
            kept.pinned = null;
            kept.lastUsedNanos = System.nanoTime();
        } finally {
            lock.unlock();
        }
        kept.listenOnlyIfAsked();
    }

    /** Listens from now on to what is said unasked in a party's sessions, as long as they last. Never blocks. */
    void heed(Party party) {
        ofParty(one -> one.equals(party)).forEach(Conversation::heed);
    }

    private List<Conversation> ofParty(Predicate<Party> which) {
        lock.lock();
        try {
            return all.stream().filter(one -> which.test(one.party())).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Sends a notification in all sessions of a party. Never blocks. */
    void tell(String partyKey, String method) {
        for (Conversation one : ofParty(party -> party.key().equals(partyKey))) {
            ServerLink link = one.link();
            if (link != null && !link.hasEnded()) {
                link.tell(method);
            }
        }
    }

    private Conversation added(Party party) {
        Conversation added = new Conversation(slug, party, opener);
        all.add(added);
        return added;
    }

    static ToolServerFault unavailable(String slug, String what) {
        return ToolServerFault.of(UpstreamFault.Kind.UNREACHABLE, "tool server \"" + slug + "\" " + what, false);
    }

    private void release(Conversation used) {
        boolean over;
        lock.lock();
        try {
            used.users--;
            used.lastUsedNanos = System.nanoTime();
            over = used.users == 0 && (used.left || (used.link() == null && used.pinned == null));
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
        remove(one -> one.party().key().equals(partyKey));
    }

    void endUnused() {
        long now = System.nanoTime();
        remove(one -> one.users == 0 && one.pinned == null && now - one.lastUsedNanos > idle.toNanos());
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

    /** Keeps one session open. */
    final class Pin implements AutoCloseable {
        private final Conversation conversation;

        private Pin(Conversation conversation) {
            this.conversation = conversation;
        }

        /**
         * The session, opened now if there is none. What it says by itself is listened to when this returns, or the server
         * does not let it be.
         *
         * @throws ToolServerFault if it cannot be opened
         */
        ServerLink link(Deadline deadline) {
            ServerLink link = conversation.opened(deadline);
            conversation.attend();
            if (link.hasOwnStream()) {
                conversation.awaitListening();
            }
            return link;
        }

        /** The session, if there is one. */
        Optional<ServerLink> current() {
            return Optional.ofNullable(conversation.link()).filter(link -> !link.hasEnded());
        }

        /** The server does not know it any more. */
        void lost(ServerLink link) {
            conversation.forget(link);
        }

        /** It may end now as any other, when nobody uses it. */
        @Override
        public void close() {
            unpin(conversation);
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
}
