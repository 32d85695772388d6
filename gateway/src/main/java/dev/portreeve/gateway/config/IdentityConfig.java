package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who the gateway is at a provider that wants more than a key. Which of them is meant, {@code auth} says; what is left out is
 * read from the variables that the vendor's own tools use.
 *
 * @param aws for {@code aws-sigv4}
 * @param entra for {@code entra}
 * @param google for {@code google-service-account}
 */
public record IdentityConfig(
        @Nullable Aws aws, @Nullable Entra entra, @Nullable Google google) {
    /**
     * An access key that requests are signed with.
     *
     * @param region absent: {@code AWS_REGION}, else {@code AWS_DEFAULT_REGION}
     * @param accessKeyId absent: {@code AWS_ACCESS_KEY_ID}
     * @param secretAccessKey absent: {@code AWS_SECRET_ACCESS_KEY}
     * @param sessionToken of keys that are lent for a time; absent: {@code AWS_SESSION_TOKEN}, where the key is read from the
     *     environment too
     */
    public record Aws(
            @Nullable String region,
            @Nullable String accessKeyId,
            @Nullable Secret secretAccessKey,
            @Nullable Secret sessionToken) {
        static final Aws NONE = new Aws(null, null, null, null);
        private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");

        public Aws {
            if (region != null && !REGION.matcher(region).matches()) {
                throw new IllegalArgumentException("region \"" + region + "\" must be of a-z, 0-9 and -");
            }
            if ((accessKeyId == null) != (secretAccessKey == null)) {
                throw new IllegalArgumentException("access-key-id and secret-access-key go together");
            }
        }

        private Aws completed(Function<String, @Nullable String> environment) {
            String where = region == null ? environment.apply("AWS_REGION") : region;
            where = where == null ? environment.apply("AWS_DEFAULT_REGION") : where;
            String id = environment.apply("AWS_ACCESS_KEY_ID");
            Secret secret = secret(environment, "AWS_SECRET_ACCESS_KEY");
            if (accessKeyId != null || id == null || secret == null) {
                return new Aws(where, accessKeyId, secretAccessKey, sessionToken);
            }
            Secret token = sessionToken == null ? secret(environment, "AWS_SESSION_TOKEN") : sessionToken;
            return new Aws(where, id, secret, token);
        }
    }

    /**
     * An application registered with Microsoft Entra.
     *
     * @param tenant absent: {@code AZURE_TENANT_ID}
     * @param clientId absent: {@code AZURE_CLIENT_ID}
     * @param clientSecret absent: {@code AZURE_CLIENT_SECRET}
     * @param scope what tokens are asked for
     * @param tokenEndpoint where tokens come from; absent: the tenant's at login.microsoftonline.com
     */
    public record Entra(
            @Nullable String tenant,
            @Nullable String clientId,
            @Nullable Secret clientSecret,

            @Default("https://cognitiveservices.azure.com/.default")
            String scope,

            @Nullable URI tokenEndpoint) {
        private static final String SCOPE = "https://cognitiveservices.azure.com/.default";
        static final Entra NONE = new Entra(null, null, null, SCOPE, null);
        private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

        public Entra {
            if (tenant != null && !TENANT.matcher(tenant).matches()) {
                throw new IllegalArgumentException("tenant must be a tenant's id or its domain");
            }
        }

        private Entra completed(Function<String, @Nullable String> environment) {
            return new Entra(
                    tenant == null ? environment.apply("AZURE_TENANT_ID") : tenant,
                    clientId == null ? environment.apply("AZURE_CLIENT_ID") : clientId,
                    clientSecret == null ? secret(environment, "AZURE_CLIENT_SECRET") : clientSecret,
                    scope,
                    tokenEndpoint);
        }

        /** Where tokens come from, or {@code null} without a tenant. */
        public @Nullable URI tokens() {
            return tokenEndpoint != null || tenant == null
                    ? tokenEndpoint
                    : URI.create("https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token");
        }
    }

    /**
     * A Google service account.
     *
     * @param credentialsFile its key file; absent: {@code GOOGLE_APPLICATION_CREDENTIALS}
     */
    public record Google(@Nullable Path credentialsFile) {
        static final Google NONE = new Google(null);

        private Google completed(Function<String, @Nullable String> environment) {
            String file = environment.apply("GOOGLE_APPLICATION_CREDENTIALS");
            return credentialsFile != null || file == null || file.isEmpty() ? this : new Google(Path.of(file));
        }
    }

    private static @Nullable Secret secret(Function<String, @Nullable String> environment, String name) {
        String value = environment.apply(name);
        return value == null || value.isEmpty() ? null : new Secret(value);
    }

    /** With what the environment adds to the one that is meant. */
    static @Nullable IdentityConfig completed(
            @Nullable IdentityConfig given, ProviderConfig.Auth auth, Function<String, @Nullable String> environment) {
        Aws aws = given == null || given.aws == null ? Aws.NONE : given.aws;
        Entra entra = given == null || given.entra == null ? Entra.NONE : given.entra;
        Google google = given == null || given.google == null ? Google.NONE : given.google;
        return switch (auth) {
            case AWS_SIGV4 -> new IdentityConfig(aws.completed(environment), null, null);
            case ENTRA -> new IdentityConfig(null, entra.completed(environment), null);
            case GOOGLE_SERVICE_ACCOUNT -> new IdentityConfig(null, null, google.completed(environment));
            case BEARER, X_API_KEY, API_KEY, X_GOOG_API_KEY, NONE -> given;
        };
    }

    /** What {@code auth} is where it is not said: that of the one that is given. */
    ProviderConfig.@Nullable Auth auth() {
        if (entra != null) {
            return ProviderConfig.Auth.ENTRA;
        }
        if (google != null) {
            return ProviderConfig.Auth.GOOGLE_SERVICE_ACCOUNT;
        }
        // A region alone belongs to an address.
        return aws == null || aws.accessKeyId == null ? null : ProviderConfig.Auth.AWS_SIGV4;
    }

    /** What a way of showing a credential lacks, in words that follow the provider's name, or {@code null}. */
    @Nullable
    String missing(ProviderConfig.Auth auth) {
        return switch (auth) {
            case AWS_SIGV4 -> {
                if (aws == null || aws.accessKeyId == null) {
                    yield "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write identity.aws";
                }
                yield aws.region == null ? "no region: set AWS_REGION, or write identity.aws.region" : null;
            }
            case ENTRA ->
                entra == null || entra.tokens() == null || entra.clientId == null || entra.clientSecret == null
                        ? "no application: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or write"
                                + " identity.entra"
                        : null;
            case GOOGLE_SERVICE_ACCOUNT ->
                google == null || google.credentialsFile == null
                        ? "no service account: set GOOGLE_APPLICATION_CREDENTIALS to its key file, or write"
                                + " identity.google.credentials-file"
                        : null;
            case BEARER, X_API_KEY, API_KEY, X_GOOG_API_KEY, NONE -> null;
        };
    }
}
