package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a call that is not made now: one that somebody asks about, that stands in a scenario, or that was made some time
 * ago. What is not known stays so: nothing is put in its place. Where the subject has no address or no view, these are not known.
 *
 * @param arguments {@code null} where nobody knows them
 * @param maxOutputTokens the bound on the answer; {@code null} where it is not known
 * @param maxCostMicros the worst case in millionths of a dollar; {@code null} where it is not known
 * @param foreseen whether it is about something that was judged with its arguments before (a task's later request, a server's question):
 *     then only what holds for each call counts against it
 * @param earlier how conditions of exactly this text came out when the call was made
 * @param at when it is made; {@code null} where that is not known
 * @param labels of the session it is made in; {@code null} where nobody knows them
 * @param said what is known of {@code request} and {@code budget}, by the names that conditions have for it
 * @param roles of the member; {@code null} where nobody knows them
 * @param place where a call of a model is sent, as {@code provider/model}; {@code null} where nobody knows
 */
public record CallSketch(
        Subject subject,
        Resource resource,
        @Nullable Arguments arguments,
        @Nullable Long maxOutputTokens,
        @Nullable Long maxCostMicros,
        boolean foreseen,
        Map<String, Decision.Match> earlier,
        @Nullable Instant at,
        @Nullable Set<String> labels,
        Map<String, Object> said,
        @Nullable List<String> roles,
        @Nullable String place) {
    public CallSketch {
        roles = roles == null ? null : List.copyOf(roles);
        said = Map.copyOf(said);
        earlier = Map.copyOf(earlier);
        labels = labels == null ? null : Set.copyOf(labels);
    }

    /** Of a call that is sent nobody knows where. */
    public CallSketch(
            Subject subject,
            Resource resource,
            @Nullable Arguments arguments,
            @Nullable Long maxOutputTokens,
            @Nullable Long maxCostMicros,
            boolean foreseen,
            Map<String, Decision.Match> earlier,
            @Nullable Instant at,
            @Nullable Set<String> labels,
            Map<String, Object> said,
            @Nullable List<String> roles) {
        this(
                subject,
                resource,
                arguments,
                maxOutputTokens,
                maxCostMicros,
                foreseen,
                earlier,
                at,
                labels,
                said,
                roles,
                null);
    }

    /** The same call of a model under this name, sent there. */
    public CallSketch sent(Resource.Model model, @Nullable String there) {
        return new CallSketch(
                subject,
                model,
                arguments,
                maxOutputTokens,
                maxCostMicros,
                foreseen,
                earlier,
                at,
                labels,
                said,
                roles,
                there);
    }

    /** Of a caller whose roles nobody knows. */
    public CallSketch(
            Subject subject,
            Resource resource,
            @Nullable Arguments arguments,
            @Nullable Long maxOutputTokens,
            @Nullable Long maxCostMicros,
            boolean foreseen,
            Map<String, Decision.Match> earlier,
            @Nullable Instant at,
            @Nullable Set<String> labels,
            Map<String, Object> said) {
        this(subject, resource, arguments, maxOutputTokens, maxCostMicros, foreseen, earlier, at, labels, said, null);
    }

    /** Of a call of whose request and budgets nothing is known. */
    public CallSketch(
            Subject subject,
            Resource resource,
            @Nullable Arguments arguments,
            @Nullable Long maxOutputTokens,
            @Nullable Long maxCostMicros,
            boolean foreseen,
            Map<String, Decision.Match> earlier,
            @Nullable Instant at,
            @Nullable Set<String> labels) {
        this(subject, resource, arguments, maxOutputTokens, maxCostMicros, foreseen, earlier, at, labels, Map.of());
    }

    /** Of a call with these arguments, of which nothing else is known. */
    public CallSketch(Subject subject, Resource resource, Arguments arguments) {
        this(subject, resource, arguments, null, null, false, Map.of(), null, null);
    }
}
