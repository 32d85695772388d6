package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ResponsesConfig;
import dev.portreeve.gateway.response.Conversations;
import java.time.InstantSource;

/** All that keeping responses takes: where they are, how, and who makes them while nobody waits. */
record ResponseWork(
        Conversations conversations, ResponsesConfig config, BackgroundResponses background, InstantSource clock) {
    /** @param screened whether guardrails will read the texts */
    ConversationDesk desk(int maxBodyBytes, boolean screened) {
        return new ConversationDesk(conversations, config, maxBodyBytes, screened);
    }

    long now() {
        return clock.instant().getEpochSecond();
    }
}
