package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.AnswerChunk;
import dev.portreeve.gateway.dialect.AnswerHead;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.model.ProviderReply;
import dev.portreeve.gateway.turn.KeptEvents;
import dev.portreeve.gateway.turn.McpItems;
import dev.portreeve.gateway.turn.OwnCall;
import dev.portreeve.gateway.turn.OwnTool;
import dev.portreeve.gateway.turn.ToolCalled;
import dev.portreeve.gateway.turn.ToolConversation;
import dev.portreeve.policy.call.BudgetState;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes one response whose model calls tools of this gateway: asks the model, makes the calls it wants, and asks again, until it is done, a
 * person has to say yes, or a bound is reached. Each turn of the model and each call of a tool is a governed call of its own, held, settled
 * and recorded like any other. For one request, on its thread.
 */
final class ToolLoop {
    private static final int MAX_TURNS = 16;
    private static final int MAX_CALLS = 64;
    private static final AnswerHead JSON = new AnswerHead("application/json", Map.of());
    private static final AnswerHead EVENTS = new AnswerHead("text/event-stream", Map.of());

    private final ToolTurns turns;
    private final ToolTurns.Way way;
    private final Made made;
    private final ToolConversation conversation;
    private final ClientOutput output;
    private final KeptEvents events = new KeptEvents(-1);
    private final List<ObjectNode> untold = new ArrayList<>();
    private NanoUsd cost = NanoUsd.ZERO;
    private @Nullable BudgetState budget;
    private ProviderReply reply = new ProviderReply();
    private int calls;
    /** Whether something was done that its caller has to hear of, whatever comes. */
    private boolean acted;

    private boolean begun;
    private boolean waits;

    /**
     * The response that is made.
     *
     * @param id of its model's first turn
     * @param json what it is now
     * @param ended told of it at its end, before its caller is
     * @param deadline for all of it
     */
    record Made(CallId id, boolean streamed, Supplier<byte[]> json, Consumer<byte[]> ended, Deadline deadline) {}

    ToolLoop(ToolTurns turns, ToolTurns.Way way, Made made, ToolConversation conversation, ClientOutput output) {
        this.turns = turns;
        this.way = way;
        this.made = made;
        this.conversation = conversation;
        this.output = output;
    }

    /**
     * Makes it to its end.
     *
     * @param listed what is said before anything else
     * @param said what the caller says to what it was asked before
     * @throws BadRequest if the model cannot be asked such a thing, and nothing was done
     */
    void run(List<ObjectNode> listed, List<ToolConversation.Said> said) {
        untold.addAll(listed);
        said.forEach(this::answered);
        CallOutcome.Incomplete broken = waits ? null : turns();
        if (broken != null && (!acted || broken instanceof CallOutcome.Abandoned)) {
            Endings.render(Dialect.OPENAI_RESPONSES, broken, output, reply);
            return;
        }
        if (broken != null) {
            ErrorAnswer error = Endings.error(Dialect.OPENAI_RESPONSES, broken, reply);
            conversation.failed(error.status(), error.code(), error.message());
        }
        finish();
    }

    /** A yes of the caller's is no yes of a person's whom a rule asks: the call is made as any other, and so finds what that person said. */
    private void answered(ToolConversation.Said said) {
        if (said.approve()) {
            make(said.call(), said.requestId());
        } else {
            UUID ticket = McpItems.ticket(said.requestId());
            if (ticket != null) {
                turns.withdraw(way.subject(), ticket, said.reason());
            }
        }
    }

    /** How it broke off; {@code null} if it did not. */
    private CallOutcome.@Nullable Incomplete turns() {
        for (int turn = 0; turn < MAX_TURNS; turn++) {
            if (made.deadline().remaining().isZero()) {
                conversation.incomplete();
                return null;
            }
            Optional<ToolTurns.Turn> asked = asked(turn);
            if (asked.isEmpty()) {
                return null;
            }
            reply = asked.get().reply();
            byte[] answer = asked.get().answer();
            switch (asked.get().outcome()) {
                case CallOutcome.Incomplete broken -> {
                    return broken;
                }
                case CallOutcome.Completed completed
                when answer != null -> {
                    cost = cost.plus(completed.cost());
                    budget = completed.budget();
                    if (taken(conversation.take(answer)) || waits) {
                        return null;
                    }
                }
                case CallOutcome.Completed ignored ->
                    throw new IllegalStateException("a turn completed without answer");
            }
        }
        conversation.incomplete();
        return null;
    }

    private Optional<ToolTurns.Turn> asked(int turn) {
        CallId id = turn == 0 && !acted ? made.id() : turns.nextId();
        try {
            Optional<ToolTurns.Turn> asked = turns.ask(
                    way, id, conversation.next(turn == MAX_TURNS - 1), made.deadline(), output::awaitUpstream);
            if (asked.isEmpty()) {
                throw new BadRequest(
                        400, "unsupported_parameter", "model", "this model cannot be asked for a response");
            }
            return asked;
        } catch (BadRequest bad) {
            if (!acted && turn == 0) {
                throw bad;
            }
            conversation.failed(bad.status(), bad.code(), bad.detail());
            return Optional.empty();
        }
    }

    /** Whether it is the caller's turn. */
    private boolean taken(ToolConversation.Taken taken) {
        untold.addAll(taken.items());
        tell();
        for (OwnCall call : taken.calls()) {
            make(call, null);
        }
        return taken.isCallersTurn();
    }

    /** @param asked the request for approval to which the caller said yes; {@code null} if it was not asked about this */
    private void make(OwnCall call, @Nullable String asked) {
        OwnTool tool = conversation.tool(call);
        if (tool == null) {
            done(conversation.called(new ToolCalled(call, null, "there is no such tool"), asked));
        } else if (asked == null && tool.asksCaller()) {
            waits = true;
            done(conversation.asks(call, null));
        } else if (++calls > conversation.maxCalls(MAX_CALLS)) {
            done(conversation.called(new ToolCalled(call, null, "not made: too many calls of tools"), asked));
        } else {
            output.awaitUpstream();
            done(
                    switch (turns.tools()
                            .call(
                                    way.subject().within(made.id()),
                                    tool,
                                    call,
                                    way.userAgent(),
                                    way.cancellation()::isCancelled)) {
                        case HubTools.Ended.Made ended -> conversation.called(ended.call(), asked);
                        case HubTools.Ended.Waits ticket -> {
                            waits = true;
                            yield conversation.asks(call, ticket.ticket());
                        }
                    });
        }
    }

    private void done(ObjectNode item) {
        acted = true;
        untold.add(item);
        tell();
    }

    /** What is new goes to a client that listens. */
    private void tell() {
        if (!made.streamed()) {
            return;
        }
        if (!begun) {
            begun = true;
            emit(events.begun(made.json().get()));
        }
        for (ObjectNode item : untold) {
            emit(events.item(item));
        }
        untold.clear();
    }

    private void emit(byte[] bytes) {
        output.say(new AnswerChunk(EVENTS, AnswerChunk.Shape.NO_TEXT, bytes));
    }

    private void finish() {
        tell();
        byte[] response = made.json().get();
        made.ended().accept(response);
        output.say(
                made.streamed()
                        ? AnswerChunk.ending(EVENTS, AnswerChunk.Shape.NO_TEXT, events.last(response))
                        : new AnswerChunk(JSON, AnswerChunk.Shape.NO_TEXT, response));
        output.complete(new CallOutcome.Completed(Usage.NO_TOKENS, cost, budget), reply);
    }
}
