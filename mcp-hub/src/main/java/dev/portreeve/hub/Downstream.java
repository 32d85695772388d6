package dev.portreeve.hub;

import dev.portreeve.hub.credential.CredentialSource;
import dev.portreeve.hub.credential.OAuthClientConfig;
import dev.portreeve.hub.credential.OAuthCredential;
import dev.portreeve.hub.credential.TokenKey;
import dev.portreeve.hub.credential.TokenStore;
import dev.portreeve.hub.outbound.NameResolver;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.south.BreakerToolServer;
import dev.portreeve.hub.south.HttpTarget;
import dev.portreeve.hub.south.HttpToolServer;
import dev.portreeve.hub.south.LastWill;
import dev.portreeve.hub.south.ProcessLaunch;
import dev.portreeve.hub.south.ServerVoice;
import dev.portreeve.hub.south.SouthLimits;
import dev.portreeve.hub.south.StdioToolServer;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.hub.time.AlarmClock;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes the downstream servers that the configuration names, and owns what they share. */
final class Downstream implements AutoCloseable {
    /** How often unused sessions and processes are looked for. */
    private static final Duration SWEEP = Duration.ofSeconds(15);

    private final OutboundHttp http;
    private final AlarmClock alarms;
    private final LastWill will = new LastWill();
    private final SouthLimits limits;
    private final TokenStore tokens;
    private final InstantSource clock;
    private final List<ToolServer> servers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /** @param alarms stay the caller's */
    Downstream(AlarmClock alarms, SouthLimits limits, TokenStore tokens, InstantSource clock) {
        this.http = OutboundHttp.create(limits.connectTimeout(), NameResolver.SYSTEM, alarms);
        this.alarms = alarms;
        this.limits = limits;
        this.tokens = tokens;
        this.clock = clock;
        alarms.after(SWEEP, this::sweep);
    }

    private void sweep() {
        if (!closed) {
            servers.forEach(ToolServer::endUnused);
            http.closeUnused();
            alarms.after(SWEEP, this::sweep);
        }
    }

    /** Makes one; it connects at its first use. */
    ToolServer server(ToolServerConfig config, ServerVoice voice) {
        URI url = config.url();
        ToolServer server = url == null
                ? new StdioToolServer(config.slug(), launch(config), will, limits, config.stateless(), voice)
                : new HttpToolServer(
                        config.slug(), target(config, url), http, alarms, limits, config.stateless(), voice);
        servers.add(server);
        return new BreakerToolServer(config.slug(), server, clock);
    }

    private static ProcessLaunch launch(ToolServerConfig config) {
        ToolServerConfig.Process process = config.process();
        return new ProcessLaunch(
                config.command(),
                config.env(),
                process.inheritEnv(),
                process.workingDirectory(),
                process.user(),
                process.idleStop(),
                process.start() == ToolServerConfig.Start.LAZY);
    }

    private HttpTarget target(ToolServerConfig config, URI url) {
        Reach reach = Reach.of(url, config.allowPrivate());
        return new HttpTarget(url, reach, credentials(config, url, reach).credential(null));
    }

    private CredentialSource credentials(ToolServerConfig config, URI url, Reach reach) {
        ToolServerAuth auth = config.auth();
        if (auth == null) {
            return CredentialSource.NONE;
        }
        OAuthClientConfig oauth = auth.oauth();
        if (oauth == null) {
            return auth.fixed();
        }
        TokenKey key = new TokenKey(config.slug(), url.toString(), oauth.clientId(), "");
        return CredentialSource.shared(new OAuthCredential(oauth, key, url, reach, http, tokens, clock));
    }

    /** After the servers were closed. */
    @Override
    public void close() {
        closed = true;
        http.close();
        will.close();
    }
}
