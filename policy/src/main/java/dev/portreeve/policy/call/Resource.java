package dev.portreeve.policy.call;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

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
     * A tool that a provider runs by itself in the course of a model call.
     *
     * @param provider the provider's id
     * @param tool its {@link #canonical canonical} name
     */
    record HostedTool(String provider, String tool) implements Resource {
        private static final Pattern DATE = Pattern.compile("[_-](\\d{8}|\\d{4}[_-]\\d{2}[_-]\\d{2})$");
        private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
        /** Names that only say in which way the very same tool is asked for. */
        private static final Map<String, String> SAME = Map.of(
                "web_search_options", "web_search",
                "google_search_retrieval", "google_search",
                "mcp_servers", "mcp",
                "mcp_toolset", "mcp");

        /**
         * The one name of what dialects and versions call by many: {@code web_search_20250305}, {@code web_search_preview} and
         * {@code web_search_options} are all {@code web_search}, and {@code googleSearch} is {@code google_search}.
         */
        public static String canonical(String kind) {
            String plain = HUMP.matcher(kind).replaceAll("_").toLowerCase(Locale.ROOT);
            plain = DATE.matcher(plain).replaceFirst("");
            plain = plain.endsWith("_preview") ? plain.substring(0, plain.length() - "_preview".length()) : plain;
            return SAME.getOrDefault(plain, plain);
        }

        /** {@code provider/tool}. */
        @Override
        public String name() {
            return provider + "/" + tool;
        }
    }

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
