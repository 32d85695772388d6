package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.hub.credential.TokenSource;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Access keys that AWS lends to a container or an instance: fetched by the first call, renewed by one call before they end, while
 * the others go on with those there are.
 */
public final class AwsLentKeys implements AwsKeySource {
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);
    private final TokenSource source;
    private final AtomicReference<@Nullable Read> last = new AtomicReference<>();

    /** What was read from a secret, so that it is read once. */
    private record Read(Secret secret, AwsSignature.Keys keys) {}

    private AwsLentKeys(Function<OutboundHttp, TokenSource> source) {
        this.source = source.apply(http);
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
    }

    @Override
    public String toString() {
        return "lent keys";
    }
}
