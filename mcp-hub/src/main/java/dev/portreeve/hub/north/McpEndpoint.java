package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.south.Listing;
import dev.portreeve.hub.south.ServerVoice;
import dev.portreeve.hub.task.TaskStore;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.approval.Approvals;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The MCP server that agents see, on one URL per view, each in both eras; put together here. Thread-safe. */
public final class McpEndpoint implements AutoCloseable {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    /** Long enough for the listings a client makes at its start, short enough for a change to show soon. */
    private static final Duration CONTEXT_FRESH_FOR = Duration.ofSeconds(5);

    private static final int NOT_FOUND = 404;
    private static final int MAX_QUOTED = 64;
    private static final String ROOTS_CHANGED = "notifications/roots/list_changed";
    /** No slug ends so. */
    private static final String TEMPLATES_OF = " templates";

    private final ToolCatalog catalog;
    private final ContextCatalog offered;
    private final LegacySessions sessions;
    private final Announcements announcements;
    private final Bridge bridge;
    private final ToolCalls calls;
    private final OwnTaskCalls ownCalls;
    private final TaskQuestions questions;
    private final QuestionCalls asides;
    private final EraSwitch eras;
    private final AlarmClock alarms;

    /**
     * @param approvals the tickets; {@code null} where no call becomes a task of the gateway's own
     * @param store where such tasks are kept
     */
    public McpEndpoint(
            ToolCatalog catalog,
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            AlarmClock alarms,
            InstantSource clock,
            NorthLimits limits,
            WaitingPages pages,
            @Nullable Approvals approvals,
            TaskStore store) {
        this.catalog = catalog;
        this.alarms = alarms;
        OwnTasks own = new OwnTasks(store, approvals, tokens, pages, clock);
        ToolLists lists = new ToolLists(catalog, access, tokens, ToolLists.PAGE_BYTES, own.areOn());
        this.bridge = new Bridge(tokens, new ParkedCalls(RoundLimits.DEFAULT, alarms), RoundLimits.DEFAULT);
        Tasks tasks = new Tasks(catalog, tokens, new OpenTasks(TaskLimits.DEFAULT, clock), own.areOn());
        this.questions = new TaskQuestions(RoundLimits.DEFAULT, alarms);
        this.asides = new QuestionCalls(governor, callIds, RoundLimits.DEFAULT.answerWithin());
        this.calls = new ToolCalls(catalog, governor, access, bridge, tasks, own, callIds, alarms, limits, pages);
        this.ownCalls = ownCalls(governor, own, callIds);
        TaskCalls taskCalls = taskCalls(governor, tasks, callIds, clock, limits);
        this.announcements = new Announcements(alarms);
        this.offered = new ContextCatalog(catalog, CONTEXT_FRESH_FOR, announcements::listsMayHaveChanged);
        ContextLists contextLists = new ContextLists(offered, access);
        ContextFinder finder = new ContextFinder(catalog, offered, access);
        ContextCalls contextCalls = new ContextCalls(governor, bridge, finder, callIds, alarms, limits);
        ContextMethods context = new ContextMethods(catalog, offered, contextLists, finder, contextCalls);
        SubscribeCalls subscribes =
                new SubscribeCalls(governor, access, finder, callIds, subscriptionPlaces(limits.streams()));
        TaskNews taskNews = new TaskNews(catalog, tasks, taskCalls);
        Methods methods = new Methods(lists, contextLists, calls, taskCalls, taskNews, context, finder, subscribes);
        LogSpace space = new LogSpace(limits.streams().allLogBytes());
        this.sessions = new LegacySessions(limits, space, clock, id -> catalog.leave(Counterpart.Legacy.partyKey(id)));
        catalog.onChange(this::rulesChanged);
        this.eras = eras(methods, new ArgumentHeaders(catalog, access), limits.streams(), space, clock);
        sweepLater();
    }

    /** Looks at the lists anew: other rules are in force, or servers offer something else. Quick; any thread. */
    public void rulesChanged() {
        announcements.listsMayHaveChanged();
        calls.checkRules();
    }

    /** What of the tools that servers offer now does not fit other rules, for people. */
    public List<String> misfits(AccessPolicy rules) {
        return calls.misfits(rules);
    }

    private OwnTaskCalls ownCalls(CallGovernor governor, OwnTasks own, Supplier<CallId> callIds) {
        OwnTaskRuns runs = new OwnTaskRuns(own, calls, catalog, callIds);
        return new OwnTaskCalls(catalog, governor, own, runs, callIds);
    }

