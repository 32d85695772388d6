package dev.portreeve.policy.replay;

import dev.portreeve.audit.StoredRecord;
import dev.portreeve.policy.access.CallSketch;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A call as the record that has its decision tells of it.
 *
 * @param policyVersion of the rules that decided it
 * @param decision what was decided
 * @param reason the code of the denial; {@code null} where it was not denied
 * @param shadow what would have been decided with rules in shadow enforced; {@code null} where none fitted
 * @param verdicts of all rules that were consulted, those in shadow last
 * @param sketch what the record says of the call; it knows no condition's outcome yet ({@link #under})
 */
public record RecordedCall(
        UUID call,
        Instant at,
        String policyVersion,
        Outcome decision,
        @Nullable String reason,
        @Nullable Outcome shadow,
        List<Decision.RuleVerdict> verdicts,
        CallSketch sketch) {

    /** Empty for a record without a decision about a call, or one that nobody understands. */
    public static Optional<RecordedCall> of(StoredRecord stored) {
        UUID call = stored.callId();
        LeafTree record = LeafTree.of(stored.leaf());
        Resource resource = resource(record);
        String decision = record.text("decision");
        String version = record.text("policy_version");
        if (call == null || decision == null || version == null || resource == null) {
            return Optional.empty();
        }
        LeafTree shadow = record.child("shadow");
        List<Decision.RuleVerdict> verdicts = Stream.concat(
                        record.children("rules").stream(), shadow.children("rules").stream())
                .map(RecordedCall::verdict)
                .flatMap(Optional::stream)
                .toList();
        return Optional.of(new RecordedCall(
                call,
                stored.at(),
                version,
                Outcome.ofRecord(decision),
                decision.equals("deny") ? record.text("reason") : null,
                shadow.text("decision") == null ? null : Outcome.ofRecord(shadow.text("decision", "")),
                verdicts,
                sketch(stored.tenant(), record, resource, stored.at())));
    }

    /** The same without what its session was labelled with, where rules would have labelled it otherwise. */
    RecordedCall withoutLabels() {
        CallSketch unlabelled = new CallSketch(
                sketch.subject(),
                sketch.resource(),
                sketch.arguments(),
                sketch.maxOutputTokens(),
                sketch.maxCostMicros(),
                sketch.foreseen(),
                sketch.earlier(),
                sketch.at(),
                null,
                sketch.said(),
                sketch.roles(),
                sketch.place());
        return new RecordedCall(call, at, policyVersion, decision, reason, shadow, verdicts, unlabelled);
    }

    /**
     * What is known of the call, with the outcome of each condition whose rule was consulted then.
     *
     * @param conditions of the rules that decided it, by the rules' ids; those of their version
     */
    public CallSketch under(Map<String, String> conditions) {
        Map<String, Decision.Match> earlier = new HashMap<>();
        for (Decision.RuleVerdict verdict : verdicts) {
            String when = conditions.get(verdict.ruleId());
            if (when != null && verdict.matched() != Decision.Match.NOT_TESTED) {
                earlier.put(when, verdict.matched());
            }
        }
        return new CallSketch(
                sketch.subject(),
                sketch.resource(),
                sketch.arguments(),
                sketch.maxOutputTokens(),
                sketch.maxCostMicros(),
                sketch.foreseen(),
                earlier,
                at,
                sketch.labels(),
                sketch.said(),
                sketch.roles(),
                sketch.place());
    }

    private static CallSketch sketch(String tenant, LeafTree record, Resource resource, Instant at) {
        LeafTree bounds = record.child("bounds");
        String type = record.text("type", "");
        return new CallSketch(
                subject(tenant, record.child("subject")),
                resource,
                arguments(record, resource),
                bounds.number("max_output_tokens"),
                bounds.number("max_cost_micros"),
                type.equals("task") || type.equals("question"),
                Map.of(),
                at,
                record.has("session_labels") ? Set.copyOf(record.texts("session_labels")) : null,
                Map.of(),
                record.has("subject_roles") ? record.texts("subject_roles") : null,
                place(record));
    }

    /** Where a call of a model was to go at first. */
    private static @Nullable String place(LeafTree record) {
        String provider = record.text("provider");
        String model = record.text("upstream_model");
        return provider == null || model == null ? null : provider + "/" + model;
    }

    private static Subject subject(String tenant, LeafTree subject) {
        return new Subject(
                        tenant,
                        subject.text("team"),
                        subject.text("kind", "").equals("user") ? Subject.Kind.USER : Subject.Kind.AGENT,
                        subject.text("member", ""),
                        subject.text("key", ""))
                .by(new Delegation(subject.texts("delegated_by"), List.of()));
    }

    /** A model call and a resource have no arguments; those of tools and prompts are known only where the operator had them kept. */
    private static @Nullable Arguments arguments(LeafTree record, Resource resource) {
        if (resource instanceof Resource.Model) {
            return Arguments.NONE;
        }
        String kept = record.text("arguments");
        return kept != null && Arguments.parse(kept.getBytes(StandardCharsets.UTF_8)) instanceof Arguments.Valid valid
                ? valid.arguments()
                : null;
    }

    private static @Nullable Resource resource(LeafTree record) {
        String name = record.text("resource");
        String server = record.text("server", "");
        if (name == null) {
            return null;
        }
        boolean ofServer = !server.isEmpty() && name.startsWith(server + "__");
        String own = ofServer ? name.substring(server.length() + 2) : name;
        return switch (record.text("type", "")) {
            case "llm" -> new Resource.Model(name);
            case "tool", "task" -> ofServer ? new Resource.Tool(server, own, record.text("definition_hash", "")) : null;
            case "context" -> ofServer ? new Resource.Prompt(server, own) : new Resource.ServerResource(server, name);
            case "question" ->
                switch (record.text("resource_kind", "")) {
                    case "tool" -> new Resource.Tool(server, own, "");
                    case "prompt" -> new Resource.Prompt(server, own);
                    case "resource" -> new Resource.ServerResource(server, name);
                    default -> null;
                };
            default -> null;
        };
    }

    private static Optional<Decision.RuleVerdict> verdict(LeafTree rule) {
        try {
            return Optional.of(new Decision.RuleVerdict(
                    rule.text("id", ""),
                    Rule.Effect.valueOf(constant(rule.text("effect", ""))),
                    Decision.Match.valueOf(constant(rule.text("match", "")))));
        } catch (IllegalArgumentException ofAnotherVersion) {
            return Optional.empty();
        }
    }

    private static String constant(String word) {
        return word.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
