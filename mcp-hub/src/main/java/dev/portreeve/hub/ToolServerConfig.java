package dev.portreeve.hub;

import dev.portreeve.hub.catalog.QuestionPolicy;
import dev.portreeve.hub.catalog.ResourceRule;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.price.ToolPrice;
import dev.portreeve.hub.price.ToolPrices;
import dev.portreeve.hub.south.SouthLimits;
import dev.portreeve.policy.call.NanoUsd;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A downstream MCP server, as it stands in the configuration: either {@code url} or {@code command}.
 *
 * @param slug prefix of its tools' names: 1 to 24 of {@code [a-z0-9-]}
 * @param url a Streamable HTTP endpoint; https, or http to this machine or a private network
 * @param command argv of a stdio server; no shell
 * @param env the only variables a stdio server gets beside PATH, HOME and those of {@code process.inherit-env}
 * @param process how the process of a stdio server is run
 * @param auth how the gateway is let in to an HTTP server; absent: it shows nothing
 * @param allowPrivate whether the server's address may be in a private network, or a name that leads to this machine; a
 *     {@code url} that says localhost or 127.0.0.1 needs it not
 * @param trustAnnotations whether the server's word that a tool is read-only is believed
 * @param stateless whether a server of the older era keeps nothing between calls, so that all callers may share one
 *     session (over stdio: one process); then it can ask callers nothing
 * @param callTimeout the longest one tool call may take
 * @param pricePerCall what one call costs, in US dollars
 * @param prices of tools whose calls cost something else, or more: per unit of an argument, per byte
 * @param disabled whether it is only written down: never connected to, never started, and none of its tools exist. Rules may
 *     name it already
 * @param definitions what becomes of a tool, prompt, resource or template that nobody has looked at, and of one that changed:
 *     {@code block} lets it wait for {@code portreeve tools accept}, {@code warn} and {@code trust} use it at once
 * @param resources which resources may be read where {@code definitions} is block, beside what rules say: {@code listed}
 *     for those that were accepted, that an accepted template lets in or that an accepted tool links to; {@code any} for all,
 *     none of which then waits for somebody, or is described in the server's words unless these are trusted
 * @param wording titles and descriptions in place of the server's own
 * @param questions what the server may ask callers beyond what every server may
 */
public record ToolServerConfig(
        String slug,
        @Nullable URI url,
        List<String> command,
        Map<String, String> env,
        Process process,
        @Nullable ToolServerAuth auth,
        boolean allowPrivate,
        boolean trustAnnotations,
        boolean stateless,
        Duration callTimeout,
        NanoUsd pricePerCall,
        List<ToolPrice> prices,
        boolean disabled,
        DefinitionPolicy definitions,
        ResourceRule resources,
        List<ToolWording> wording,
        QuestionPolicy questions) {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /**
     * How a stdio server's process is run.
     *
     * @param inheritEnv names of the gateway's own variables that it gets too
     * @param workingDirectory where it runs; absent: where the gateway runs
     * @param user the system's user it runs as; only a gateway that runs as root can do that
     * @param idleStop it is stopped after this time without a call, and started by the next; 0s: never
     * @param start {@code lazy}: the first call starts it; one that was never seen, or is configured otherwise since, is
     *     started once to list what it has and stopped at once. {@code eager}: every start of the gateway starts it
     */
    public record Process(
            List<String> inheritEnv,
            @Nullable Path workingDirectory,
            @Nullable String user,
            Duration idleStop,
            Start start) {
        static final Process DEFAULT = new Process(List.of(), null, null, Duration.ofMinutes(10), Start.LAZY);

        public Process {
            inheritEnv = inheritEnv == null ? List.of() : List.copyOf(inheritEnv);
            idleStop = idleStop == null ? DEFAULT.idleStop : idleStop;
            start = start == null ? Start.LAZY : start;
            inheritEnv.forEach(ToolServerConfig::requireVariable);
        }
    }

    /** When a process first runs. */
    public enum Start {
        LAZY,
        EAGER
    }

    /**
     * What the operator says about one tool in place of the server.
     *
     * @param tool the tool's own name there
     */
    public record ToolWording(
            String tool, @Nullable String title, @Nullable String description) {
        public ToolWording {
            if (title == null && description == null) {
                throw new IllegalArgumentException("the wording of \"" + tool + "\" needs a title or a description");
            }
        }
    }

    public ToolServerConfig {
        // Deny by default: a server's own words reach a model only after somebody has read them.
        definitions = definitions == null ? DefinitionPolicy.BLOCK : definitions;
        resources = resources == null ? ResourceRule.LISTED : resources;
        wording = wording == null ? List.of() : List.copyOf(wording);
        questions = questions == null ? QuestionPolicy.STRICT : questions;
        command = command == null ? List.of() : List.copyOf(command);
        env = env == null ? Map.of() : Map.copyOf(env);
        process = process == null ? Process.DEFAULT : process;
        callTimeout = callTimeout == null ? Duration.ofSeconds(60) : callTimeout;
        pricePerCall = pricePerCall == null ? NanoUsd.ZERO : pricePerCall;
        prices = prices == null ? List.of() : List.copyOf(prices);
        if (!slug.matches("[a-z0-9-]{1,24}")) {
            throw new IllegalArgumentException("slug \"" + slug + "\" must be 1 to 24 of a-z, 0-9 and -");
        }
        if ((url == null) == command.isEmpty()) {
            throw new IllegalArgumentException("tool server \"" + slug + "\" needs either url or command");
        }
        if (url == null && auth != null) {
            throw new IllegalArgumentException(
                    "tool server \"" + slug + "\" is a process: give it credentials in env, not in auth");
        }
        env.keySet().forEach(ToolServerConfig::requireVariable);
    }

    /** What its tools cost. */
    public ToolPrices toolPrices() {
        return new ToolPrices(pricePerCall, prices, SouthLimits.DEFAULT.maxMessageBytes());
    }

    private static void requireVariable(String name) {
        if (!VARIABLE.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is not the name of a variable");
        }
    }

    /** Without the values of the environment, which may be secret (INV-7). */
    @Override
    public String toString() {
        return "tool server \"" + slug + "\"";
    }
}
