package dev.portreeve.policy.replay;

import dev.portreeve.audit.StoredRecord;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Reconsidered;
import dev.portreeve.policy.call.NanoUsd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides recorded calls again, by a draft. What a call's record does not keep is not guessed: the outcome is given where it is the same
 * whatever that was. A condition that stands word for word in the rules of then came out as the record says. For one thread; holds a page
 * of records and a bounded report.
 */
public final class Replay {
    private static final int MAX_DOCUMENTS = 100;
    private static final String OUTSIDE_DELEGATION = "outside_delegation";

    private final PostgresRecordedCalls records;
    private final AccessPolicy draft;
    private final Set<LeafTree> labelling;
    private final Map<String, Then> versions = new HashMap<>();

    /**
     * Rules of then.
     *
     * @param conditions of each, by its id
     * @param labelAlike whether they label sessions as the draft does
     */
    private record Then(Map<String, String> conditions, boolean labelAlike) {}

    /** Hears how far it is; called now and then. */
    @FunctionalInterface
    public interface Progress {
        void decided(long calls);
    }

    public Replay(PostgresRecordedCalls records, AccessPolicy draft) {
        this.records = records;
        this.draft = draft;
        this.labelling = Conditions.labelling(draft.document().text());
    }

    /** Blocks until all of the span is read. */
    public ReplayReport run(PostgresRecordedCalls.Span span, Progress progress) {
        Changes changes = new Changes();
        List<String> tenants = span.tenant() == null ? records.tenants() : List.of(span.tenant());
        for (String tenant : tenants) {
            List<StoredRecord> page = records.page(tenant, span, null);
            while (!page.isEmpty()) {
                decide(tenant, page, changes);
                progress.decided(changes.calls());
                page = records.page(tenant, span, page.getLast().id());
            }
        }
        return changes.report();
    }

    /** A call that changes. */
    private record Changed(RecordedCall call, Reconsidered said) {}

    private void decide(String tenant, List<StoredRecord> page, Changes changes) {
        List<Changed> changed = new ArrayList<>();
        for (StoredRecord stored : page) {
            Optional<RecordedCall> call = RecordedCall.of(stored);
            if (call.isEmpty()) {
                changes.undecided();
                continue;
            }
            Reconsidered said = decide(call.get());
            if (said == null || said.outcome() == call.get().decision()) {
                changes.same();
            } else if (said.outcome() == Outcome.NOT_EVALUABLE) {
                changes.notEvaluable(said.missing());
            } else {
                changed.add(new Changed(call.get(), said));
            }
        }
        Map<UUID, NanoUsd> costs = records.costs(
                tenant,
                changed.stream()
                        .filter(one -> one.call().decision() != Outcome.DENY)
                        .map(one -> one.call().call())
                        .toList());
        for (Changed one : changed) {
            changes.changed(one.call(), one.said(), costs.get(one.call().call()));
        }
    }

    /** {@code null} for a call that no rule decided: its key was made for less. */
    private @Nullable Reconsidered decide(RecordedCall call) {
        if (OUTSIDE_DELEGATION.equals(call.reason())) {
            return null;
        }
        Then then = then(call.policyVersion());
        return draft.reconsider((then.labelAlike() ? call : call.withoutLabels()).under(then.conditions()));
    }

    private Then then(String version) {
        Then known = versions.get(version);
        if (known == null) {
            if (versions.size() >= MAX_DOCUMENTS) {
                versions.clear();
            }
            String document = records.document(version);
            known = document == null ? new Then(Map.of(), false) : then(version, document);
            versions.put(version, known);
        }
        return known;
    }

    /** Under the very version that is tried, sessions are labelled as they were, whatever a document can tell. */
    private Then then(String version, String document) {
        boolean alike = version.equals(draft.version())
                || Conditions.labelling(document).equals(labelling);
        Map<String, String> conditions = Conditions.of(document);
        return new Then(alike ? conditions : Conditions.withoutLabels(conditions), alike);
    }
}
