package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Attention to a server of the modern era: one stream for the party, replaced by another when it is to hear of more. A stream
 * that ends is opened again, and then everything counts as changed.
 */
final class StreamAttention implements Attention {
    private final String slug;
    private final Topic topic;
    private final Asking asking;
    private final Watches.Hearing hearing;
    private final Set<String> wanted = new HashSet<>();
    private @Nullable Stream current;

    /** Sends a request to the server over whatever connection there is, opened now if there is none. */
    @FunctionalInterface
    interface Asking {
        JsonRpcMessage.Response ask(ServerRequest request, Meanwhile meanwhile, Deadline deadline);
    }

    StreamAttention(String slug, Topic topic, Asking asking, Watches.Hearing hearing) {
        this.slug = slug;
        this.topic = topic;
        this.asking = asking;
        this.hearing = hearing;
    }

    @Override
    public Answered add(String id, Deadline deadline) {
        Set<String> all = new HashSet<>(wanted);
        all.add(id);
        Stream next = new Stream(all);
        boolean taken = false;
        try {
            Answered answered = next.opened(id, deadline);
            taken = answered instanceof Answered.Result;
            if (taken) {
                wanted.add(id);
                Stream before = current;
                current = next;
                if (before != null) {
                    before.close();
                }
            }
            return answered;
        } finally {
            if (!taken) {
                next.close();
            }
        }
    }

    @Override
    public void remove(String id) {
        // What it still hears of is dropped; the next stream asks for less.
        wanted.remove(id);
    }

    @Override
    public void close() {
        Stream last = current;
        if (last != null) {
            last.close();
        }
    }

    /** One stream and, when it ends, the next for the same resources. */
    private final class Stream implements Meanwhile, AutoCloseable {
        private final Set<String> ids;
        private final ServerEar ear;
        private final CountDownLatch settled = new CountDownLatch(1);
        private volatile @Nullable Set<String> accepted;
        private volatile @Nullable McpError refusal;
        private volatile @Nullable ToolServerFault fault;

        private Stream(Set<String> ids) {
            this.ids = Set.copyOf(ids);
            this.ear = new ServerEar(slug, this::listen);
            ear.open();
        }

        private boolean listen(Deadline deadline) {
            ArrayNode list = JsonRpc.object().putArray("all");
            ids.forEach(list::add);
            ServerRequest request = ServerRequest.listen(Map.of(topic.filter(), RawJson.of(list)));
            try {
                McpError error = asking.ask(request, this, deadline).error();
                if (accepted == null) {
                    refusal = error == null ? noneTold() : error;
                    return false;
                }
                if (error != null) {
                    throw Watches.cut(slug);
                }
                return true;
            } catch (ToolServerFault failed) {
                if (accepted == null) {
                    fault = failed;
                    return false;
                }
                throw failed;
            } finally {
                settled.countDown();
            }
        }

        private static McpError noneTold() {
            return new McpError(McpError.METHOD_NOT_FOUND, "the server does not tell of changes of this");
        }

        /** Waits until the server said what it will tell of. */
        private Answered opened(String id, Deadline deadline) {
            try {
                if (!settled.await(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw ToolServerFault.timeout(slug);
                }
            } catch (InterruptedException givenUp) {
                Thread.currentThread().interrupt();
                throw ToolServerFault.interrupted(slug);
            }
            ToolServerFault failed = fault;
            if (failed != null) {
                throw new ToolServerFault(failed.fault());
            }
            McpError refused = refusal;
            Set<String> told = accepted;
            if (refused != null) {
                return new Answered.Refusal(refused);
            }
            return told != null && told.contains(id)
                    ? new Answered.Result(RawJson.EMPTY_OBJECT)
                    : new Answered.Refusal(noneTold());
        }

        @Override
        public void progress(ObjectNode params) {}

        @Override
        public void notification(JsonRpcMessage.Notification notification) {
            RawJson params = notification.params();
            if (params == null) {
                return;
            }
            if (notification.method().equals("notifications/subscriptions/acknowledged")) {
                boolean again = accepted != null;
                accepted = acknowledged(params);
                settled.countDown();
                if (again) {
                    hearing.missed(ids);
                }
            } else if (notification.method().equals(topic.newer())) {
                hearing.changed(params);
            }
        }

        private Set<String> acknowledged(RawJson params) {
            RawJson filter = params.member("notifications");
            RawJson list = filter == null ? null : filter.member(topic.filter());
            try {
                List<RawJson> all = list == null || !list.isArray() ? List.of() : list.elements();
                return all.stream().flatMap(one -> one.asString().stream()).collect(Collectors.toUnmodifiableSet());
            } catch (BadMessage malformed) {
                return Set.of();
            }
        }

        @Override
        public void close() {
            ear.close();
        }
    }
}
