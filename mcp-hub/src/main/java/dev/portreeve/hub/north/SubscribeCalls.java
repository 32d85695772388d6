package dev.portreeve.hub.north;

import dev.portreeve.audit.EvidenceUnavailable;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.CallGovernor;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Cancellation;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.ContextCall;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Usage;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Begins and ends subscriptions to resources, each as a governed call that is decided as reading the resource is; the same
 * for both eras. Whether an update may still be told is decided anew each time. Thread-safe.
 */
final class SubscribeCalls {
    private static final int OK = 200;
    private static final Estimate FREE = new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "configuration"));

    private final CallGovernor governor;
    private final Supplier<AccessPolicy> access;
    private final ContextFinder finder;
    private final Supplier<CallId> callIds;
    private final StandingStreams places;

    /** @param places what each principal, and all together, may be subscribed to */
    SubscribeCalls(
            CallGovernor governor,
            Supplier<AccessPolicy> access,
            ContextFinder finder,
            Supplier<CallId> callIds,
            StandingStreams places) {
        this.governor = governor;
        this.access = access;
        this.finder = finder;
        this.callIds = callIds;
        this.places = places;
    }

    /**
     * Subscribes, blocking until the server agreed.
     *
     * @param into where it stays for as long as it lasts
     * @param updates takes what the caller is told
     * @param said what the caller's own records know the call by
     */
    Reply subscribe(
            Counterpart caller,
            ContextRequest request,
            Subscriptions into,
            Updates updates,
            Correlation said,
            Cancellation cancellation) {
        Optional<StandingStreams.Place> place = places.enter(caller.subject());
        if (place.isEmpty()) {
            return refused("too many resources are subscribed to: unsubscribe from some first");
        }
        Subscription subscription = new Subscription(
                request,
                caller.view(),
                caller.party(),
                (resource, own) -> finder.isOpen(request, own) && mayBeTold(caller, request, resource),
                updates,
                () -> place.get().close());
        Subscriptions.Taken taken = into.take(subscription);
        if (taken == Subscriptions.Taken.TOO_MANY || taken == Subscriptions.Taken.OVER) {
            subscription.end();
            return refused("too many resources are subscribed to here: unsubscribe from some first");
        }
        boolean isNew = taken == Subscriptions.Taken.YES;
        boolean stays = false;
        try {
            Reply reply = govern(
                    call(caller, request, said),
                    request,
                    isNew ? () -> watch(caller, subscription) : SubscribeCalls::nothing,
                    cancellation);
            stays = isNew && reply instanceof Reply.Result;
            return reply;
        } finally {
            if (!stays) {
                into.drop(subscription);
                subscription.end();
            }
        }
    }

    private static Answered watch(Counterpart caller, Subscription subscription) {
        caller.uses(subscription.resource());
        return subscription
                .owner()
                .server()
                .watch(
                        subscription.party(),
                        subscription,
                        Deadline.in(subscription.owner().callTimeout()));
    }

    private static Answered nothing() {
        return new Answered.Result(RawJson.EMPTY_OBJECT);
    }

    /** Unsubscribes; from what is not subscribed to that is no error. */
    Reply unsubscribe(
            Counterpart caller,
            ContextRequest request,
            Subscriptions from,
            Correlation said,
            Cancellation cancellation) {
        try {
            return govern(
                    call(caller, request, said),
                    request,
                    () -> {
                        from.drop(request.asked()).ifPresent(Subscription::end);
                        return nothing();
                    },
                    cancellation);
        } finally {
            // Whoever may not use it any more may certainly let go of it.
            from.drop(request.asked()).ifPresent(Subscription::end);
        }
    }

    private boolean mayBeTold(Counterpart caller, ContextRequest request, Resource.ServerResource resource) {
        ContextCall reading = new ContextCall(
                callIds.get(),
                caller.subject(),
                resource,
                request.method(),
                Arguments.NONE,
                new Content(List.of()),
                FREE,
                Deadline.in(request.owner().callTimeout()),
                Correlation.NONE);
        return access.get().decide(reading) instanceof Decision.Permit;
    }

    private ContextCall call(Counterpart caller, ContextRequest request, Correlation said) {
        return new ContextCall(
                callIds.get(),
                caller.subject(),
                request.resource(),
                request.method(),
                Arguments.NONE,
                new Content(List.of()),
                FREE,
                Deadline.in(request.owner().callTimeout()),
                said,
                request.standing().hash(),
                request.isWithheld());
    }

    private Reply govern(ContextCall call, ContextRequest request, Supplier<Answered> work, Cancellation cancellation) {
        ContextCalls.Released released = new ContextCalls.Released();
        try {
            CallOutcome outcome = governor.govern(
                    call,
                    cancellation.<ToolResult>guard((input, out) -> {
                        if (!request.method().equals(ContextRequest.UNSUBSCRIBE)) {
                            finder.requireUnchanged(request, call.deadline());
                        }
                        out.emit(released.taking(answered(work)));
                        return Usage.NO_TOKENS;
                    }),
                    released);
            return OutcomeReplies.ofContext(outcome, call.id(), request, released.reply());
        } catch (EvidenceUnavailable unavailable) {
            return OutcomeReplies.evidenceUnavailable();
        }
    }

    private static Answered answered(Supplier<Answered> work) throws CallEnded {
        try {
            return work.get();
        } catch (ToolServerFault fault) {
            throw new CallEnded(new CallOutcome.Failed(fault.fault()));
        }
    }

    private static Reply refused(String message) {
        return new Reply.Error(OK, new McpError(McpError.INTERNAL_ERROR, message));
    }
}
