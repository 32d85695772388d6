package dev.portreeve.gateway.explain;

import dev.portreeve.policy.access.CallSketch;
import dev.portreeve.policy.access.Explanation;
import dev.portreeve.policy.access.Outcome;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Why a call fares as it does, in the words of the API and the command line.
 *
 * @param decision {@code allow}, {@code require-approval}, {@code deny} or {@code not-evaluable}
 * @param by the rules it rests on; empty where nothing permits the call
 * @param withShadow the decision with rules in shadow enforced; absent where none fits
 * @param places where the call could be sent, where a rule names places; else absent
 * @param call the record it is taken from; absent where there was no call
 * @param note what else there is to know
 */
public record ExplanationView(
        Caller caller,
        Called called,
        String policyVersion,
        String decision,
        List<String> by,
        @Nullable String withShadow,
        List<RuleLook> rules,
        @Nullable List<PlaceLook> places,
        @Nullable String call,
        @Nullable String note) {

    /** Who calls. */
    public record Caller(String tenant, @Nullable String team, String kind, String member, String key) {}

    /** What is called. */
    public record Called(String kind, String name) {}

    /** One rule, what came of looking at it, and why. */
    public record RuleLook(String id, String effect, String mode, String found, String why) {}

    /**
     * One place and what the rules say of sending the call there.
     *
     * @param model whose place it is: the one that is called, or a fallback
     * @param place {@code provider/model}
     */
    public record PlaceLook(String model, String place, String decision, List<String> by) {}

    static ExplanationView of(CallSketch call, Explanation said, List<PlaceLook> places) {
        Outcome shadow = said.withShadow();
        return new ExplanationView(
                caller(call.subject()),
                new Called(kind(call.resource()), call.resource().name()),
                said.policyVersion(),
                said.outcome().word(),
                said.by(),
                shadow == null ? null : shadow.word(),
                said.rules().stream().map(ExplanationView::look).toList(),
                places.isEmpty() ? null : places,
                null,
                null);
    }

    static Caller caller(Subject subject) {
        return new Caller(subject.tenant(), subject.team(), word(subject.kind()), subject.member(), subject.keyId());
    }

    private static RuleLook look(Explanation.Look look) {
        return new RuleLook(
                look.id(),
                word(look.effect()),
                look.mode() == Rule.Mode.SHADOW ? "shadow" : "enforce",
                word(look.found()),
                look.why());
    }

    static String kind(Resource resource) {
        return switch (resource) {
            case Resource.Model ignored -> "model";
            case Resource.Tool ignored -> "tool";
            case Resource.Prompt ignored -> "prompt";
            case Resource.ServerResource ignored -> "resource";
            case Resource.HostedTool ignored -> "hosted-tool";
        };
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
