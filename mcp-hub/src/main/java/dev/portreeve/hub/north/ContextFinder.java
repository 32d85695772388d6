package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ContextCatalog;
import dev.portreeve.hub.catalog.Standing;
import dev.portreeve.hub.catalog.ToolCatalog;
import dev.portreeve.hub.definition.DefinitionKind;
import dev.portreeve.hub.south.ToolServerFault;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Resource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a request for a prompt, resource or completion is about, among what was accepted of what servers say of
 * themselves. What waits for a person is unknown, and only who may use it hears that it waits. Thread-safe.
 */
final class ContextFinder {
    private final ToolCatalog servers;
    private final ContextCatalog catalog;
    private final Supplier<AccessPolicy> access;

    ContextFinder(ToolCatalog servers, ContextCatalog catalog, Supplier<AccessPolicy> access) {
        this.servers = servers;
        this.catalog = catalog;
        this.access = access;
    }

    /** What came of it. */
    sealed interface Found {
        /** There is such a thing; it may still be withheld. */
        record Request(ContextRequest request) implements Found {}

        /** For all the caller may know, there is not. */
        record Nothing(Reply reply) implements Found {}
    }

    /**
     * Blocks for a few seconds at most, where a server has to be asked what it has.
     *
     * @throws dev.portreeve.hub.wire.BadMessage if the params cannot be used
     */
    Found find(Counterpart caller, String method, @Nullable RawJson params) {
        Optional<ContextRequest> read = ContextRequest.read(method, params, caller.view(), servers, catalog);
        if (read.isEmpty()) {
            return new Found.Nothing(ContextRequest.promptName(method, params)
                    .flatMap(name -> catalog.waitingPrompt(caller.view(), name))
                    .filter(prompt -> access.get().mayUse(caller.subject(), prompt))
                    .map(prompt -> waiting(method, params, prompt))
                    .orElseGet(() -> ContextRequest.unknown(method, params)));
        }
        ContextRequest request = read.get();
        return switch (request.standing().state()) {
            case OPEN, WITHHELD -> new Found.Request(request);
            case UNKNOWN -> new Found.Nothing(request.unknown());
            case WAITING ->
                new Found.Nothing(
                        access.get().mayUse(caller.subject(), request.resource())
                                ? waiting(method, params, request.resource())
                                : request.unknown());
        };
    }

    private Reply waiting(String method, @Nullable RawJson params, Resource.OfServer resource) {
        return OutcomeReplies.waiting(ContextRequest.unknown(method, params), resource.server());
    }

    /**
     * Before a server is asked: whether what was decided about is still what it has. Rules and guardrails spoke about that;
     * before or meanwhile the server may have changed it.
     *
     * @throws CallEnded if it is not, or if that cannot be found out
     */
    void requireUnchanged(ContextRequest request, Deadline deadline) throws CallEnded {
        if (!settled(request, deadline)
                || !request.standing().equals(catalog.standing(request.owner(), request.kind(), request.own()))) {
            throw new CallEnded(new CallOutcome.Denied(new Denial(
                    Denial.Stage.APPROVAL,
                    Denial.Reason.DEFINITION_CHANGED,
                    "its definition changed while this was being decided: list again, then repeat the request")));
        }
    }

    private boolean settled(ContextRequest request, Deadline deadline) throws CallEnded {
        try {
            return catalog.settle(request.owner(), request.kind(), deadline);
        } catch (ToolServerFault asleep) {
            throw new CallEnded(new CallOutcome.Failed(asleep.fault()));
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether a resource of a server may be spoken of at this moment. */
    boolean isOpen(ContextRequest request, String uri) {
        return catalog.standing(request.owner(), DefinitionKind.RESOURCE, uri).state() == Standing.State.OPEN;
    }
}
