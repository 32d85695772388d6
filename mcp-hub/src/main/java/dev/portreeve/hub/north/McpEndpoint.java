package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.seal.SealedTokens;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/** The MCP server that agents see, on one URL in both eras; put together here. Thread-safe. */
public final class McpEndpoint implements AutoCloseable {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    private final LegacySessions sessions;
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
        this.alarms = alarms;
        ToolLists lists = new ToolLists(catalog, access);
        ToolCalls calls = new ToolCalls(catalog, governor, access, callIds, alarms, limits);
        this.sessions = new LegacySessions(limits, clock);
        this.eras = new EraSwitch(new ModernDispatch(lists, calls), new LegacyDispatch(sessions, lists, calls));
        sweepLater();
    }

    /** Answers one exchange; returns when it is answered. */
    public void handle(Subject subject, McpExchange exchange) {
        eras.handle(subject, exchange);
    }

    private void sweepLater() {
        AlarmClock.Alarm unused = alarms.after(SWEEP_EVERY, () -> {
            sessions.expire();
            sweepLater();
        });
    }

    /** Ends all sessions and cancels what runs in them. */
    @Override
    public void close() {
        sessions.endAll();
    }
}
