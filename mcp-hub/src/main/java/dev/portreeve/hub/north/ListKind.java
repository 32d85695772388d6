package dev.portreeve.hub.north;

/** A list whose changes callers may hear of. */
enum ListKind {
    TOOLS("tools", "toolsListChanged"),
    PROMPTS("prompts", "promptsListChanged"),
    RESOURCES("resources", "resourcesListChanged");

    private final String method;
    private final String filter;

    ListKind(String name, String filter) {
        this.method = "notifications/" + name + "/list_changed";
        this.filter = filter;
    }

    /** The notification's method. */
    String method() {
        return method;
    }

    /** The member of a {@code subscriptions/listen} filter that asks for it. */
    String filter() {
        return filter;
    }
}
