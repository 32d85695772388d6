package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.hub.credential.RoleRequest;
import dev.portreeve.hub.credential.TokenSource;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Access keys that AWS lends to a container, to an instance, or to whoever takes a role: fetched by the first call, renewed by one call before they end, while
 * the others go on with those there are.
 */
public final class AwsLentKeys implements AwsKeySource {
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";

    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);
    private final TokenSource source;
    private final @Nullable AwsKeySource own;
    private final AtomicReference<@Nullable Read> last = new AtomicReference<>();

    /** What was read from a secret, so that it is read once. */
    private record Read(Secret secret, AwsSignature.Keys keys) {}

    private AwsLentKeys(Function<OutboundHttp, TokenSource> source) {
        this(source, null);
    }

    /** @param own what asks for them, if that is a key too */
    private AwsLentKeys(Function<OutboundHttp, TokenSource> source, @Nullable AwsKeySource own) {
        this.source = source.apply(http);
        this.own = own;
    }

    /**
     * Those of a container.
     *
     * @param authorization what the service wants to be shown, or {@code null}
     * @param authorizationFile where that stands instead, or {@code null}
     */
    public static AwsLentKeys ofContainer(
            URI address, @Nullable Secret authorization, @Nullable Path authorizationFile, InstantSource clock) {
        return new AwsLentKeys(
                http -> TokenSource.awsContainer(address, authorization, authorizationFile, http, clock));
    }

    /** Those of an instance's role. */
    public static AwsLentKeys ofInstance(URI service, InstantSource clock) {
        return new AwsLentKeys(http -> TokenSource.awsInstance(service, http, clock));
    }

    /**
     * Those of a role.
     *
     * @param own who may take it; from now on this one's to close
     * @param endpoint of AWS's token service in that region
     * @param externalId that whoever owns the role wants to hear, or {@code null}
     */
    public static AwsLentKeys ofRole(
            AwsKeySource own,
            String region,
            URI endpoint,
            String roleArn,
            @Nullable String externalId,
            InstantSource clock) {
        byte[] body = ("Action=AssumeRole&Version=2011-06-15&RoleSessionName=portreeve&RoleArn=" + encoded(roleArn)
                        + (externalId == null ? "" : "&ExternalId=" + encoded(externalId)))
                .getBytes(StandardCharsets.UTF_8);
        RoleRequest request = deadline -> {
            Map<String, String> signed = Map.of("host", endpoint.getRawAuthority(), "content-type", FORM);
            Map<String, String> shown = new AwsSignature(own.current(deadline), region, "sts")
                    .sign("POST", endpoint, signed, body, clock.instant());
            return OutboundRequest.post(endpoint, "application/json", FORM, body)
                    .with(shown);
        };
        return new AwsLentKeys(http -> TokenSource.awsRole(request, http, clock), own);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public AwsSignature.Keys current(Deadline deadline) throws CredentialUnavailable {
        Secret secret = source.current(deadline);
        Read known = last.get();
        if (known != null && known.secret().equals(secret)) {
            return known.keys();
        }
        String[] lines = secret.reveal().split("\n", -1);
        AwsSignature.Keys keys = new AwsSignature.Keys(lines[0], new Secret(lines[1]), new Secret(lines[2]));
        last.set(new Read(secret, keys));
        return keys;
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
        if (own != null) {
            own.close();
        }
    }

    @Override
    public String toString() {
        return "lent keys";
    }
}
