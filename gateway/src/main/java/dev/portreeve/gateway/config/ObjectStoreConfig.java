package dev.portreeve.gateway.config;

import java.net.URI;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Amazon S3, or of a store that speaks like it.
 *
 * @param bucket its name
 * @param endpoint the store's address, without the bucket; absent: Amazon's own in the region
 * @param pathStyle whether the bucket stands in the path of requests and not before the host; absent: yes with an endpoint of
 *     one's own
 * @param allowPrivate whether the address may be in a private network, also over http
 * @param aws the access key and the region, as for providers; what is left out is read from the variables that AWS's own tools
 *     use. A store of one's own without a region is taken to be in {@code us-east-1}, as most of them have it
 */
public record ObjectStoreConfig(
        String bucket,
        @Nullable URI endpoint,
        @Nullable Boolean pathStyle,
        @Default("false") boolean allowPrivate,
        @Nullable AwsIdentity aws) {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final String USUAL_REGION = "us-east-1";

    public ObjectStoreConfig {
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("bucket \"" + bucket
                    + "\" must be 3 to 63 of a-z, 0-9, - and . and begin and end with a letter or digit");
        }
        if (endpoint != null) {
            String scheme = endpoint.getScheme();
            boolean bare = endpoint.getRawPath() == null
                    || endpoint.getRawPath().isEmpty()
                    || endpoint.getRawPath().equals("/");
            if (endpoint.getHost() == null
                    || !("https".equals(scheme) || "http".equals(scheme))
                    || !bare
                    || endpoint.getRawQuery() != null
                    || endpoint.getRawUserInfo() != null) {
                throw new IllegalArgumentException(
                        "endpoint must be as https://objects.example.com: without a path, the bucket has its own key");
            }
        }
    }

    /** With what the environment adds. */
    ObjectStoreConfig completed(Function<String, @Nullable String> environment) {
        AwsIdentity full = (aws == null ? AwsIdentity.NONE : aws).completed(environment);
        return new ObjectStoreConfig(
                bucket, endpoint, pathStyle, allowPrivate, endpoint == null ? full : full.inRegion(USUAL_REGION));
    }

    /** What it lacks, in words that follow its name, or {@code null}. */
    @Nullable
    String missing() {
        String lacks = (aws == null ? AwsIdentity.NONE : aws).missing();
        return lacks == null ? null : lacks.replace("identity.aws", "aws");
    }

    /**
     * How requests to it are signed.
     *
     * @throws IllegalArgumentException if something is missing, which loading a configuration has refused before
     */
    public AwsIdentity.Resolved signedAs() {
        AwsIdentity.Resolved resolved = aws == null ? null : aws.resolved();
        if (resolved == null) {
            throw new IllegalArgumentException("bucket \"" + bucket + "\" has " + missing());
        }
        return resolved;
    }

    /** The address that keys are put behind, ending with a slash. */
    public URI base() {
        String region = signedAs().region();
        URI store = Objects.requireNonNullElse(
                endpoint,
                URI.create("https://s3." + region + ".amazonaws.com" + (region.startsWith("cn-") ? ".cn" : "")));
        String port = store.getPort() < 0 ? "" : ":" + store.getPort();
        boolean inPath = pathStyle == null ? endpoint != null : pathStyle;
        // A bucket with dots has no certificate of its own at Amazon.
        return URI.create(
                inPath || (endpoint == null && bucket.contains("."))
                        ? store.getScheme() + "://" + store.getHost() + port + "/" + bucket + "/"
                        : store.getScheme() + "://" + bucket + "." + store.getHost() + port + "/");
    }
}
