package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Topic;
import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a caller of {@code subscriptions/listen} wants to hear of.
 *
 * @param resources their URIs as the caller knows them
 * @param tasks their ids as the caller knows them
 */
record ListenFilter(Set<ListKind> lists, List<String> resources, List<String> tasks) {
    private static final int OK = 200;

    /**
     * Reads a filter.
     *
     * @param maxResources it may name
     * @param maxTasks it may name
     * @throws BadMessage with {@code -32602} if there is none, or it cannot be read
     */
    static ListenFilter read(@Nullable RawJson params, int maxResources, int maxTasks) {
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
        return new ListenFilter(
                lists, names(filter, Topic.RESOURCE, maxResources), names(filter, Topic.TASK, maxTasks));
    }

    private static List<String> names(RawJson filter, Topic topic, int max) {
        RawJson list = filter.member(topic.filter());
        if (list == null) {
            return List.of();
        }
        List<RawJson> all = list.isArray() ? list.elements() : List.of();
        if (!list.isArray() || !all.stream().allMatch(RawJson::isString)) {
            throw unusable("\"" + topic.filter() + "\" must be a list of strings");
        }
        List<String> names =
                all.stream().flatMap(one -> one.asString().stream()).distinct().toList();
        if (names.size() > max) {
            throw unusable("\"" + topic.filter() + "\" may name " + max + " at most: use several streams");
        }
        return names;
    }

    private static BadMessage unusable(String message) {
        return new BadMessage(OK, new McpError(McpError.INVALID_PARAMS, message));
    }

    /**
     * What is acknowledged.
     *
     * @param subscribed those of the resources that will be told of
     * @param followed those of the tasks that will be told of
     */
    ObjectNode accepted(List<String> subscribed, List<String> followed) {
        ObjectNode accepted = JsonRpc.object();
        lists.forEach(kind -> accepted.put(kind.filter(), true));
        add(accepted, Topic.RESOURCE, subscribed);
        add(accepted, Topic.TASK, followed);
        return accepted;
    }

    private static void add(ObjectNode accepted, Topic topic, List<String> names) {
        if (!names.isEmpty()) {
            ArrayNode all = accepted.putArray(topic.filter());
            names.forEach(all::add);
        }
    }
}
