package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.dialect.UnreadableAnswer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Events of a response: each item begins, comes in pieces, and is said again whole; the last event repeats them all, so they
 * are kept until then, within a bound.
 */
final class ResponsesEventWriter implements EventWriter {
    private static final long MAX_KEPT_CHARS = 32L << 20;

    private final long created;
    private final ToolNames names;
    private final ResponseFrame frame;
    private final Map<Integer, ResponsesItem> calls = new LinkedHashMap<>();
    private final TreeMap<Integer, ObjectNode> whole = new TreeMap<>();
    private @Nullable ResponsesItem open;
    private String id;
    private String model = "";
    private boolean begun;
    private int items;
    private int sequence;
    private long kept;
    private Counts counts = Counts.NONE;
    private Finish finish = Finish.END;

    ResponsesEventWriter(long created, ToolNames names, ResponseFrame frame) {
        this.created = created;
        this.names = names;
        this.frame = frame;
        this.id = frame.idFor("");
    }

    @Override
    public void write(TurnEvent event, Events out) {
        switch (event) {
            case TurnEvent.Begun start -> begin(start, out);
            case TurnEvent.TextPiece text -> in(ResponsesItem.Kind.MESSAGE, out).piece(count(text.text()), this, out);
            case TurnEvent.ThinkingPiece thinking ->
                in(ResponsesItem.Kind.REASONING, out).piece(count(thinking.text()), this, out);
            case TurnEvent.Signed signed -> {
                in(ResponsesItem.Kind.REASONING, out).encrypted(Signatures.ofThinking(count(signed.signature())));
                leave(out);
            }
            case TurnEvent.Redacted redacted -> {
                leave(out);
                in(ResponsesItem.Kind.REASONING, out).encrypted(Signatures.ofRedacted(count(redacted.data())));
                leave(out);
            }
            case TurnEvent.ToolBegun tool -> {
                leave(out);
                ResponsesItem call = ResponsesItem.call(id, items++, tool.id(), names.own(tool.name()));
                calls.put(tool.call(), call);
                call.begin(this, out);
            }
            case TurnEvent.ToolPiece piece -> {
                ResponsesItem call = calls.get(piece.call());
                if (call != null) {
                    call.piece(count(piece.json()), this, out);
                }
            }
            case TurnEvent.ToolEnded tool -> close(calls.remove(tool.call()), out);
            case TurnEvent.Finished finished -> finish = finished.finish();
            case TurnEvent.Counted counted -> counts = counted.counts();
        }
    }

    private String count(String text) {
        kept += text.length();
        if (kept > MAX_KEPT_CHARS) {
            throw new UnreadableAnswer("the answer is too long to be repeated at its end");
        }
        return text;
    }

    private void begin(TurnEvent.Begun start, Events out) {
        begun = true;
        id = frame.idFor(start.id());
        model = start.model();
        for (String type : new String[] {"response.created", "response.in_progress"}) {
            ObjectNode response = ResponsesAnswers.response(frame, id, model, created);
            response.putArray("output");
            response.putNull("usage");
            ObjectNode data = Json.object();
            data.set("response", response);
            send(type, data, out);
        }
    }

    private ResponsesItem in(ResponsesItem.Kind kind, Events out) {
        ResponsesItem current = open;
        if (current != null && current.kind() == kind) {
            return current;
        }
        leave(out);
        ResponsesItem next = ResponsesItem.of(kind, id, items++);
        open = next;
        next.begin(this, out);
        return next;
    }

    private void leave(Events out) {
        close(open, out);
        open = null;
    }

    private void close(@Nullable ResponsesItem item, Events out) {
        if (item != null) {
            whole.put(item.index(), item.end(this, out));
        }
    }

    /** Sends an event with the next number. */
    void send(String type, ObjectNode data, Events out) {
        ObjectNode event = Json.object().put("type", type).put("sequence_number", sequence++);
        event.setAll(data);
        out.named(type, event);
    }

    @Override
    public void end(Events out) {
        if (!begun) {
            begin(new TurnEvent.Begun("", "", Counts.NONE), out);
        }
        leave(out);
        calls.values().forEach(call -> close(call, out));
        calls.clear();
    }

    @Override
    public String last() {
        ObjectNode response = ResponsesAnswers.response(frame, id, model, created);
        ArrayNode output = response.putArray("output");
        whole.values().forEach(output::add);
        ResponsesAnswers.end(response, finish, counts);
        ObjectNode data = Json.object();
        data.set("response", response);
        Events events = new Events();
        send(finish.incomplete() == null ? "response.completed" : "response.incomplete", data, events);
        return new String(events.take(), StandardCharsets.UTF_8);
    }
}