    private TaskCalls taskCalls(
            CallGovernor governor, Tasks tasks, Supplier<CallId> callIds, InstantSource clock, NorthLimits limits) {
        RateLimit rate = new RateLimit(TaskLimits.DEFAULT.requestsPerMinute(), clock);
        RateLimit looks = new RateLimit(TaskLimits.DEFAULT.requestsPerMinute(), clock);
        return new TaskCalls(catalog, governor, tasks, ownCalls, questions, rate, looks, callIds, alarms, limits);
    }

    /** What both eras are answered by. */
    private record Methods(
            ToolLists lists,
            ContextLists contextLists,
            ToolCalls calls,
            TaskCalls tasks,
            TaskNews taskNews,
            ContextMethods context,
            ContextFinder finder,
            SubscribeCalls subscribes) {}

    private EraSwitch eras(
            Methods methods,
            ArgumentHeaders argumentHeaders,
            StreamLimits limits,
            LogSpace space,
            InstantSource clock) {
        StandingStreams standing = new StandingStreams(limits.standing(), limits.allStanding());
        RateLimit rate = new RateLimit(limits.subscribesPerMinute(), clock);
        StreamPump pump = new StreamPump(alarms, limits);
        VisibleLists visible = visible(methods.lists(), methods.contextLists());
        Soon soon = new Soon(alarms);
        return new EraSwitch(
                new ModernDispatch(
                        new ModernListening(
                                standing,
                                rate,
                                announcements,
                                visible,
                                new StreamSubscribing(methods.finder(), methods.subscribes(), alarms),
                                methods.taskNews(),
                                pump,
                                limits,
                                space),
                        methods.lists(),
                        methods.calls(),
                        methods.tasks(),
                        methods.context(),
                        argumentHeaders),
                new LegacyDispatch(
                        sessions,
                        new SessionListening(standing, announcements, visible, pump, limits),
                        methods.lists(),
                        methods.calls(),
                        methods.tasks(),
                        methods.taskNews(),
                        methods.context(),
                        new SessionSubscribing(methods.finder(), methods.subscribes(), rate, alarms),
                        id -> soon.run(id, () -> catalog.tell(Counterpart.Legacy.partyKey(id), ROOTS_CHANGED))));
    }

    private static StandingStreams subscriptionPlaces(StreamLimits limits) {
        return new StandingStreams(limits.subscribedByPrincipal(), limits.subscribedByAll());
    }

    private static VisibleLists visible(ToolLists lists, ContextLists contextLists) {
        return (kind, subject, view) -> switch (kind) {
            case TOOLS -> Map.of("", lists.print(subject, view));
            case PROMPTS -> contextLists.prints(subject, view, Listing.PROMPTS);
            case RESOURCES -> withTemplates(subject, view, contextLists);
        };
    }

    // Callers hear of both by one notification.
    private static Map<String, Long> withTemplates(Subject subject, View view, ContextLists lists) {
        Map<String, Long> prints = new HashMap<>(lists.prints(subject, view, Listing.RESOURCES));
        lists.prints(subject, view, Listing.TEMPLATES).forEach((slug, print) -> prints.put(slug + TEMPLATES_OF, print));
        return prints;
    }

    /** What hears what a server says by itself. */
    public ServerVoice voice(String slug) {
        return new ServerAside(slug, catalog, offered, sessions, asides);
    }

    /** Answers one exchange; returns when it is answered. */
    public void handle(Subject subject, McpExchange exchange) {
        Optional<View> view = catalog.view(exchange.view());
        if (view.isEmpty()) {
            exchange.answer(
                    NOT_FOUND,
                    Map.of("Content-Type", "application/json"),
                    JsonRpc.error(
                            null,
                            new McpError(
                                    McpError.INVALID_REQUEST,
                                    "there is no view \"" + shorten(exchange.view())
                                            + "\": use /mcp, or /mcp/ and the name of a server or toolset")));
            return;
        }
        eras.handle(subject, view.get(), exchange);
    }

    private static String shorten(String text) {
        return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "…";
    }

    private void sweepLater() {
        AlarmClock.Alarm unused = alarms.after(SWEEP_EVERY, () -> {
            sessions.expire();
            sweepLater();
        });
    }

    /** Ends the streams that callers only listen to, which would otherwise stay for minutes; calls go on. */
    public void endStanding() {
        announcements.close();
    }

    /** Ends all sessions and cancels what runs in them. */
    @Override
    public void close() {
        announcements.close();
        ownCalls.close();
        bridge.close();
        questions.close();
        sessions.endAll();
    }
}
