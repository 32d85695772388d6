package dev.portreeve.hub;

import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A downstream MCP server, as it stands in the configuration: either {@code url} or {@code command}.
 *
 * @param slug prefix of its tools' names: 1 to 24 of {@code [a-z0-9-]}
 * @param url a Streamable HTTP endpoint
 * @param command argv of a stdio server; no shell
 * @param env the only variables a stdio server gets beside a minimal PATH and HOME
 * @param trustAnnotations whether the server's word that a tool is read-only is believed
 * @param stateless whether a server of the older era keeps nothing between calls, so that all callers may share one
 *     session (over stdio: one process); then it can ask callers nothing
 * @param callTimeout the longest one tool call may take
 * @param pricePerCall what one call costs, in US dollars
 * @param disabled whether it is only written down: never connected to, never started, and none of its tools exist. Rules may
 *     name it already
 */
public record ToolServerConfig(
        String slug,
        @Nullable URI url,
        List<String> command,
        Map<String, String> env,
        @Nullable Auth auth,
        boolean trustAnnotations,
        boolean stateless,
        Duration callTimeout,
        NanoUsd pricePerCall,
        boolean disabled) {

    /** How the gateway authenticates to an HTTP server. */
    public record Auth(Secret bearer) {}

    public ToolServerConfig {
        command = command == null ? List.of() : List.copyOf(command);
        env = env == null ? Map.of() : Map.copyOf(env);
        callTimeout = callTimeout == null ? Duration.ofSeconds(60) : callTimeout;
        pricePerCall = pricePerCall == null ? NanoUsd.ZERO : pricePerCall;
        if (!slug.matches("[a-z0-9-]{1,24}")) {
            throw new IllegalArgumentException("slug \"" + slug + "\" must be 1 to 24 of a-z, 0-9 and -");
        }
        if ((url == null) == command.isEmpty()) {
            throw new IllegalArgumentException("tool server \"" + slug + "\" needs either url or command");
        }
    }
}
