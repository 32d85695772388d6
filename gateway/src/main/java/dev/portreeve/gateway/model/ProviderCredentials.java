package dev.portreeve.gateway.model;

import dev.portreeve.gateway.config.AwsIdentity;
import dev.portreeve.gateway.config.IdentityConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import dev.portreeve.gateway.credential.AwsKeySource;
import dev.portreeve.gateway.credential.HeaderCredential;
import dev.portreeve.gateway.credential.SignedCredential;
import dev.portreeve.gateway.credential.TokenCredential;
import dev.portreeve.gateway.credential.UpstreamCredential;
import dev.portreeve.hub.credential.OAuthClientConfig;
import dev.portreeve.hub.credential.ServiceAccount;
import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From a provider's configuration to what opens its door. */
final class ProviderCredentials {
    /** What AWS calls Bedrock in signatures, whatever the host is called. */
    private static final String BEDROCK = "bedrock";

    private static final String CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";

    private ProviderCredentials() {}

    /**
     * @param auth as the address in question wants it
     * @throws IllegalArgumentException if something is missing or cannot be read
     */
    static List<UpstreamCredential> of(ProviderConfig config, ProviderConfig.Auth auth, InstantSource clock) {
        Secret key = config.apiKey();
        IdentityConfig identity = config.identity();
        return switch (auth) {
            case NONE -> List.of();
            case BEARER -> key == null ? List.of() : List.of(HeaderCredential.bearer(key.reveal()));
            case X_API_KEY -> key == null ? List.of() : List.of(new HeaderCredential("x-api-key", key.reveal()));
            case API_KEY -> key == null ? List.of() : List.of(new HeaderCredential("api-key", key.reveal()));
            case X_GOOG_API_KEY ->
                key == null ? List.of() : List.of(new HeaderCredential("x-goog-api-key", key.reveal()));
            case AWS_SIGV4 ->
                List.of(signed(
                        identity == null || identity.aws() == null
                                ? null
                                : identity.aws().resolved(),
                        clock));
            case ENTRA -> List.of(entra(identity == null ? null : identity.entra(), clock));
            case GOOGLE_SERVICE_ACCOUNT -> List.of(google(identity == null ? null : identity.google(), clock));
        };
    }

    private static UpstreamCredential signed(AwsIdentity.@Nullable Resolved aws, InstantSource clock) {
        if (aws == null) {
            throw new IllegalArgumentException("aws-sigv4 needs an access key and a region");
        }
        return new SignedCredential(AwsKeySource.of(aws, clock), aws.region(), BEDROCK, clock);
    }

    private static UpstreamCredential entra(IdentityConfig.@Nullable Entra entra, InstantSource clock) {
        if (entra == null || entra.clientId() == null) {
            throw new IllegalArgumentException("entra needs an application");
        }
        return TokenCredential.of(
                new OAuthClientConfig(
                        entra.clientId(),
                        entra.clientSecret(),
                        null,
                        null,
                        OAuthClientConfig.Method.CLIENT_SECRET_POST,
                        List.of(entra.scope()),
                        null,
                        entra.tokens()),
                clock);
    }

    private static UpstreamCredential google(IdentityConfig.@Nullable Google google, InstantSource clock) {
        Path file = google == null ? null : google.credentialsFile();
        if (file == null) {
            throw new IllegalArgumentException("google-service-account needs a credentials file");
        }
        try {
            return TokenCredential.of(ServiceAccount.read(Files.readAllBytes(file)), CLOUD_PLATFORM, clock);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("the credentials file \"" + file + "\" cannot be read", unreadable);
        }
    }
}
