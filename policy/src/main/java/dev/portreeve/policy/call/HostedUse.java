package dev.portreeve.policy.call;

/**
 * A tool in the request of a model call that the provider would run by itself, out of sight of every rule for tools. The edge
 * finds it, the rules say what becomes of it, and the edge does that before the request leaves; the recipe decides again, which
 * gives the same, and records it.
 *
 * @param kind what the request calls it, harmless in a header
 * @param definition its entry in the request, as the caller wrote it; conditions read it
 * @param otherwise what its model's route says about tools of which no rule speaks
 */
public record HostedUse(Resource.HostedTool resource, String kind, Arguments definition, Otherwise otherwise) {
    /** Whether it is a connector to an MCP server. */
    public boolean isMcp() {
        return resource.tool().equals("mcp");
    }

    /** What becomes of a tool that no rule grants. */
    public enum Otherwise {
        /** It is taken out of the request. */
        STRIP,
        /** The call is refused. */
        DENY,
        /** A connector to an MCP server becomes one to this gateway; every other tool is taken out. */
        REWRITE,
        /** The operator of the model grants it to everybody whom no rule forbids it. */
        PASS
    }

    /** What was decided about it; its name stands in records. */
    public enum Fate {
        PASSED,
        /** The provider calls the gateway instead, where the tools are governed like all others. */
        REWRITTEN,
        STRIPPED,
        DENIED
    }
}
