package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.CallCondition;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.NarrowCondition;
import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.call.Arguments;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** What an approver may make of a yes to one ticket for further calls. Pure. */
final class Remembering {
    private Remembering() {}

    /**
     * What the approver wants, bound to what was shown.
     *
     * @param shown the arguments that run with this yes
     * @throws IllegalArgumentException saying what the rules do not allow, or what is wrong with the wish
     */
    static StandingApproval.Grant grant(UUID id, Ticket ticket, Arguments shown, String by, Wish wish) {
        TicketRequest request = ticket.request();
        Remember terms = request.terms().remember();
        if (terms == null) {
            throw new IllegalArgumentException(
                    request.quorum() > 1
                            ? "what several people must say yes to is asked each time, so this yes cannot be remembered"
                            : "rule " + request.rules() + " does not let a yes be remembered");
        }
        Remember.Scope scope = scope(terms, wish);
        CallCondition condition = condition(ticket, terms, shown, wish);
        Set<String> names = new HashSet<>(shown.names());
        names.addAll(condition.arguments());
        if (condition.text().indexOf(0) >= 0 || names.stream().anyMatch(name -> name.indexOf(0) >= 0)) {
            throw new IllegalArgumentException("an argument's name has a character that cannot be kept");
        }
        return new StandingApproval.Grant(
                id,
                request.tenant(),
                ticket.id(),
                request.member(),
                request.keyId(),
                request.tool(),
                request.rules(),
                request.terms().rules(),
                scope == Remember.Scope.SESSION ? request.terms().session() : null,
                condition.text(),
                names,
                by,
                lasting(terms, wish),
                uses(terms, wish));
    }

    private static Remember.Scope scope(Remember terms, Wish wish) {
        Remember.Scope wanted = wish.scope();
        if (wanted == null) {
            return terms.scopes().contains(Remember.Scope.SESSION) ? Remember.Scope.SESSION : Remember.Scope.KEY;
        }
        if (!terms.scopes().contains(wanted)) {
            throw new IllegalArgumentException(
                    wanted == Remember.Scope.KEY
                            ? "the rules let a yes be remembered for the session only, not for all of the key"
                            : "the rules let a yes be remembered for the key only");
        }
        return wanted;
    }

    private static Duration lasting(Remember terms, Wish wish) {
        Duration wanted = wish.lasting();
        if (wanted == null) {
            return terms.atMost();
        }
        if (!wanted.isPositive() || wanted.compareTo(terms.atMost()) > 0) {
            throw new IllegalArgumentException("the rules let a yes be remembered for at most "
                    + terms.atMost().toMinutes() + " minutes");
        }
        return wanted;
    }

    private static int uses(Remember terms, Wish wish) {
        Integer wanted = wish.uses();
        if (wanted == null) {
            return terms.uses();
        }
        if (wanted < 1 || wanted > terms.uses()) {
            throw new IllegalArgumentException(
                    "the rules let a yes be remembered for at most " + terms.uses() + " calls");
        }
        return wanted;
    }

    private static CallCondition condition(Ticket ticket, Remember terms, Arguments shown, Wish wish) {
        NarrowCondition narrow = NarrowCondition.of(shown, terms.keep());
        String given = wish.when();
        String own = given == null || given.isBlank()
                ? narrow.with(wish.bounds())
                : CallCondition.of(given).text();
        // Compiled alone first: no text can then reach out of its brackets.
        String whole = narrow.kept().isEmpty() ? own : narrow.kept() + " && (" + own + ")";
        CallCondition condition = CallCondition.of(whole);
        if (condition.test(shown, ticket.readAt()) != Decision.Match.MATCHED) {
            throw new IllegalArgumentException(
                    "the condition does not hold for the call that was shown, which it must");
        }
        return condition;
    }
}
