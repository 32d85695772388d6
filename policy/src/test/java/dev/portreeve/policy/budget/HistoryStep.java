package dev.portreeve.policy.budget;

import dev.portreeve.policy.budget.FaultyJournal.Fault;
import dev.portreeve.policy.budget.HistoryCall.State;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Labels;
import dev.portreeve.policy.call.LlmCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * One thing that happens in a history. A step stands for itself: it names replicas and calls by number, and does nothing where
 * there is no such thing, so that a history makes sense with any of its steps left out. A new kind of step is a record here and a
 * line in {@link Histories}.
 */
interface HistoryStep {
    void in(HistoryWorld world) throws CallEnded;

    /** A budget is there from the beginning; not a step in time. */
    record Has(Owner owner, Purses budget, String text) implements HistoryStep {
        enum Owner {
            TENANT,
            TEAM,
            MEMBER,
            KEY
        }

        /** As the ledger calls it in this tenant. */
        String id(String tenant) {
            String who = switch (owner) {
                case TENANT -> "tenant:" + tenant;
                case TEAM -> "team:support";
                case MEMBER -> "member:bot";
                case KEY -> "key:" + PurseFixture.BOT.keyId();
            };
            String counted = budget.counted();
            return who + ":" + budget.name() + (counted.isEmpty() ? "" : ":" + counted);
        }

        @Override
        public void in(HistoryWorld world) {
            // The world was made with it.
        }

        @Override
        public String toString() {
            return owner + " has " + text;
        }
    }

    /** What a call is: of the agent with a key of its own or of another member, of a model or of a tool, in a session or none. */
    record Shape(boolean bot, String model, String session) {
        Subject subject(String tenant) {
            Subject subject = bot
                    ? new Subject(tenant, "support", Subject.Kind.AGENT, "bot", PurseFixture.BOT.keyId())
                    : new Subject(tenant, null, Subject.Kind.USER, "ana", PurseFixture.OTHER.keyId());
            return session.isEmpty() ? subject : subject.saying(new Labels(session, List.of()));
        }

        GovernedCall call(HistoryWorld world, Deadline deadline, long input, long output) {
            return call(world, subject(world.tenant), deadline, input, output);
        }

        /** The same of another key. */
        GovernedCall call(HistoryWorld world, Subject subject, Deadline deadline, long input, long output) {
            CallId id = new CallId(world.id());
            return model.isEmpty()
                    ? new ToolCall(
                            id,
                            subject,
                            new Resource.Tool("files", "read", "d".repeat(64)),
                            Calls.arguments("{}"),
                            Content.EMPTY,
                            new Estimate(0, 0, Price.perCall(new NanoUsd(input + output), "test")),
                            false,
                            deadline)
                    : llm(id, subject, new Estimate(input, output, PurseFixture.NANO_A_TOKEN), deadline);
        }

        /** A call of a model for so many answers of so many tokens, which may be made shorter. */
        GovernedCall answers(HistoryWorld world, Deadline deadline, long input, long cap, long answers) {
            return llm(
                    new CallId(world.id()),
                    subject(world.tenant),
                    ShrinkingContract.answers(input, cap, answers, 1),
                    deadline);
        }

        private GovernedCall llm(CallId id, Subject subject, Estimate estimate, Deadline deadline) {
            return new LlmCall(id, subject, new Resource.Model(model), "chat", Content.EMPTY, estimate, deadline);
        }
    }

