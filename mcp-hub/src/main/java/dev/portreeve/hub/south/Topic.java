package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.RawJson;
import java.util.Map;

/** What servers tell of one by one, to whoever wants to hear of it. */
public enum Topic {
    /** A resource, by its URI. */
    RESOURCE("resourceSubscriptions", "notifications/resources/updated", "notifications/resources/updated", "uri"),
    /** A task, by the id that its server gave it. */
    TASK("taskIds", "notifications/tasks", "notifications/tasks/status", "taskId");

    private final String filter;
    private final String newer;
    private final String older;
    private final String key;

    Topic(String filter, String newer, String older, String key) {
        this.filter = filter;
        this.newer = newer;
        this.older = older;
        this.key = key;
    }

    /** The member of a filter of {@code subscriptions/listen} that lists them. */
    public String filter() {
        return filter;
    }

    /** The notification of the modern era. */
    public String newer() {
        return newer;
    }

    /** The notification of the older era. */
    public String older() {
        return older;
    }

    /** Which of them a notification is about; empty if it does not say. */
    String of(RawJson params) {
        RawJson said = params.member(key);
        return said == null ? "" : said.asString().orElse("");
    }

    /** The least that a notification about one of them says. */
    RawJson about(String id) {
        return RawJson.object(Map.of(key, RawJson.string(id)));
    }

    /** Whether what is said of one thing is said of another too: a server may tell of a part of a resource. */
    boolean covers(String watched, String told) {
        return told.equals(watched)
                || (this == RESOURCE && told.startsWith(watched.endsWith("/") ? watched : watched + '/'));
    }
}
