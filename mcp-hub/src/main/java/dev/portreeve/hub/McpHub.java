package dev.portreeve.hub;

import dev.portreeve.hub.catalog.CatalogNames;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.hub.north.McpEndpoint;
import dev.portreeve.hub.north.McpExchange;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.south.HttpToolServer;
import dev.portreeve.hub.south.SouthLimits;
import dev.portreeve.hub.south.StdioToolServer;
import dev.portreeve.hub.south.ToolServer;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The front of this module: one MCP server toward agents, in both protocol eras, over any number of downstream servers.
 * Every tool call runs through the {@link CallGovernor}. Thread-safe; made and closed by the composition root.
 */
public final class McpHub implements AutoCloseable {
    private final ExecutorService threads;
    private final HttpClient http;
    private final AlarmClock alarms;
    private final ToolCatalog catalog;
    private final McpEndpoint endpoint;

    private McpHub(
            ExecutorService threads, HttpClient http, AlarmClock alarms, ToolCatalog catalog, McpEndpoint endpoint) {
        this.threads = threads;
        this.http = http;
        this.alarms = alarms;
        this.catalog = catalog;
        this.endpoint = endpoint;
    }

    /**
     * Builds the hub and begins to ask the servers for their tools, without waiting for them; {@link #awaitCatalog} waits.
     *
     * @param views the toolsets of the configuration
     * @param callIds names each governed call
     * @param tokens seals what callers bring back later; replicas share its keys
     * @throws IllegalArgumentException if two servers or views have the same name
     */
    public static McpHub connect(
            List<ToolServerConfig> servers,
            List<ViewConfig> views,
            CallGovernor governor,
            AccessPolicy access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            InstantSource clock) {
        return connect(servers, views, governor, access, callIds, tokens, clock, HubLimits.DEFAULT);
    }

    /** As the shorter form, with bounds of one's own. */
    public static McpHub connect(
            List<ToolServerConfig> servers,
            List<ViewConfig> views,
            CallGovernor governor,
            AccessPolicy access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            InstantSource clock,
            HubLimits limits) {
        requireDistinctNames(servers, views);
        ToolCatalog catalog = new ToolCatalog(clock, limits.refreshEvery());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        AlarmClock alarms = new AlarmClock();
        HttpClient http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.south().connectTimeout())
                .executor(threads)
                .build();
        McpHub hub = new McpHub(
                threads,
                http,
                alarms,
                catalog,
                new McpEndpoint(catalog, governor, access, callIds, tokens, alarms, clock, limits.north()));
        servers.stream()
                .filter(config -> !config.disabled())
                .forEach(config -> catalog.add(hub.entry(config, limits.south())));
        views.forEach(catalog::add);
        catalog.start();
        return hub;
    }

    private static void requireDistinctNames(List<ToolServerConfig> servers, List<ViewConfig> views) {
        List<CatalogNames.Problem> problems =
                CatalogNames.check(servers.stream().map(ToolServerConfig::slug).toList(), views);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.getFirst().message());
        }
    }

    private ServerEntry entry(ToolServerConfig config, SouthLimits limits) {
        Runnable onToolsChanged = () -> catalog.refreshSoon(config.slug());
        URI url = config.url();
        ToolServerConfig.Auth auth = config.auth();
        ToolServer server = url == null
                ? new StdioToolServer(
                        config.slug(), config.command(), config.env(), limits, config.stateless(), onToolsChanged)
                : new HttpToolServer(
                        config.slug(),
                        url,
                        auth == null ? null : auth.bearer(),
                        http,
                        alarms,
                        limits,
                        config.stateless(),
                        onToolsChanged);
        return new ServerEntry(
                config.slug(),
                url == null ? "stdio" : "http",
                server,
                config.trustAnnotations(),
                config.callTimeout(),
                config.pricePerCall());
    }

    /**
     * Answers one exchange on the MCP endpoint; returns when it is answered, on the calling thread. Authentication, origin
     * and body limit are the edge's affair and done before.
     *
     * @throws RuntimeException only for a bug; an open event stream is closed then
     */
    public void handle(Subject subject, McpExchange exchange) {
        endpoint.handle(subject, exchange);
    }

    /** How the downstream servers are, in the order of the configuration; never blocks. */
    public List<ServerStatus> servers() {
        return catalog.status();
    }

    /**
     * Waits until every server was asked for its tools once, with whatever result; for a start that wants to be complete.
     *
     * @return false if that took too long; the hub serves what it has
     */
    public boolean awaitCatalog(Duration atMost) throws InterruptedException {
        return catalog.awaitFirstContact(atMost);
    }

    /** Cancels what runs, ends the servers' processes and sessions. Blocks a few seconds at most. */
    @Override
    public void close() {
        endpoint.close();
        catalog.close();
        alarms.close();
        http.shutdownNow();
        threads.shutdownNow();
    }
}
