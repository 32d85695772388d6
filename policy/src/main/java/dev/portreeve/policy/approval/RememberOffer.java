package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.NarrowCondition;
import dev.portreeve.policy.access.Remember;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What approvers of a ticket may choose where they want a yes remembered.
 *
 * @param terms how far the rules let them
 * @param kept what holds for every further call, as a condition; empty for nothing
 * @param when the narrowest condition; {@code null} where an argument cannot be held by one, so that something must be chosen for it
 * @param arguments what may be chosen for each
 * @param session that of the caller; empty where it names none
 */
public record RememberOffer(
        Remember terms, String kept, @Nullable String when, List<NarrowCondition.Argument> arguments, String session) {
    public RememberOffer {
        arguments = List.copyOf(arguments);
    }

    /** {@code null} if the rules allow nothing, or want kept what no condition can hold. */
    public static @Nullable RememberOffer of(Ticket ticket) {
        Remember terms = ticket.request().terms().remember();
        if (terms == null) {
            return null;
        }
        try {
            NarrowCondition narrow = NarrowCondition.of(ticket.arguments(), terms.keep());
            return new RememberOffer(
                    terms,
                    narrow.kept(),
                    narrowest(narrow),
                    narrow.arguments(),
                    ticket.request().terms().session());
        } catch (IllegalArgumentException beyondConditions) {
            return null;
        }
    }

    /**
     * The condition that bounds make; for arguments without one, what was shown.
     *
     * @throws IllegalArgumentException if a bound does not fit its argument, or nothing may be remembered
     */
    public static String condition(Ticket ticket, Map<String, NarrowCondition.Bound> bounds) {
        Remember terms = ticket.request().terms().remember();
        if (terms == null) {
            throw new IllegalArgumentException("the rules let no yes to this ticket be remembered");
        }
        return NarrowCondition.of(ticket.arguments(), terms.keep()).with(bounds);
    }

    private static @Nullable String narrowest(NarrowCondition narrow) {
        try {
            return narrow.with(Map.of());
        } catch (IllegalArgumentException tooLong) {
            return null;
        }
    }
}
