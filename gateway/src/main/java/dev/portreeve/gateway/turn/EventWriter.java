package dev.portreeve.gateway.turn;

/** From the events of a turn to those of one dialect's stream. For one stream. */
sealed interface EventWriter
        permits RememberingWriter, OpenAiEventWriter, AnthropicEventWriter, ResponsesEventWriter, GeminiEventWriter {
    /** Writes what an event says; nothing is written twice, and some things only at the end. */
    void write(TurnEvent event, Events out);

    /** Writes what belongs before the event that ends the stream. */
    void end(Events out);

    /** The event that ends the stream. */
    String last();
}
