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
        @Nullable AwsIdentity aws,
        @Nullable Entra entra,
        @Nullable Google google) {
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
        AwsIdentity aws = given == null || given.aws == null ? AwsIdentity.NONE : given.aws;
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
        return aws == null || !aws.isSaid() ? null : ProviderConfig.Auth.AWS_SIGV4;
    }

    /** What a way of showing a credential lacks, in words that follow the provider's name, or {@code null}. */
    @Nullable
    String missing(ProviderConfig.Auth auth) {
        return switch (auth) {
            case AWS_SIGV4 -> (aws == null ? AwsIdentity.NONE : aws).missing();
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
