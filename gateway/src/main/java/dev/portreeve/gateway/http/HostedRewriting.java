package dev.portreeve.gateway.http;

import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.net.URI;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Leads connectors to MCP servers to this gateway. Immutable. */
final class HostedRewriting {
    private final @Nullable URI publicUrl;
    private final Supplier<Set<String>> servers;
    private final HostedPasses passes;

    /**
     * @param publicUrl where providers reach the data listener; without one the configuration lets no route rewrite
     * @param servers the slugs of tool servers
     */
    HostedRewriting(@Nullable URI publicUrl, Supplier<Set<String>> servers, HostedPasses passes) {
        this.publicUrl = publicUrl;
        this.servers = servers;
        this.passes = passes;
    }

    HostedToolGate.Rewriting of(Subject subject, CallId call) {
        return new HostedToolGate.Rewriting() {
            @Override
            public String url(String label) {
                String base = String.valueOf(publicUrl);
                String endpoint = (base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/mcp";
                return servers.get().contains(label) ? endpoint + "/" + label : endpoint;
            }

            @Override
            public String credential() {
                return passes.issue(subject, call);
            }
        };
    }
}
