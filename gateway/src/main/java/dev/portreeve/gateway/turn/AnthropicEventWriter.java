package dev.portreeve.gateway.turn;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Events of a message. Blocks of text and thoughts begin by themselves; usage and reason come at the end. */
final class AnthropicEventWriter implements EventWriter {
    private enum Block {
        NONE,
        TEXT,
        THINKING,
        TOOL
    }

    private final long inputEstimate;
    private final Map<Integer, Integer> blocksByCall = new HashMap<>();
    private Block open = Block.NONE;
    private int blocks;
    private boolean begun;
    private boolean arguments;
    private Counts counts = Counts.NONE;
    private Finish finish = Finish.END;

    /** @param inputEstimate said at the start, when the real number is not known yet; the end corrects it */
    AnthropicEventWriter(long inputEstimate) {
        this.inputEstimate = inputEstimate;
    }

    @Override
    public void write(TurnEvent event, Events out) {
        switch (event) {
            case TurnEvent.Begun start -> begin(start, out);
            case TurnEvent.TextPiece text -> inBlock(Block.TEXT, "text_delta", "text", text.text(), out);
            case TurnEvent.ThinkingPiece thinking ->
                inBlock(Block.THINKING, "thinking_delta", "thinking", thinking.text(), out);
            case TurnEvent.Signed signed -> {
                inBlock(Block.THINKING, "signature_delta", "signature", signed.signature(), out);
                // A thought has one signature, so the next piece begins another.
                leave(out);
            }
            case TurnEvent.Redacted redacted -> {
                leave(out);
                start(OpenAiAnswers.redacted(redacted.data()), out);
                open = Block.THINKING;
                leave(out);
            }
            case TurnEvent.ToolBegun tool -> {
                leave(out);
                blocksByCall.put(tool.call(), blocks);
                ObjectNode block = Json.object()
                        .put("type", "tool_use")
                        .put("id", tool.id())
                        .put("name", tool.name());
                block.putObject("input");
                start(block, out);
                open = Block.TOOL;
                arguments = false;
            }
            case TurnEvent.ToolPiece piece ->
                piece(blocksByCall.getOrDefault(piece.call(), blocks - 1), piece.json(), out);
            case TurnEvent.ToolEnded _ -> leave(out);
            case TurnEvent.Finished finished -> finish = finished.finish();
            case TurnEvent.Counted counted -> counts = counted.counts();
        }
    }

    private void inBlock(Block kind, String type, String member, String text, Events out) {
        enter(kind, out);
        delta(blocks - 1, Json.object().put("type", type).put(member, text), out);
    }

    private void piece(int block, String json, Events out) {
        arguments = true;
        delta(block, Json.object().put("type", "input_json_delta").put("partial_json", json), out);
    }

    private void begin(TurnEvent.Begun start, Events out) {
        begun = true;
        ObjectNode data = Json.object().put("type", "message_start");
        ObjectNode message = data.putObject("message");
        message.put("id", start.id()).put("type", "message").put("role", "assistant");
        message.put("model", start.model()).putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        message.putObject("usage").put("input_tokens", inputEstimate).put("output_tokens", 0);
        out.named("message_start", data);
    }

    private void enter(Block kind, Events out) {
        if (open == kind) {
            return;
        }
        leave(out);
        ObjectNode block =
                kind == Block.TEXT ? Json.object().put("type", "text").put("text", "") : OpenAiAnswers.thinking("", "");
        start(block, out);
        open = kind;
    }

    private void start(ObjectNode block, Events out) {
        ObjectNode data = Json.object().put("type", "content_block_start").put("index", blocks++);
        data.set("content_block", block);
        out.named("content_block_start", data);
    }

    private static void delta(int index, ObjectNode delta, Events out) {
        ObjectNode data = Json.object().put("type", "content_block_delta").put("index", index);
        data.set("delta", delta);
        out.named("content_block_delta", data);
    }

    private void leave(Events out) {
        if (open == Block.TOOL && !arguments) {
            // A tool without arguments has an empty object, which clients want to see said.
            piece(blocks - 1, "{}", out);
        }
        if (open != Block.NONE) {
            open = Block.NONE;
            out.named(
                    "content_block_stop",
                    Json.object().put("type", "content_block_stop").put("index", blocks - 1));
        }
    }

    @Override
    public void end(Events out) {
        if (!begun) {
            begin(new TurnEvent.Begun("", "", Counts.NONE), out);
        }
        leave(out);
        ObjectNode data = Json.object().put("type", "message_delta");
        data.putObject("delta").put("stop_reason", finish.anthropic()).putNull("stop_sequence");
        data.set("usage", counts.anthropic());
        out.named("message_delta", data);
    }

    @Override
    public String last() {
        return "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    }
}
