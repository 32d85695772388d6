package dev.portreeve.gateway.turn;

import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** From the events of one dialect's stream to those of a turn. For one stream. */
sealed interface EventReader
        permits OpenAiEventReader,
                AnthropicEventReader,
                ResponsesEventReader,
                GeminiEventReader,
                BedrockEventReader,
                CohereEventReader,
                WithoutCalls {
    /** Reads one event's data. */
    void read(JsonNode data, Consumer<TurnEvent> out);

    /** The stream is over. */
    void end(Consumer<TurnEvent> out);
}
