package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An access key that requests are signed with. What is left out is read from the variables that AWS's own tools use.
 *
 * @param region absent: {@code AWS_REGION}, else {@code AWS_DEFAULT_REGION}
 * @param source where the key comes from; absent: {@code key} or {@code profile} where one is written here, else what the
 *     environment has first of a key, {@code AWS_PROFILE} and the address of a container's service. An instance's metadata
 *     service is asked only where {@code instance} is said
 * @param accessKeyId absent: {@code AWS_ACCESS_KEY_ID}
 * @param secretAccessKey absent: {@code AWS_SECRET_ACCESS_KEY}
 * @param sessionToken of keys that are lent for a time; absent: {@code AWS_SESSION_TOKEN}, where the key is read from the
 *     environment too
 * @param profile absent: {@code AWS_PROFILE}, else {@code default}
 * @param credentialsFile with profiles; absent: {@code AWS_SHARED_CREDENTIALS_FILE}, else {@code .aws/credentials} in {@code
 *     HOME}
 * @param endpoint of the service that lends keys; absent, for a container: {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI} or
 *     {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}; for an instance: {@code AWS_EC2_METADATA_SERVICE_ENDPOINT}, else {@code
 *     http://169.254.169.254}
 * @param authorizationToken that a container's service wants to be shown; absent: {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}
 * @param authorizationTokenFile where it stands instead; absent: {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}
 * @param roleArn a role that is taken with that key; its own keys then sign requests
 * @param externalId that the role's owner wants to hear with that
 * @param roleEndpoint the token service that is asked for them; absent: AWS's own in the region
 */
public record AwsIdentity(
        @Nullable String region,
        @Nullable Source source,
        @Nullable String accessKeyId,
        @Nullable Secret secretAccessKey,
        @Nullable Secret sessionToken,
        @Nullable String profile,
        @Nullable Path credentialsFile,
        @Nullable URI endpoint,
        @Nullable Secret authorizationToken,
        @Nullable Path authorizationTokenFile,
        @Nullable String roleArn,
        @Nullable String externalId,
        @Nullable URI roleEndpoint) {
    static final AwsIdentity NONE =
            new AwsIdentity(null, null, null, null, null, null, null, null, null, null, null, null, null);
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9_./+@ -]{1,100}");
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,576}");
    private static final String CONTAINERS = "http://169.254.170.2";
    private static final String INSTANCES = "http://169.254.169.254";

    /** Where an access key comes from. */
    public enum Source {
        KEY,
        PROFILE,
        CONTAINER,
        INSTANCE
    }

    /** Complete: all that is needed to sign. */
    public sealed interface Resolved {
        String region();

        record Key(
                String region,
                String accessKeyId,
                Secret secretAccessKey,
                @Nullable Secret sessionToken) implements Resolved {}

        record Profile(String region, Path file, String name) implements Resolved {}

        record Container(
                String region,
                URI endpoint,
                @Nullable Secret authorization,
                @Nullable Path authorizationFile) implements Resolved {}

        record Instance(String region, URI endpoint) implements Resolved {}

        /** @param own who takes the role */
        record Role(
                String region,
                Resolved own,
                String arn,
                @Nullable String externalId,
                URI endpoint) implements Resolved {}
    }

    public AwsIdentity {
        if (region != null && !REGION.matcher(region).matches()) {
            throw new IllegalArgumentException("region \"" + region + "\" must be of a-z, 0-9 and -");
        }
        if ((accessKeyId == null) != (secretAccessKey == null)) {
            throw new IllegalArgumentException("access-key-id and secret-access-key go together");
        }
        if (profile != null && !PROFILE.matcher(profile).matches()) {
            throw new IllegalArgumentException("profile \"" + profile + "\" is no name of a profile");
        }
        if (roleArn != null && !ROLE.matcher(roleArn).matches()) {
            throw new IllegalArgumentException(
                    "role-arn \"" + roleArn + "\" must be as arn:aws:iam::123456789012:role/name");
        }
        if (roleArn == null && (externalId != null || roleEndpoint != null)) {
            throw new IllegalArgumentException("external-id and role-endpoint belong to role-arn");
        }
        if (accessKeyId != null && source != null && source != Source.KEY) {
            throw new IllegalArgumentException("access-key-id belongs to source: key");
        }
    }

    /** Whether it says more than where. */
    boolean isSaid() {
        return accessKeyId != null || source != null || profile != null;
    }

    /** With what the environment adds. */
    AwsIdentity completed(Function<String, @Nullable String> environment) {
        Function<String, @Nullable String> variable = name -> {
            String value = environment.apply(name);
            return value == null || value.isEmpty() ? null : value;
        };
        String where = first(region, variable.apply("AWS_REGION"), variable.apply("AWS_DEFAULT_REGION"));
        String id = variable.apply("AWS_ACCESS_KEY_ID");
        String secret = variable.apply("AWS_SECRET_ACCESS_KEY");
        boolean keyed = accessKeyId == null && id != null && secret != null;
        Source from = source(variable, keyed);
        boolean fromEnvironment = keyed && from == Source.KEY;
        return new AwsIdentity(
                where,
                from,
                fromEnvironment ? id : accessKeyId,
                fromEnvironment ? new Secret(Objects.requireNonNull(secret)) : secretAccessKey,
                fromEnvironment && sessionToken == null ? secret(variable, "AWS_SESSION_TOKEN") : sessionToken,
                first(profile, variable.apply("AWS_PROFILE"), "default"),
                credentialsFile == null ? sharedFile(variable) : credentialsFile,
                endpoint == null ? service(from, variable) : endpoint,
                authorizationToken == null ? secret(variable, "AWS_CONTAINER_AUTHORIZATION_TOKEN") : authorizationToken,
                authorizationTokenFile == null
                        ? path(variable.apply("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
                        : authorizationTokenFile,
                roleArn,
                externalId,
                roleEndpoint);
    }

    private @Nullable Source source(Function<String, @Nullable String> variable, boolean keyed) {
        if (source != null) {
            return source;
        }
        if (accessKeyId != null) {
            return Source.KEY;
        }
        if (profile != null) {
            return Source.PROFILE;
        }
        if (keyed) {
            return Source.KEY;
        }
        if (variable.apply("AWS_PROFILE") != null) {
            return Source.PROFILE;
        }
        boolean container = variable.apply("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") != null
                || variable.apply("AWS_CONTAINER_CREDENTIALS_FULL_URI") != null;
        return container ? Source.CONTAINER : null;
    }

    private static @Nullable URI service(@Nullable Source from, Function<String, @Nullable String> variable) {
        if (from == Source.INSTANCE) {
            return URI.create(
                    Objects.requireNonNull(first(variable.apply("AWS_EC2_METADATA_SERVICE_ENDPOINT"), INSTANCES)));
        }
        if (from != Source.CONTAINER) {
            return null;
        }
        String relative = variable.apply("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        if (relative != null && relative.startsWith("/")) {
            return URI.create(CONTAINERS + relative);
        }
        String full = variable.apply("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        return full == null ? null : URI.create(full);
    }

    private static @Nullable Path sharedFile(Function<String, @Nullable String> variable) {
        String named = variable.apply("AWS_SHARED_CREDENTIALS_FILE");
        String home = variable.apply("HOME");
        return named != null ? Path.of(named) : home == null ? null : Path.of(home, ".aws", "credentials");
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }

    private static @Nullable Secret secret(Function<String, @Nullable String> variable, String name) {
        String value = variable.apply(name);
        return value == null ? null : new Secret(value);
    }

    private static @Nullable String first(@Nullable String... choices) {
        for (String choice : choices) {
            if (choice != null) {
                return choice;
            }
        }
        return null;
    }

    /** In this region, if it has none. */
    AwsIdentity inRegion(String usual) {
        return region != null
                ? this
                : new AwsIdentity(
                        usual,
                        source,
                        accessKeyId,
                        secretAccessKey,
                        sessionToken,
                        profile,
                        credentialsFile,
                        endpoint,
                        authorizationToken,
                        authorizationTokenFile,
                        roleArn,
                        externalId,
                        roleEndpoint);
    }

    /** What it lacks, in words that follow the provider's name, or {@code null}. */
    @Nullable
    String missing() {
        boolean complete = switch (source) {
            case KEY -> accessKeyId != null;
            case PROFILE -> credentialsFile != null;
            case CONTAINER, INSTANCE -> endpoint != null;
            case null -> false;
        };
        if (!complete) {
            return switch (source) {
                case PROFILE ->
                    "no file of AWS profiles: set AWS_SHARED_CREDENTIALS_FILE or HOME, or write"
                            + " identity.aws.credentials-file";
                case CONTAINER ->
                    "no service that lends keys: set AWS_CONTAINER_CREDENTIALS_FULL_URI, or write"
                            + " identity.aws.endpoint";
                case KEY, INSTANCE ->
                    "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write identity.aws";
                case null -> "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write identity.aws";
            };
        }
        return region == null ? "no region: set AWS_REGION, or write identity.aws.region" : null;
    }

    /** All that is needed to sign, or {@code null} where something is {@link #missing}. */
    public @Nullable Resolved resolved() {
        if (source == null || missing() != null) {
            return null;
        }
        String where = Objects.requireNonNull(region);
        Resolved own = own(source, where);
        if (roleArn == null) {
            return own;
        }
        String service = "https://sts." + where + ".amazonaws.com" + (where.startsWith("cn-") ? ".cn" : "") + "/";
        return new Resolved.Role(
                where, own, roleArn, externalId, roleEndpoint == null ? URI.create(service) : roleEndpoint);
    }

    private Resolved own(Source from, String where) {
        return switch (from) {
            case KEY ->
                new Resolved.Key(
                        where,
                        Objects.requireNonNull(accessKeyId),
                        Objects.requireNonNull(secretAccessKey),
                        sessionToken);
            case PROFILE ->
                new Resolved.Profile(
                        where, Objects.requireNonNull(credentialsFile), profile == null ? "default" : profile);
            case CONTAINER ->
                new Resolved.Container(
                        where, Objects.requireNonNull(endpoint), authorizationToken, authorizationTokenFile);
            case INSTANCE -> new Resolved.Instance(where, Objects.requireNonNull(endpoint));
        };
    }
}
