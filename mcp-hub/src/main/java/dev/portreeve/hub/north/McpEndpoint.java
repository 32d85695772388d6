package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The MCP server that agents see, on one URL per view, each in both eras; put together here. Thread-safe. */
public final class McpEndpoint implements AutoCloseable {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    /** Long enough for the listings a client makes at its start, short enough for a change to show soon. */
    private static final Duration CONTEXT_FRESH_FOR = Duration.ofSeconds(5);

    private static final int NOT_FOUND = 404;
    private static final int MAX_QUOTED = 64;
    private final ToolCatalog catalog;
    private final LegacySessions sessions;
    private final Announcements announcements;
    private final Bridge bridge;
    private final TaskQuestions questions;
    private final EraSwitch eras;
    private final AlarmClock alarms;

    public McpEndpoint(
            ToolCatalog catalog,
            CallGovernor governor,
            AccessPolicy access,
            Supplier<CallId> callIds,
            SealedTokens tokens,
            AlarmClock alarms,
            InstantSource clock,
            NorthLimits limits) {
        this.catalog = catalog;
        this.alarms = alarms;
        ToolLists lists = new ToolLists(catalog, access, tokens, ToolLists.PAGE_BYTES);
        this.bridge = new Bridge(tokens, new ParkedCalls(RoundLimits.DEFAULT, alarms), RoundLimits.DEFAULT);
        Tasks tasks = new Tasks(catalog, tokens, new OpenTasks(TaskLimits.DEFAULT, clock));
        this.questions = new TaskQuestions(RoundLimits.DEFAULT, alarms);
        ToolCalls calls = new ToolCalls(catalog, governor, access, bridge, tasks, callIds, alarms, limits);
        TaskCalls taskCalls = new TaskCalls(
                catalog,
                governor,
                tasks,
                questions,
                new RateLimit(TaskLimits.DEFAULT.requestsPerMinute(), clock),
                callIds,
                alarms,
                limits);
        ContextCatalog offered = new ContextCatalog(catalog, CONTEXT_FRESH_FOR);
        ContextMethods context = new ContextMethods(
                catalog,
                offered,
                new ContextLists(offered, access),
                new ContextCalls(governor, bridge, callIds, alarms, limits));
        LogSpace space = new LogSpace(limits.streams().allLogBytes());
        this.sessions = new LegacySessions(limits, space, clock, id -> catalog.leave(Counterpart.Legacy.partyKey(id)));
        this.announcements = new Announcements(alarms);
        catalog.onChange(announcements::listsMayHaveChanged);
        this.eras = eras(
                lists, calls, taskCalls, context, new ArgumentHeaders(catalog, access), limits.streams(), space, clock);
        sweepLater();
    }

    private EraSwitch eras(
            ToolLists lists,
            ToolCalls calls,
            TaskCalls tasks,
            ContextMethods context,
            ArgumentHeaders argumentHeaders,
            StreamLimits limits,
            LogSpace space,
            InstantSource clock) {
        StandingStreams standing = new StandingStreams(limits.standing(), limits.allStanding());
        RateLimit rate = new RateLimit(limits.subscribesPerMinute(), clock);
        StreamPump pump = new StreamPump(alarms, limits);
        VisibleLists visible = (kind, subject, view) -> switch (kind) {
            case TOOLS -> lists.fingerprint(subject, view);
            case PROMPTS, RESOURCES -> 0;
        };
        return new EraSwitch(
                new ModernDispatch(
                        new ModernListening(standing, rate, announcements, visible, pump, limits, space),
                        lists,
                        calls,
                        tasks,
                        context,
                        argumentHeaders),
                new LegacyDispatch(
                        sessions,
                        new SessionListening(standing, announcements, visible, pump, limits),
                        lists,
                        calls,
                        tasks,
                        context));
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
        bridge.close();
        questions.close();
        sessions.endAll();
    }
}
