package dev.portreeve.hub.credential;

import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the authorization server of a protected MCP server: its metadata (RFC 9728) where the challenge points, at the
 * well-known place of its path, or at the root; then the authorization server's own (RFC 8414 and OpenID Connect), in the
 * three places it may be. Whatever these documents name is requested with the reach of the server, never a wider one.
 */
final class Discovery {
    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;
    private static final int MAX_BYTES = 256 * 1024;
    private static final String RESOURCE = "/.well-known/oauth-protected-resource";
    private static final String AUTHORIZATION = "/.well-known/oauth-authorization-server";
    private static final String OPENID = "/.well-known/openid-configuration";

    private final OutboundHttp http;
    private final URI server;
    private final Reach reach;

    Discovery(OutboundHttp http, URI server, Reach reach) {
        this.http = http;
        this.server = server;
        this.reach = reach;
    }

    /** What the server's metadata says. */
    private record Resource(String issuer, @Nullable String resource, Scopes scopes) {}

    /**
     * Asks for the documents.
     *
     * @param challenge from the server's refusal, if there was one
     */
    AuthorizationServer find(OAuthClientConfig client, Challenge challenge, Deadline deadline)
            throws CredentialUnavailable {
        Optional<Resource> described = resource(challenge, client.issuer() == null, deadline);
        // Servers of the revision of March 2025 are their own authorization servers.
        String issuer = client.issuer() != null
                ? client.issuer().toString()
                : described.map(Resource::issuer).orElseGet(() -> origin(server));
        String resource = described.map(Resource::resource).orElseGet(server::toString);
        Scopes scopes = described.map(Resource::scopes).orElse(Scopes.NONE);
        URI known = client.tokenEndpoint();
        if (known != null) {
            return new AuthorizationServer(issuer, known, List.of(), resource, scopes);
        }
        ObjectNode metadata = metadata(issuer, deadline);
        URI endpoint = Documents.text(metadata, "token_endpoint")
                .flatMap(Discovery::uri)
                .orElseThrow(() -> new CredentialUnavailable("the authorization server names no token endpoint"));
        return new AuthorizationServer(
                issuer, endpoint, Documents.texts(metadata, "token_endpoint_auth_methods_supported"), resource, scopes);
    }

    private Optional<Resource> resource(Challenge challenge, boolean needsIssuer, Deadline deadline)
            throws CredentialUnavailable {
        URI named = challenge.resourceMetadata();
        String path = Objects.requireNonNullElse(server.getRawPath(), "");
        List<URI> places = Stream.of(
                        Optional.ofNullable(named),
                        path.length() > 1 ? uri(origin(server) + RESOURCE + path) : Optional.<URI>empty(),
                        uri(origin(server) + RESOURCE))
                .flatMap(Optional::stream)
                .limit(named == null ? 2 : 1)
                .toList();
        for (URI place : places) {
            Optional<ObjectNode> found = document(place, deadline);
            if (found.isPresent()) {
                return Optional.of(read(found.get(), needsIssuer));
            }
        }
        if (named != null) {
            throw new CredentialUnavailable("the server's challenge points to metadata that is not there");
        }
        return Optional.empty();
    }

    private Resource read(ObjectNode document, boolean needsIssuer) throws CredentialUnavailable {
        Optional<String> resource = Documents.text(document, "resource");
        if (resource.isPresent() && !covers(resource.get())) {
            throw new CredentialUnavailable("the server's metadata is about another resource");
        }
        List<String> issuers = Documents.texts(document, "authorization_servers");
        if (issuers.isEmpty() && needsIssuer) {
            throw new CredentialUnavailable("the server's metadata names no authorization server");
        }
        String issuer = issuers.isEmpty() ? "" : issuers.getFirst();
        return new Resource(issuer, resource.orElse(null), Scopes.of(Documents.texts(document, "scopes_supported")));
    }

    /** Whether a resource is the server, or something the server is a part of. */
    private boolean covers(String resource) {
        return uri(resource)
                .filter(about -> about.getHost() != null && origin(about).equals(origin(server)))
                .map(about -> withSlash(about.getRawPath()))
                .filter(path -> withSlash(server.getRawPath()).startsWith(path))
                .isPresent();
    }

    private static String withSlash(@Nullable String path) {
        String given = path == null ? "" : path;
        return given.endsWith("/") ? given : given + "/";
    }

    private ObjectNode metadata(String issuer, Deadline deadline) throws CredentialUnavailable {
        URI base = uri(issuer)
                .filter(one -> one.getHost() != null && one.getRawQuery() == null && one.getRawFragment() == null)
                .orElseThrow(() -> new CredentialUnavailable("the issuer of tokens is not a URL"));
        String path = base.getRawPath() == null ? "" : base.getRawPath().replaceFirst("/+$", "");
        List<String> places = path.isEmpty()
                ? List.of(origin(base) + AUTHORIZATION, origin(base) + OPENID)
                : List.of(
                        origin(base) + AUTHORIZATION + path,
                        origin(base) + OPENID + path,
                        origin(base) + path + OPENID);
        for (String place : places) {
            Optional<ObjectNode> found = document(URI.create(place), deadline);
            if (found.isPresent()) {
                // A document of another issuer could send our secret to whoever wrote it (mix-up).
                if (!Documents.text(found.get(), "issuer")
                        .filter(issuer::equals)
                        .isPresent()) {
                    throw new CredentialUnavailable("the authorization server's metadata is of another issuer");
                }
                return found.get();
            }
        }
        throw new CredentialUnavailable("the authorization server has no metadata where it should be");
    }

    private Optional<ObjectNode> document(URI place, Deadline deadline) throws CredentialUnavailable {
        try {
            OutboundHttp.Fetched fetched =
                    http.fetch(OutboundRequest.get(place, "application/json"), reach, MAX_BYTES, deadline);
            if (fetched.status() >= SERVER_ERROR) {
                throw new CredentialUnavailable("metadata could not be read: status " + fetched.status());
            }
            return fetched.status() == OK ? Documents.object(fetched.body()) : Optional.empty();
        } catch (IOException failed) {
            throw Failure.of("metadata could not be read", failed);
        }
    }

    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(URI.create(text)).filter(URI::isAbsolute);
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }
}
