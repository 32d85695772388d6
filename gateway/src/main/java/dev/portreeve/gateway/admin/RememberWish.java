package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.config.LifeSpan;
import dev.portreeve.policy.access.NarrowCondition.Bound;
import dev.portreeve.policy.access.NarrowCondition.Choice;
import dev.portreeve.policy.access.Remember.Scope;
import dev.portreeve.policy.approval.Wish;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That a yes is to be remembered, as it is sent.
 *
 * @param lasting such as {@code 30m}; as long as the rules allow where it is absent
 * @param scope {@code session} or {@code key}; the narrowest that the rules allow where it is absent
 * @param when the condition for further calls; made of {@code bounds} where it is absent
 * @param bounds by argument: {@code equal}, {@code any}, {@code under /folder}, {@code at-most 500}
 * @param uses for how many calls; as many as the rules allow where it is absent
 */
record RememberWish(
        @Nullable String lasting,
        @Nullable String scope,
        @Nullable String when,
        @Nullable Map<String, String> bounds,
        @Nullable Integer uses) {

    /** @throws AdminRefusal if it says what there is not */
    // A nested type that may be null is read from another module as one that may not.
    @SuppressWarnings("NullAway")
    Wish wish() {
        Map<String, Bound> chosen = new HashMap<>();
        if (bounds != null) {
            bounds.forEach((name, text) -> chosen.put(name, bound(name, text)));
        }
        return new Wish(duration(), scope(scope), when, chosen, uses);
    }

    private @Nullable Duration duration() {
        if (lasting == null || lasting.isBlank()) {
            return null;
        }
        Optional<Duration> span = LifeSpan.parse(lasting);
        return span.orElseThrow(() ->
                new AdminRefusal(Problem.badRequest("\"" + lasting + "\" is no time to remember: " + LifeSpan.FORM)));
    }

    private static @Nullable Scope scope(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return null;
        }
        return Arrays.stream(Scope.values())
                .filter(scope -> scope.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new AdminRefusal(Problem.badRequest("\"scope\" must be session or key")));
    }

    private static Bound bound(String name, String text) {
        String[] words = text.strip().split("\\s+", 2);
        String rest = words.length == 2 ? words[1] : "";
        return Arrays.stream(Choice.values())
                .filter(choice -> code(choice).equals(words[0]))
                .findFirst()
                .flatMap(choice -> bound(choice, rest))
                .orElseThrow(() -> new AdminRefusal(Problem.badRequest(
                        "the bound of \"" + name + "\" must be equal, any, under FOLDER or at-most NUMBER")));
    }

    /** Nothing where a choice needs more than is said. */
    static Optional<Bound> bound(Choice choice, String more) {
        boolean said = !more.isBlank();
        return switch (choice) {
            case EQUAL -> Optional.of(new Bound.Equal());
            case ANY -> Optional.of(new Bound.Any());
            case UNDER -> said ? Optional.of(new Bound.Under(more.strip())) : Optional.empty();
            case AT_MOST -> said ? Optional.of(new Bound.AtMost(more.strip())) : Optional.empty();
        };
    }

    static String code(Choice choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
