package dev.portreeve.hub;

import dev.portreeve.hub.approver.ApproverTools;
import dev.portreeve.hub.catalog.CatalogNames;
import dev.portreeve.hub.catalog.DefinitionDesk;
import dev.portreeve.hub.catalog.QuestionPolicy;
import dev.portreeve.hub.catalog.Refreshed;
import dev.portreeve.hub.catalog.ResourceRule;
import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ServerStatus;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.hub.catalog.Wording;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.north.McpEndpoint;
import dev.portreeve.hub.north.McpExchange;
import dev.portreeve.hub.north.WaitingPages;
import dev.portreeve.hub.price.ToolPrices;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The front of this module: one MCP server toward agents, in both protocol eras, over any number of downstream servers.
 * Every tool call runs through the {@link CallGovernor}. Thread-safe; made and closed by the composition root.
 */
public final class McpHub implements AutoCloseable {
    private static final String OWN = "portreeve";
    private static final Duration OWN_TIMEOUT = Duration.ofSeconds(10);

    private final Downstream downstream;
    private final AlarmClock alarms;
    private final ToolCatalog catalog;
    private final McpEndpoint endpoint;
    private final SealedTokens tokens;

    private McpHub(
            Downstream downstream, AlarmClock alarms, ToolCatalog catalog, McpEndpoint endpoint, SealedTokens tokens) {
        this.tokens = tokens;
        this.downstream = downstream;
        this.alarms = alarms;
        this.catalog = catalog;
        this.endpoint = endpoint;
    }

    /**
     * Builds the hub and begins to ask the servers for their tools, without waiting for them; {@link #awaitCatalog} waits.
     * A process that is to start lazily and was seen before is not started.
     *
     * @param views the toolsets of the configuration
     * @param access the rules in force; {@link #rulesChanged} says when they are others
     * @param callIds names each governed call
     * @param tokens seals what callers bring back later; replicas share its keys
     * @param stores what outlives the hub
     * @throws IllegalArgumentException if two servers or views have the same name
     */
    public static McpHub connect(
            List<ToolServerConfig> servers,
            List<ViewConfig> views,
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            HubStores stores,
            InstantSource clock) {
        return connect(servers, views, governor, access, callIds, tokens, stores, clock, HubLimits.DEFAULT);
    }

    /** As the shorter form, with bounds of one's own. */
    public static McpHub connect(
            List<ToolServerConfig> servers,
            List<ViewConfig> views,
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            HubStores stores,
            InstantSource clock,
            HubLimits limits) {
        return connect(servers, views, governor, access, callIds, tokens, stores, clock, limits, WaitingPages.NONE);
    }

    /**
     * As the shorter form, with pages that show how approvals stand.
     *
     * @param pages where callers that can may send their users; asked with calls only, not while this runs
     */
    public static McpHub connect(
            List<ToolServerConfig> servers,
            List<ViewConfig> views,
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            HubStores stores,
            InstantSource clock,
            HubLimits limits,
            WaitingPages pages) {
        requireDistinctNames(servers, views);
        ToolCatalog catalog = new ToolCatalog(stores.definitions(), stores.memory(), clock, limits.refreshEvery());
        AlarmClock alarms = new AlarmClock();
        Downstream downstream = new Downstream(alarms, limits.south(), stores.tokens(), clock);
        McpEndpoint endpoint = new McpEndpoint(
                catalog,
                governor,
                access,
                callIds,
                tokens,
                alarms,
                clock,
                limits.north(),
                pages,
                stores.approvals(),
                stores.tasks());
        McpHub hub = new McpHub(downstream, alarms, catalog, endpoint, tokens);
        servers.stream()
                .filter(config -> !config.disabled())
                .forEach(config -> catalog.add(hub.entry(config, tokens.fingerprint(source(config)), limits)));
        views.forEach(catalog::add);
        if (stores.approvals() != null) {
            catalog.add(own(stores.approvals()));
        }
        catalog.start();
        return hub;
    }

