package dev.portreeve.hub.south;

/** The lists a server has. */
public enum Listing {
    TOOLS("tools/list", "tools"),
    PROMPTS("prompts/list", "prompts"),
    RESOURCES("resources/list", "resources"),
    TEMPLATES("resources/templates/list", "resourceTemplates");

    private final String method;
    private final String member;

    Listing(String method, String member) {
        this.method = method;
        this.member = member;
    }

    public String method() {
        return method;
    }

    /** What a server that has such a list declares. */
    public String capability() {
        return switch (this) {
            case TOOLS -> "tools";
            case PROMPTS -> "prompts";
            case RESOURCES, TEMPLATES -> "resources";
        };
    }

    /** The member of the result that holds the list. */
    public String member() {
        return member;
    }
}
