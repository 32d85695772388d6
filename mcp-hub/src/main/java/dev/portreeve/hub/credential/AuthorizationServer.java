package dev.portreeve.hub.credential;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens for a server come from, as its metadata and the authorization server's say.
 *
 * @param issuer whom assertions are addressed to
 * @param methods how clients may show who they are; empty if it does not say
 * @param resource what tokens are asked for (RFC 8707)
 * @param scopes what the server's metadata names
 */
record AuthorizationServer(
        String issuer,
        URI tokenEndpoint,
        List<String> methods,
        @Nullable String resource,
        Scopes scopes) {
    AuthorizationServer {
        methods = List.copyOf(methods);
    }
}
