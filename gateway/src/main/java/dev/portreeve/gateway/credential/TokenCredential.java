package dev.portreeve.gateway.credential;

import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.hub.credential.OAuthClientConfig;
import dev.portreeve.hub.credential.ServiceAccount;
import dev.portreeve.hub.credential.TokenSource;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/** A bearer token that is fetched, renewed before it expires, and replaced once when the provider refuses it. */
public final class TokenCredential implements UpstreamCredential {
    private static final String AUTHORIZATION = "authorization";
    private static final String BEARER = "Bearer ";
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final AlarmClock alarms = new AlarmClock();
    private final OutboundHttp http = OutboundHttp.create(CONNECT, NameResolver.SYSTEM, alarms);
    private final TokenSource tokens;

    private TokenCredential(Function<OutboundHttp, TokenSource> source) {
        this.tokens = source.apply(http);
    }

    /**
     * Of a client known to an authorization server.
     *
     * @param client with a token endpoint and scopes
     */
    public static TokenCredential of(OAuthClientConfig client, InstantSource clock) {
        return new TokenCredential(http -> TokenSource.clientCredentials(client, http, clock));
    }

    /** Of a Google service account. */
    public static TokenCredential of(ServiceAccount account, String scope, InstantSource clock) {
        return new TokenCredential(http -> TokenSource.serviceAccount(account, scope, http, clock));
    }

    @Override
    public Map<String, String> headers(Outgoing request, Deadline deadline) throws CredentialUnavailable {
        return Map.of(AUTHORIZATION, BEARER + tokens.current(deadline).reveal());
    }

    @Override
    public boolean refused(Map<String, String> sent) {
        String value = sent.get(AUTHORIZATION);
        return value != null && tokens.refused(new Secret(value.substring(BEARER.length())));
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
    }

    @Override
    public String toString() {
        return AUTHORIZATION;
    }
}