    /** A call is admitted and runs on, or is refused, which must have a reason. */
    record Begin(int replica, Shape shape, long input, long output, Fault fault) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            begins(world, world.replica(replica), shape.call(world, world.deadline(), input, output));
        }

        private void begins(HistoryWorld world, HistoryReplica at, GovernedCall call) throws CallEnded {
            HistoryCalls calls = new HistoryCalls(world);
            boolean reasoned = world.isWhole() && fault == null && !at.isDeaf();
            boolean enough = calls.scarce(at, call, level -> world.limits.least(level, world.now()))
                    .isEmpty();
            HistoryCalls.Begun begun = world.patiently(() -> calls.begin(at, call, fault));
            boolean shorter = begun.call() != null && begun.call().isShorter();
            if ((begun.refused() != null || shorter) && reasoned && enough) {
                throw new AssertionError(
                        this + " was " + (shorter ? "made shorter" : "refused") + " although enough is left: " + begun);
            }
        }
    }

    /** A call is admitted that may be made shorter where too little is left. */
    record Shrink(Begin begin, int answers) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            GovernedCall call = begin.shape().answers(world, world.deadline(), begin.input(), begin.output(), answers);
            begin.begins(world, world.replica(begin.replica()), call);
        }
    }

    /** A key makes one and gives it something; one replica may be late to hear of it. */
    record Give(int parent, long nanos, int deaf) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            if (world.gifts.give(parent, nanos, world.limits, world.book, world.now()) != null) {
                world.said(deaf);
            }
        }
    }

    /** A call of a key that was made. */
    record Below(int gift, Begin begin) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            HistoryGifts.Gift given = world.gifts.living(gift);
            if (given != null) {
                GovernedCall call =
                        begin.shape().call(world, given.subject(), world.deadline(), begin.input(), begin.output());
                requireBounds(world.replica(begin.replica()), call, given);
                begin.begins(world, world.replica(begin.replica()), call);
            }
        }
    }

    /** By what it was given, by what the keys above were, and by all that bounds the first of these. */
    private static void requireBounds(HistoryReplica at, GovernedCall call, HistoryGifts.Gift given) {
        Set<String> bounds =
                at.purse.above(call).stream().map(level -> level.budget().id()).collect(Collectors.toSet());
        for (HistoryGifts.Gift each = given; each != null; each = each.parent()) {
            if (!bounds.contains(each.budget())) {
                throw new AssertionError("a call of " + given + " is not bounded by " + each + " but by " + bounds);
            }
        }
    }

    /** A key that was made is revoked, with all that it made; what they run ends as it will. */
    record Revoke(int gift, int deaf) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            HistoryGifts.Gift given = world.gifts.living(gift);
            if (given != null) {
                world.gifts.revoke(given);
                world.said(deaf);
            }
        }
    }

    /** One of the running calls ends. */
    record End(int call, HistoryEnding ending, int part, boolean hurried, Fault fault) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            List<HistoryCall> running = world.book.calls(State.RUNNING);
            if (!running.isEmpty()) {
                HistoryCall ends = running.get(call % running.size());
                world.patiently(() -> new HistoryCalls(world).end(ends, this));
            }
        }
    }

    /** The hold of a call that still runs is taken for a dead one's and charged whole; then the call ends, which changes nothing. */
    record Late(int call, int part) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            List<HistoryCall> holding = world.book.calls(State.RUNNING).stream()
                    .filter(each -> each.replica.lives() && !each.levels.isEmpty())
                    .toList();
            if (!holding.isEmpty()) {
                HistoryCall late = holding.get(call % holding.size());
                late.replica.purse.writeHolds();
                HistorySweep.expire(world, Hold.ids(late.id()));
                End end = new End(0, HistoryEnding.REPORTED, part, true, null);
                boolean ignored = world.patiently(() -> new HistoryCalls(world).end(late, end));
                late.ended(State.ASSUMED, late.billed(), world.now());
            }
        }
    }

    /** One of the calls that are kept for a ticket comes again, at whichever replica, and may be dearer by now. */
    record Again(int kept, int replica, Shape shape, long input, long output) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            List<HistoryCall> parked = world.book.calls(State.PARKED);
            HistoryReplica at = world.replica(replica);
            if (!parked.isEmpty() && at.lives()) {
                HistoryCall kept = parked.get(this.kept % parked.size());
                GovernedCall call = shape.call(world, world.deadline(), input, output);
                HistoryCalls.Begun ignored = world.patiently(() -> new HistoryCalls(world).again(at, call, kept));
            }
        }
    }

    /** No ticket is left for which anything is kept. */
    record Unpark(int replica) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            HistoryReplica at = world.replica(replica);
            if (at.lives()) {
                new HistoryCalls(world).unpark(at.purse);
            }
        }
    }

    /** Many calls at the same time on all replicas that live. */
    record Rush(int count, Shape shape, long worst, long seed) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            List<HistoryReplica> living =
                    world.replicas().stream().filter(HistoryReplica::lives).toList();
            Random random = new Random(seed);
            HistoryCalls calls = new HistoryCalls(world);
            List<Future<Boolean>> running = new ArrayList<>();
            for (int i = 0; i < count && !living.isEmpty(); i++) {
                HistoryReplica at = living.get(i % living.size());
                GovernedCall call = shape.call(world, world.deadline(), 0, 1 + random.nextLong(worst));
                End end = new End(0, HistoryEnding.REPORTED, random.nextInt(101), random.nextBoolean(), null);
                running.add(world.begin(() -> {
                    HistoryCall begun = calls.begin(at, call, null).call();
                    return begun != null && calls.end(begun, end);
                }));
            }
            for (Future<Boolean> each : running) {
                boolean ignored = world.finished(each);
            }
        }
    }

    /** A replica's housekeeping comes round. */
    record GiveBack(int replica) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            HistoryReplica at = world.replica(replica);
            if (at.lives()) {
                at.hears();
                at.sweeper.giveBackAll();
            }
        }
    }

    /** The next commit of a replica goes wrong in a way that its journal mends. */
    record Break(int replica, FrailDatabase.Fault fault) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            world.replica(replica).database.breakNext(fault);
        }
    }

    /** From now on nothing that the replica appends arrives; it will crash. */
    record Cut(int replica) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            world.replica(replica).journal.cut();
        }
    }

    /** A replica dies, and another one starts in its place. */
    record Crash(int replica) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            world.crash(replica);
        }
    }

    /** Long enough after the crashes: what they left is charged. */
    record Sweep() implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            HistorySweep.dead(world);
        }
    }

    /** Time passes: windows begin again, and rolling ones forget. */
    record Pass(Duration time) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            world.observer.age(time);
            world.said(HistoryWorld.REPLICAS);
        }
    }

    /** An operator freezes, closes or opens a budget; one replica may be late to hear of it. */
    record Become(int budget, BudgetStatus.State state, int deaf) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            String name = world.limits.budget(budget);
            if (name != null) {
                done(world.observer.orders().become(world.tenant, name, state, "as the history wants it", "ops"));
                world.limits.become(name, state);
                world.said(deaf);
            }
        }
    }

    /** A budget is frozen while a call runs whose next attempt is dearer, and opened again after that. */
    record Midway(int budget, int call, int part) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) throws CallEnded {
            new Become(budget, BudgetStatus.State.FROZEN, HistoryWorld.REPLICAS).in(world);
            new End(call, HistoryEnding.RETRIED, part, true, null).in(world);
            new Become(budget, BudgetStatus.State.OPEN, HistoryWorld.REPLICAS).in(world);
        }
    }

    /** An operator raises a budget for a while, by so many hundredths; one replica may be late to hear of it. */
    record Raise(int budget, int percent, Duration time, int deaf) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            String name = world.limits.budget(budget);
            if (name != null && !world.limits.isClosed(name)) {
                long more = world.limits.part(name, percent);
                done(world.observer
                        .orders()
                        .raise(
                                world.tenant,
                                name,
                                world.limits.written(name, more),
                                Instant.now().plus(time),
                                "as the history wants it",
                                "ops"));
                world.limits.raise(name, more, world.now().plus(time));
                world.said(deaf);
            }
        }
    }

    /** The configuration says another limit: so many hundredths of the first. */
    record Configure(int budget, int percent, int deaf) implements HistoryStep {
        @Override
        public void in(HistoryWorld world) {
            String name = world.limits.budget(budget);
            // What rolls over of a limit that changed on the way is the ledger's to say.
            if (name != null && !world.limits.rollsOver(name)) {
                world.limits.configure(name, world.limits.part(name, percent));
                world.observer.organise(world.limits.organisation(world.tenant));
                world.said(deaf);
            }
        }
    }

    private static void done(BudgetOrders.Result result) {
        if (!(result instanceof BudgetOrders.Result.Done)) {
            throw new AssertionError("the operator's order was not carried out: " + result);
        }
    }
}
