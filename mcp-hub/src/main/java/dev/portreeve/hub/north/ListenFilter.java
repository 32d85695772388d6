package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a caller of {@code subscriptions/listen} wants to hear of, as far as it will. */
record ListenFilter(Set<ListKind> lists) {
    private static final int OK = 200;

    /** @throws BadMessage with {@code -32602} if there is none, or it cannot be read */
    static ListenFilter read(@Nullable RawJson params) {
        RawJson filter = params == null ? null : params.member("notifications");
        if (filter == null || !filter.isObject()) {
            throw unusable("subscriptions/listen needs \"notifications\", an object that says what to listen for");
        }
        Set<ListKind> lists = EnumSet.noneOf(ListKind.class);
        for (ListKind kind : ListKind.values()) {
            RawJson wanted = filter.member(kind.filter());
            if (wanted != null && !wanted.isTrue() && !wanted.toString().equals("false")) {
                throw unusable("\"" + kind.filter() + "\" must be true or false");
            }
            if (wanted != null && wanted.isTrue()) {
                lists.add(kind);
            }
        }
        return new ListenFilter(lists);
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }

    /** What is acknowledged. */
    ObjectNode accepted() {
        ObjectNode accepted = JsonRpc.object();
        lists.forEach(kind -> accepted.put(kind.filter(), true));
        return accepted;
    }

    boolean isEmpty() {
        return lists.isEmpty();
    }
}
