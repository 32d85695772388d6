package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ServerEntry;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.south.Topic;
import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Cancellation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells callers of either era what becomes of their tasks, without their asking each time. Thread-safe. */
final class TaskNews {
    private final ToolCatalog catalog;
    private final Tasks tasks;
    private final TaskCalls calls;
    private final StandingStreams places;

    TaskNews(ToolCatalog catalog, Tasks tasks, TaskCalls calls) {
        this.catalog = catalog;
        this.tasks = tasks;
        this.calls = calls;
        TaskLimits limits = tasks.open().limits();
        this.places = new StandingStreams(limits.perPrincipal(), limits.all());
    }

    /**
     * Begins to tell a modern caller of tasks, one after the other, on the calling thread.
     *
     * @param into ends with the caller's stream
     * @param teller takes the params of {@code notifications/tasks}; must not block
     * @param gone when the caller left
     * @return those that he will be told of; whatever is unknown or forbidden is missing
     */
    List<String> follow(
            Counterpart.Modern caller,
            List<String> ids,
            TaskWatches into,
            Consumer<RawJson> teller,
            Cancellation gone) {
        List<String> followed = new ArrayList<>();
        for (String id : ids) {
            if (!gone.isCancelled() && isFollowed(caller, id, into, teller)) {
                followed.add(id);
            }
        }
        return followed;
    }

    private boolean isFollowed(Counterpart.Modern caller, String id, TaskWatches into, Consumer<RawJson> teller) {
        Optional<TaskWatch> begun = watch(caller, id, into, new Listener(caller, id, teller));
        if (begun.isEmpty()) {
            return false;
        }
        TaskWatch watch = begun.get();
        Reply first = calls.listen(caller, id, watch);
        boolean goesOn = first instanceof Reply.Result && watch.take(first);
        if (goesOn) {
            watch.start();
        } else {
            watch.close();
        }
        return first instanceof Reply.Result;
    }

    /**
     * A call of a caller with a session was answered: if it began a task, he is told of it when its server says something
     * and he listens.
     *
     * @return the same answer
     */
    Reply follow(LegacySession session, Counterpart.Legacy caller, Reply answered) {
        if (answered instanceof Reply.Result(RawJson result)) {
            RawJson task = result.member("task");
            RawJson id = task == null ? null : task.member("taskId");
            Optional<String> begun = id == null ? Optional.empty() : id.asString();
            begun.flatMap(own -> watch(caller, own, session.tasks(), new Hearer(session, caller, own)))
                    .ifPresent(watch -> {
                        watch.attend(false);
                        watch.start();
                    });
        }
        return answered;
    }

    private Optional<TaskWatch> watch(Counterpart caller, String id, TaskWatches into, TaskWatch.Teller teller) {
        Optional<TaskToken> token = tasks.find(caller, id);
        Optional<ServerEntry> owner =
                token.flatMap(found -> catalog.server(found.tool().server()));
        Optional<StandingStreams.Place> place = owner.isEmpty() ? Optional.empty() : places.enter(caller.subject());
        if (place.isEmpty()) {
            return Optional.empty();
        }
        TaskWatch watch = new TaskWatch(owner.get(), token.get(), tasks.party(caller, owner.get()), teller, over -> {
            place.get().close();
            into.drop(over);
        });
        if (!into.take(watch)) {
            watch.close();
            return Optional.empty();
        }
        return Optional.of(watch);
    }

    /** A modern caller who asked for it. */
    private final class Listener implements TaskWatch.Teller {
        private final Counterpart.Modern caller;
        private final String id;
        private final Consumer<RawJson> teller;

        private Listener(Counterpart.Modern caller, String id, Consumer<RawJson> teller) {
            this.caller = caller;
            this.id = id;
            this.teller = teller;
        }

        @Override
        public Reply look(TaskWatch watch) {
            return calls.look(caller, id, watch);
        }

        @Override
        public boolean isOver() {
            return tasks.open().isOver(id);
        }

        @Override
        public boolean isHeard() {
            return true;
        }

        @Override
        public boolean isReliedOn() {
            return true;
        }

        @Override
        public void tell(RawJson task) {
            teller.accept(task);
        }
    }

    /** A caller with a session, who hears it if he listens. */
    private final class Hearer implements TaskWatch.Teller {
        private final LegacySession session;
        private final Counterpart.Legacy caller;
        private final String id;

        private Hearer(LegacySession session, Counterpart.Legacy caller, String id) {
            this.session = session;
            this.caller = new Counterpart.Legacy(caller.subject(), caller.view(), caller.dialogue(), Silence.answer());
            this.id = id;
        }

        @Override
        public Reply look(TaskWatch watch) {
            return calls.look(caller, id, watch);
        }

        @Override
        public boolean isOver() {
            return tasks.open().isOver(id);
        }

        @Override
        public boolean isHeard() {
            return session.streams().isListenedTo();
        }

        @Override
        public boolean isReliedOn() {
            return false;
        }

        @Override
        public void tell(RawJson task) {
            if (task.length() <= session.streams().limits().toldAtOnce()) {
                session.streams().tell(JsonRpc.notification(Topic.TASK.older(), task));
            }
        }
    }
}
