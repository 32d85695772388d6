package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which resources and tasks of one server are watched, by whom. A party asks once for what several of its watchers want. Thread-safe. */
final class Watches implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Watches.class);
    /** Parties at once, for each topic: each takes a stream or a session. */
    private static final int MAX_PARTIES = 256;

    private final String slug;
    private final Source source;
    private final Map<Key, Watched> byKey = new HashMap<>();
    private boolean closed;

    /** Who watches what kind of thing. */
    private record Key(Topic topic, Party party) {}

    /** Begins to pay attention on a party's behalf, blocking until the server's era is known. */
    @FunctionalInterface
    interface Source {
        Attention attend(Topic topic, Party party, Hearing hearing, Deadline deadline);
    }

    /** What an attention tells. Never blocks; any thread. */
    interface Hearing {
        /** @param params of the topic's notification */
        void changed(RawJson params);

        /** The connection was lost for a while: any of these may have changed. */
        void missed(Set<String> ids);
    }

    Watches(String slug, Source source) {
        this.slug = slug;
        this.source = source;
    }

    /** See {@link ToolServer#watch}. */
    Answered watch(Party party, Watcher watcher, Deadline deadline) {
        Key key = new Key(watcher.topic(), party);
        Watched watched = enter(key);
        if (watched == null) {
            return new Answered.Refusal(new McpError(
                    McpError.INTERNAL_ERROR,
                    "tool server \"" + slug + "\" tells " + MAX_PARTIES + " callers of changes, which is the most"));
        }
        try {
            return watched.add(watcher, deadline);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } finally {
            leave(key, watched);
        }
    }

    /** See {@link ToolServer#unwatch}. */
    void unwatch(Party party, Watcher watcher) {
        Key key = new Key(watcher.topic(), party);
        Watched watched = enter(key);
        if (watched == null) {
            return;
        }
        watched.forget(watcher);
        Thread.ofVirtual().name("hub-" + slug + "-unwatch").start(() -> {
            try {
                watched.dropUnwanted(watcher.id());
            } finally {
                leave(key, watched);
            }
        });
    }

    private synchronized @Nullable Watched enter(Key key) {
        long others = byKey.keySet().stream()
                .filter(one -> one.topic() == key.topic())
                .count();
        if (closed || (others >= MAX_PARTIES && !byKey.containsKey(key))) {
            return null;
        }
        Watched watched = byKey.computeIfAbsent(key, Watched::new);
        watched.users++;
        return watched;
    }

    private synchronized void leave(Key key, Watched watched) {
        watched.users--;
        if (watched.users == 0 && watched.isEmpty()) {
            byKey.remove(key);
            watched.close();
        }
    }

    /** A server of the older era said in a party's session that something changed. */
    void changed(Topic topic, Party party, RawJson params) {
        Watched watched = find(new Key(topic, party));
        if (watched != null) {
            watched.changed(params);
        }
    }

    private synchronized @Nullable Watched find(Key key) {
        return byKey.get(key);
    }

    @Override
    public synchronized void close() {
        closed = true;
        byKey.values().forEach(Watched::close);
        byKey.clear();
    }

    /** What one party watches of one kind. */
    private final class Watched implements Hearing {
        private final Key key;
        private final ReentrantLock changing = new ReentrantLock();
        private final List<Watcher> watchers = new ArrayList<>();
        private volatile @Nullable Attention attention;
        /** Guarded by the outer lock. */
        private int users;

        private Watched(Key key) {
            this.key = key;
        }

        private Answered add(Watcher watcher, Deadline deadline) throws InterruptedException {
            if (!changing.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ToolServerFault.timeout(slug);
            }
            boolean added = false;
            try {
                boolean first = !isWanted(watcher.id());
                // Before it is asked for: the first update may come with the answer.
                keep(watcher);
                Answered answered = first
                        ? attention(deadline).add(watcher.id(), deadline)
                        : new Answered.Result(RawJson.EMPTY_OBJECT);
                added = answered instanceof Answered.Result;
                return answered;
            } finally {
                if (!added) {
                    forget(watcher);
                }
                changing.unlock();
            }
        }

        private Attention attention(Deadline deadline) {
            Attention paid = attention;
            if (paid == null) {
                paid = source.attend(key.topic(), key.party(), this, deadline);
                attention = paid;
            }
            return paid;
        }

        private void dropUnwanted(String id) {
            changing.lock();
            try {
                Attention paid = attention;
                if (paid != null && !isWanted(id)) {
                    paid.remove(id);
                }
            } finally {
                changing.unlock();
            }
        }

        private synchronized void keep(Watcher watcher) {
            watchers.add(watcher);
        }

        private synchronized void forget(Watcher watcher) {
            watchers.remove(watcher);
        }

        private synchronized boolean isEmpty() {
            return watchers.isEmpty();
        }

        private synchronized boolean isWanted(String id) {
            return watchers.stream().anyMatch(one -> one.id().equals(id));
        }

        private synchronized List<Watcher> watchers() {
            return List.copyOf(watchers);
        }

        @Override
        public void changed(RawJson params) {
            String told = key.topic().of(params);
            watchers().stream()
                    .filter(one -> key.topic().covers(one.id(), told))
                    .forEach(one -> one.changed(params));
        }

        @Override
        public void missed(Set<String> ids) {
            LOGGER.debug("callers of tool server \"{}\" may have missed changes", slug);
            for (Watcher one : watchers()) {
                if (ids.contains(one.id())) {
                    one.changed(key.topic().about(one.id()));
                }
            }
        }

        private void close() {
            Attention paid = attention;
            if (paid != null) {
                paid.close();
            }
        }
    }

    /** A fault for whoever waits for an attention that the server does not pay. */
    static ToolServerFault cut(String slug) {
        return ToolServerFault.of(
                UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" stopped telling of what changes", true);
    }
}
