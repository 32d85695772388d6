package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpc;
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

/** Which resources of one server are watched, by whom. A party is subscribed once to what several of its listeners want. Thread-safe. */
final class Watches implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Watches.class);
    /** Parties at once: each takes a stream or a session. */
    private static final int MAX_PARTIES = 256;

    private final String slug;
    private final Source source;
    private final Map<Party, Watched> byParty = new HashMap<>();
    private boolean closed;

    /** Begins to pay attention on a party's behalf, blocking until the server's era is known. */
    @FunctionalInterface
    interface Source {
        Attention attend(Party party, Hearing hearing, Deadline deadline);
    }

    /** What an attention tells. Never blocks; any thread. */
    interface Hearing {
        /** @param params of {@code notifications/resources/updated} */
        void updated(RawJson params);

        /** The connection was lost for a while: any of these may have been updated. */
        void missed(Set<String> uris);
    }

    Watches(String slug, Source source) {
        this.slug = slug;
        this.source = source;
    }

    /** See {@link ToolServer#watch}. */
    Answered watch(Party party, ResourceListener listener, Deadline deadline) {
        Watched watched = enter(party);
        if (watched == null) {
            return new Answered.Refusal(new McpError(
                    McpError.INTERNAL_ERROR,
                    "tool server \"" + slug + "\" tells " + MAX_PARTIES + " callers of updates, which is the most"));
        }
        try {
            return watched.add(listener, deadline);
        } catch (InterruptedException givenUp) {
            Thread.currentThread().interrupt();
            throw ToolServerFault.interrupted(slug);
        } finally {
            leave(party, watched);
        }
    }

    /** See {@link ToolServer#unwatch}. */
    void unwatch(Party party, ResourceListener listener) {
        Watched watched = enter(party);
        if (watched == null) {
            return;
        }
        watched.forget(listener);
        Thread.ofVirtual().name("hub-" + slug + "-unwatch").start(() -> {
            try {
                watched.dropUnwanted(listener.uri());
            } finally {
                leave(party, watched);
            }
        });
    }

    private synchronized @Nullable Watched enter(Party party) {
        if (closed || (byParty.size() >= MAX_PARTIES && !byParty.containsKey(party))) {
            return null;
        }
        Watched watched = byParty.computeIfAbsent(party, Watched::new);
        watched.users++;
        return watched;
    }

    private synchronized void leave(Party party, Watched watched) {
        watched.users--;
        if (watched.users == 0 && watched.isEmpty()) {
            byParty.remove(party);
            watched.close();
        }
    }

    /** A server of the older era said in a party's session that a resource was updated. */
    void updated(Party party, RawJson params) {
        Watched watched = find(party);
        if (watched != null) {
            watched.updated(params);
        }
    }

    private synchronized @Nullable Watched find(Party party) {
        return byParty.get(party);
    }

    @Override
    public synchronized void close() {
        closed = true;
        byParty.values().forEach(Watched::close);
        byParty.clear();
    }

    /** What one party watches. */
    private final class Watched implements Hearing {
        private final Party party;
        private final ReentrantLock changing = new ReentrantLock();
        private final List<ResourceListener> listeners = new ArrayList<>();
        private volatile @Nullable Attention attention;
        /** Guarded by the outer lock. */
        private int users;

        private Watched(Party party) {
            this.party = party;
        }

        private Answered add(ResourceListener listener, Deadline deadline) throws InterruptedException {
            if (!changing.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ToolServerFault.timeout(slug);
            }
            boolean added = false;
            try {
                boolean first = !isWanted(listener.uri());
                // Before it is asked for: the first update may come with the answer.
                keep(listener);
                Answered answered = first
                        ? attention(deadline).add(listener.uri(), deadline)
                        : new Answered.Result(RawJson.EMPTY_OBJECT);
                added = answered instanceof Answered.Result;
                return answered;
            } finally {
                if (!added) {
                    forget(listener);
                }
                changing.unlock();
            }
        }

        private Attention attention(Deadline deadline) {
            Attention paid = attention;
            if (paid == null) {
                paid = source.attend(party, this, deadline);
                attention = paid;
            }
            return paid;
        }

        private void dropUnwanted(String uri) {
            changing.lock();
            try {
                Attention paid = attention;
                if (paid != null && !isWanted(uri)) {
                    paid.remove(uri);
                }
            } finally {
                changing.unlock();
            }
        }

        private synchronized void keep(ResourceListener listener) {
            listeners.add(listener);
        }

        private synchronized void forget(ResourceListener listener) {
            listeners.remove(listener);
        }

        private synchronized boolean isEmpty() {
            return listeners.isEmpty();
        }

        private synchronized boolean isWanted(String uri) {
            return listeners.stream().anyMatch(one -> one.uri().equals(uri));
        }

        private synchronized List<ResourceListener> listeners() {
            return List.copyOf(listeners);
        }

        @Override
        public void updated(RawJson params) {
            RawJson said = params.member("uri");
            String uri = said == null ? "" : said.asString().orElse("");
            listeners().stream().filter(one -> isAt(uri, one.uri())).forEach(one -> one.updated(params));
        }

        @Override
        public void missed(Set<String> uris) {
            LOGGER.debug("callers of tool server \"{}\" may have missed updates", slug);
            for (ResourceListener one : listeners()) {
                if (uris.contains(one.uri())) {
                    one.updated(RawJson.of(JsonRpc.object().put("uri", one.uri())));
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

    // A server may tell of a part of what was subscribed to.
    private static boolean isAt(String uri, String watched) {
        return uri.equals(watched) || uri.startsWith(watched.endsWith("/") ? watched : watched + '/');
    }

    /** A fault for whoever waits for an attention that the server does not pay. */
    static ToolServerFault cut(String slug) {
        return ToolServerFault.of(
                UpstreamFault.Kind.CUT, "tool server \"" + slug + "\" stopped telling of its resources", true);
    }
}
