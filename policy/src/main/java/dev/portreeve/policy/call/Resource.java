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

    /** Anything that a downstream server offers. */
    sealed interface OfServer extends Resource {
        /** The server's slug. */
        String server();
    }

    /**
     * A prompt of a downstream server.
     *
     * @param prompt its own name there
     */
    record Prompt(String server, String prompt) implements OfServer {
        /** {@code slug__prompt}. */
        @Override
        public String name() {
            return server + "__" + prompt;
        }
    }

    /**
     * A resource of a downstream server, or a template of such.
     *
     * @param uri as callers of all servers know it: it says which server it is of
     */
    record ServerResource(String server, String uri) implements OfServer {
        @Override
        public String name() {
            return uri;
        }
    }

    /**
     * A tool of a downstream server, by its catalogue definition.
     *
     * @param server the server's slug
     * @param tool the tool's own name there
     * @param definitionHash SHA-256 (hex) of the complete definition the caller was shown
     */
    record Tool(String server, String tool, String definitionHash) implements OfServer {
        /** The name callers see: {@code slug__tool}. */
        @Override
        public String name() {
            return server + "__" + tool;
        }
    }
}