    /** What the gateway offers by itself, under a slug that no configured server can have. */
    private static ServerEntry own(Approvals approvals) {
        return new ServerEntry(
                ApproverTools.SLUG,
                OWN,
                new ApproverTools(approvals),
                true,
                OWN_TIMEOUT,
                ToolPrices.FREE,
                DefinitionPolicy.TRUST,
                ResourceRule.LISTED,
                Map.of(),
                OWN,
                false,
                new QuestionPolicy(true, false));
    }

    private static void requireDistinctNames(List<ToolServerConfig> servers, List<ViewConfig> views) {
        List<CatalogNames.Problem> problems =
                CatalogNames.check(servers.stream().map(ToolServerConfig::slug).toList(), views);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.getFirst().message());
        }
    }

    /** Everything that what a server lists may depend on, and what becomes of it. */
    private static String source(ToolServerConfig config) {
        ToolServerConfig.Process process = config.process();
        return Stream.of(
                        config.url(),
                        config.command(),
                        new TreeMap<>(config.env()),
                        process.inheritEnv(),
                        process.workingDirectory(),
                        process.user(),
                        config.definitions(),
                        config.resources())
                .map(String::valueOf)
                .collect(Collectors.joining("\n"));
    }

    private ServerEntry entry(ToolServerConfig config, String source, HubLimits limits) {
        return new ServerEntry(
                config.slug(),
                config.url() == null ? "stdio" : "http",
                downstream.server(config, endpoint.voice(config.slug())),
                config.trustAnnotations(),
                config.callTimeout(),
                new ToolPrices(
                        config.pricePerCall(), config.prices(), limits.south().maxMessageBytes()),
                config.definitions(),
                config.resources(),
                config.wording().stream()
                        .collect(Collectors.toMap(
                                ToolServerConfig.ToolWording::tool,
                                words -> new Wording(words.title(), words.description()),
                                (first, second) -> first)),
                source,
                config.url() == null && config.process().start() == ToolServerConfig.Start.LAZY,
                config.questions());
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

    /** What the hub seals with, for whoever stands before it and must know its callers again. */
    public SealedTokens seal() {
        return tokens;
    }

    /** Where people decide about what servers say about themselves. */
    public DefinitionDesk definitions() {
        return catalog.desk(Set.of(ApproverTools.SLUG));
    }

    /** How the downstream servers are, in the order of the configuration; never blocks. */
    public List<ServerStatus> servers() {
        return catalog.status().stream()
                .filter(status -> !status.slug().equals(ApproverTools.SLUG))
                .toList();
    }

    /**
     * Looks at everything a server says of itself now, and says what is different; starts one that sleeps. Blocks for a minute
     * or two at most.
     *
     * @return empty if no server of this slug is connected
     */
    public Optional<Refreshed> refresh(String slug) throws InterruptedException {
        return catalog.refresh(slug);
    }

    /** Says that other rules are in force, so that callers hear of lists that are no longer as they were. Any thread; returns at once. */
    public void rulesChanged() {
        endpoint.rulesChanged();
    }

    /** What of the tools that servers offer now does not fit rules that are not in force yet, for people; one text for each tool. */
    public List<String> misfits(AccessPolicy rules) {
        return endpoint.misfits(rules);
    }

    /**
     * Waits until every server was asked for its tools once, with whatever result; for a start that wants to be complete.
     *
     * @return false if that took too long; the hub serves what it has
     */
    public boolean awaitCatalog(Duration atMost) throws InterruptedException {
        return catalog.awaitFirstContact(atMost);
    }

    /**
     * Ends the streams that callers only listen to. Before a stop that lets running calls finish: those streams are none,
     * and nobody should wait for them.
     */
    public void endStanding() {
        endpoint.endStanding();
    }

    /** Cancels what runs, ends the servers' processes and sessions. Blocks a few seconds at most. */
    @Override
    public void close() {
        endpoint.close();
        catalog.close();
        alarms.close();
        downstream.close();
    }
}
