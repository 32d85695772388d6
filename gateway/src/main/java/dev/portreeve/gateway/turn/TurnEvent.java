package dev.portreeve.gateway.turn;

/** A piece of a streamed answer. Blocks come one after another, except that pieces name the tool call they belong to. */
sealed interface TurnEvent {
    record Begun(String id, String model, Counts counts) implements TurnEvent {}

    record TextPiece(String text) implements TurnEvent {}

    record ThinkingPiece(String text) implements TurnEvent {}

    /** Ends a block of thoughts. */
    record Signed(String signature) implements TurnEvent {}

    record Redacted(String data) implements TurnEvent {}

    /** @param call counts the answer's tool calls, from 0 */
    record ToolBegun(int call, String id, String name) implements TurnEvent {}

    record ToolPiece(int call, String json) implements TurnEvent {}

    record ToolEnded(int call) implements TurnEvent {}

    record Finished(Finish finish) implements TurnEvent {}

    record Counted(Counts counts) implements TurnEvent {}
}
