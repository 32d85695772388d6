package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.hub.McpHub;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication;
import dev.portreeve.policy.key.KeyDirectory;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * The MCP path: who may come from where, whose key it is, and the body; the rest is the hub's. Errors before the hub are
 * JSON-RPC errors without an id. Thread-safe.
 */
final class McpEndpoint {
    static final String UNKNOWN_HOST = "this host or origin is not in server.allowed-hosts";
    private static final int INVALID_REQUEST = -32600;

    private final KeyDirectory keys;
    private final HostedPasses passes;
    private final McpHub hub;
    private final KnownHosts hosts;
    private final ProtectedResource resource;
    private final Clients clients;
    private final int maxBodyBytes;
    private final Duration bodyTimeout;

    McpEndpoint(
            KeyDirectory keys,
            HostedPasses passes,
            McpHub hub,
            KnownHosts hosts,
            ProtectedResource resource,
            Clients clients,
            int maxBodyBytes,
            Duration bodyTimeout) {
        this.keys = keys;
        this.passes = passes;
        this.hub = hub;
        this.hosts = hosts;
        this.resource = resource;
        this.clients = clients;
        this.maxBodyBytes = maxBodyBytes;
        this.bodyTimeout = bodyTimeout;
    }

    void handle(ServerRequest request, ServerResponse response) {
        if (!hosts.allow(request.headers())) {
            refuse(response, Status.FORBIDDEN_403, UNKNOWN_HOST);
            return;
        }
        String presented = Credentials.presented(request.headers());
        switch (authenticated(presented)) {
            case Authentication.Authenticated known -> labelled(known.subject(), request, response);
            case Authentication.Rejected rejected -> {
                response.headers().set(HeaderNames.WWW_AUTHENTICATE, resource.challenge(request, presented != null));
                refuse(response, Status.UNAUTHORIZED_401, rejected.detail());
            }
            case Authentication.Unavailable down -> refuse(response, Status.SERVICE_UNAVAILABLE_503, down.detail());
        }
    }

    private void labelled(Subject subject, ServerRequest request, ServerResponse response) {
        CallLabels.of(request.headers())
                .ifPresentOrElse(
                        labels -> exchange(Gatekeeper.labelled(subject, labels, request), request, response),
                        () -> refuse(response, Status.BAD_REQUEST_400, CallLabels.INVALID));
    }

    private Authentication authenticated(@Nullable String presented) {
        Optional<Authentication> hosted = presented == null ? Optional.empty() : passes.authenticate(presented.strip());
        return hosted.orElseGet(() -> keys.authenticate(presented));
    }

    private void exchange(Subject subject, ServerRequest request, ServerResponse response) {
        AccessLog.subject(request, subject);
        byte[] body;
        try {
            body = RequestBody.read(request, maxBodyBytes, bodyTimeout);
        } catch (BadRequest bad) {
            refuse(response, Status.create(bad.status()), bad.detail());
            RequestBody.closeUnread(bad);
            return;
        }
        try (HelidonExchange exchange = new HelidonExchange(request, response, body, clients)) {
            hub.handle(subject, exchange);
        }
    }

    static void refuse(ServerResponse response, Status status, String message) {
        byte[] quoted = JsonStringEncoder.getInstance().quoteAsUTF8(message);
        String json = "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":" + INVALID_REQUEST + ",\"message\":\""
                + new String(quoted, StandardCharsets.UTF_8) + "\"}}";
        response.status(status);
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        response.send(json.getBytes(StandardCharsets.UTF_8));
    }
}
