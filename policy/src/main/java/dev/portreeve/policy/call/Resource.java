package dev.portreeve.policy.call;

/** What a call wants to use. {@link #name()} is what rules match. */
public sealed interface Resource {
    String name();

    /**
     * A model under the name callers use ("fast", "openai/gpt-5").
     *
     * @param name as the caller named it, resolved to a configured route
     */
    record Model(String name) implements Resource {}

    /**
     * A tool of a downstream server, by its catalogue definition.
     *
     * @param server the server's slug
     * @param tool the tool's own name there
     * @param definitionHash SHA-256 (hex) of the complete definition the caller was shown
     */
    record Tool(String server, String tool, String definitionHash) implements Resource {
        /** The name callers see: {@code slug__tool}. */
        @Override
        public String name() {
            return server + "__" + tool;
        }
    }
}
