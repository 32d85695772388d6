package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ServerConfig;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the MCP paths say about themselves as protected resources (RFC 9728), one for each view, and the challenge that
 * points there. No authorization server is named: virtual keys are handed out by people. Any name of a view is answered the
 * same way, so that nobody learns from it which views exist. Thread-safe.
 */
final class ProtectedResource {
    static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";
    private static final String MCP = "/mcp";

    private final @Nullable URI publicUrl;
    private final KnownHosts hosts;

    ProtectedResource(ServerConfig config, KnownHosts hosts) {
        this.publicUrl = config.publicUrl();
        this.hosts = hosts;
    }

    /** Answers a request for the metadata. */
    void describe(ServerRequest request, ServerResponse response) {
        if (!hosts.allow(request.headers())) {
            McpEndpoint.refuse(response, Status.FORBIDDEN_403, McpEndpoint.UNKNOWN_HOST);
            return;
        }
        ObjectNode metadata = JsonMapper.shared().createObjectNode();
        metadata.put("resource", base(request.headers()) + path(request));
        metadata.put("resource_name", "Portreeve");
        metadata.putArray("bearer_methods_supported").add("header");
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        response.send(metadata.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The challenge for a request to an MCP path that was not let in (RFC 6750, section 3; RFC 9728, section 5.1).
     *
     * @param presented whether it carried a credential at all
     */
    String challenge(ServerRequest request, boolean presented) {
        String base = base(request.headers());
        int afterScheme = base.indexOf("://") + "://".length();
        int path = base.indexOf('/', afterScheme);
        String origin = path < 0 ? base : base.substring(0, path);
        String prefix = path < 0 ? "" : base.substring(path);
        return "Bearer " + (presented ? "error=\"invalid_token\", " : "") + "resource_metadata=\"" + origin + WELL_KNOWN
                + prefix + path(request) + "\"";
    }

    private String base(ServerRequestHeaders headers) {
        if (publicUrl != null) {
            return publicUrl.toString().replaceFirst("/+$", "");
        }
        // Only a host that was checked gets here, so it holds nothing that could end the header or the string.
        return "http://" + headers.get(HeaderNames.HOST).get();
    }

    private static String path(ServerRequest request) {
        String view =
                request.path().pathParameters().first(HelidonExchange.VIEW).orElse("");
        boolean name = view.matches("[A-Za-z0-9_-]{1,64}");
        return Objects.equals(view, "") || !name ? MCP : MCP + "/" + view;
    }
}
