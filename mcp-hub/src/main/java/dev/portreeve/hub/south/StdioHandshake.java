package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first words with a process that was just started: in the modern way, then in the older one. */
final class StdioHandshake {
    private static final Logger LOGGER = LoggerFactory.getLogger(StdioHandshake.class);

    private final String slug;
    private final Duration probeTimeout;

    StdioHandshake(String slug, Duration probeTimeout) {
        this.slug = slug;
        this.probeTimeout = probeTimeout;
    }

    /**
     * Greets on the gateway's own behalf, in whichever way the server knows.
     *
     * @throws ToolServerFault if it knows neither
     */
    StdioLink greeted(StdioLink fresh, Deadline deadline) {
        fresh.speakModern(true);
        if (!isModern(fresh, deadline)) {
            initialize(fresh, Party.GATEWAY, deadline);
        }
        return fresh;
    }

    private boolean isModern(StdioLink fresh, Deadline deadline) {
        Duration probe = deadline.remaining().compareTo(probeTimeout) < 0 ? deadline.remaining() : probeTimeout;
        try {
            Optional<ServerProfile> discovered = Greeting.discovered(
                    fresh.request(ServerRequest.discover(), Party.GATEWAY, Meanwhile.NOTHING, Deadline.in(probe)));
            discovered.ifPresent(fresh::opened);
            return discovered.isPresent();
        } catch (ToolServerFault fault) {
            if (fault.fault().kind() == UpstreamFault.Kind.TIMEOUT) {
                return false;
            }
            throw fault;
        }
    }

    /**
     * Opens a session of the older era for a party; a process that does not agree is stopped.
     *
     * @throws ToolServerFault if it does not
     */
    StdioLink initialized(StdioLink fresh, Party party, Deadline deadline) {
        try {
            initialize(fresh, party, deadline);
            return fresh;
        } catch (ToolServerFault fault) {
            giveUp(fresh);
            throw fault;
        }
    }

    private void initialize(StdioLink fresh, Party party, Deadline deadline) {
        fresh.speakModern(false);
        JsonRpcMessage.Response response =
                fresh.request(ServerRequest.initialize(party), party, Meanwhile.NOTHING, deadline);
        fresh.opened(Greeting.negotiated(slug, response));
        fresh.tell("notifications/initialized");
    }

    /** Stops a process that did not come up. */
    void giveUp(StdioLink failed) {
        LOGGER.warn("tool server \"{}\" did not start; it last said: {}", slug, failed.lastWords());
        failed.close(Duration.ZERO);
    }
}
