package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.access.NarrowCondition.Argument;
import dev.portreeve.policy.access.NarrowCondition.Bound;
import dev.portreeve.policy.access.NarrowCondition.Choice;
import dev.portreeve.policy.access.Remember.Scope;
import dev.portreeve.policy.approval.ArgumentView;
import dev.portreeve.policy.approval.RememberOffer;
import dev.portreeve.policy.approval.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The part of a form in which an approver has a yes remembered: what is written in its condition is what will hold. */
final class RememberForm {
    /** What is said of itself in a form that only wants the condition written anew. */
    static final String PREVIEW = "preview";

    private static final List<Duration> SPANS =
            Stream.of(5, 15, 30, 60, 120, 240, 480).map(Duration::ofMinutes).toList();

    private RememberForm() {}

    /**
     * Nothing where the rules let nothing be remembered.
     *
     * @param form what was filled in before; empty at first
     * @param choices whether the form can be sent for a condition that is made of choices
     */
    static Html of(Ticket ticket, Map<String, String> form, boolean choices) {
        RememberOffer offer = RememberOffer.of(ticket);
        if (offer == null) {
            return Html.EMPTY;
        }
        List<Attribute> attributes = new ArrayList<>(
                List.of(new Attribute("class", "remember"), new Attribute("id", "remember-" + ticket.id())));
        if (!form.isEmpty()) {
            attributes.add(new Attribute("open", ""));
        }
        return tag(
                "details",
                attributes,
                tag("summary", "", "Remember this yes"),
                terms(offer),
                row("for", lasting(offer, form)),
                row("calls", scope(offer, form)),
                choices ? arguments(offer, form) : Html.EMPTY,
                offer.kept().isEmpty() ? Html.EMPTY : row("always", tag("code", "", offer.kept())),
                row(
                        "and",
                        condition(
                                form.getOrDefault("when", String.valueOf(offer.when() == null ? "" : offer.when())))));
    }

    private static Html terms(RememberOffer offer) {
        Html session = offer.session().isEmpty()
                ? text(" The caller names no session, so one for its session is for those of its calls that name none.")
                : concat(text(" Its session is "), written(offer.session()), text("."));
        return tag(
                "p",
                "quiet",
                text(
                        "Further calls of this tool by this caller then run without asking, as far as the condition holds, for at"
                                + " most " + offer.terms().uses() + " calls. What rules forbid stays forbidden."),
                session);
    }

    /** What a caller wrote, in which nothing hides. */
    private static Html written(String text) {
        return ApprovalsPanel.pieces(ArgumentView.shown(text));
    }

    private static Html row(String label, Html field) {
        return row(text(label), field);
    }

    private static Html row(Html label, Html field) {
        return tag("label", "row", tag("span", "quiet", label), field);
    }

    private static Html lasting(RememberOffer offer, Map<String, String> form) {
        List<Html> options = new ArrayList<>();
        String chosen = form.getOrDefault("lasting", "");
        options.add(option("", "this call only", chosen));
        Duration most = offer.terms().atMost();
        SPANS.stream().filter(span -> span.compareTo(most) < 0).forEach(span -> options.add(option(span, chosen)));
        options.add(option(most, chosen));
        return select("lasting", options);
    }

    private static Html option(Duration span, String chosen) {
        boolean hours = span.toSeconds() % 3600 == 0;
        boolean minutes = span.toSeconds() % 60 == 0;
        String value = hours ? span.toHours() + "h" : minutes ? span.toMinutes() + "m" : span.toSeconds() + "s";
        return option(value, value, chosen);
    }

    private static Html scope(RememberOffer offer, Map<String, String> form) {
        String chosen = form.getOrDefault("scope", "");
        return select(
                "scope",
                offer.terms().scopes().stream()
                        .sorted()
                        .map(scope -> option(
                                scope.name().toLowerCase(Locale.ROOT),
                                scope == Scope.SESSION ? "of this session" : "of all sessions of this key",
                                chosen))
                        .toList());
    }

    private static Html arguments(RememberOffer offer, Map<String, String> form) {
        List<Html> rows = new ArrayList<>();
        for (int i = 0; i < offer.arguments().size(); i++) {
            Argument argument = offer.arguments().get(i);
            String chosen = form.getOrDefault("bound" + i, "");
            Html choices = select(
                    "bound" + i,
                    argument.choices().stream()
                            .map(choice -> option(RememberWish.code(choice), words(choice), chosen))
                            .toList());
            Html more = argument.choices().contains(Choice.UNDER)
                            || argument.choices().contains(Choice.AT_MOST)
                    ? field("more" + i, form.getOrDefault("more" + i, ""), "folder or number for the argument above")
                    : Html.EMPTY;
            rows.add(row(written(argument.name()), concat(choices, more)));
        }
        return rows.isEmpty()
                ? Html.EMPTY
                : concat(concat(rows), PageShell.button("", "decision", PREVIEW, "Write the condition"));
    }

    private static String words(Choice choice) {
        return switch (choice) {
            case EQUAL -> "as shown";
            case ANY -> "anything";
            case UNDER -> "a path under …";
            case AT_MOST -> "at most …";
        };
    }

    private static Html condition(String when) {
        return tag(
                "textarea",
                List.of(
                        new Attribute("name", "when"),
                        new Attribute("rows", "3"),
                        new Attribute("spellcheck", "false"),
                        new Attribute("aria-label", "condition for further calls")),
                text("\n" + when));
    }

    private static Html field(String name, String value, String placeholder) {
        return tag(
                "input",
                List.of(
                        new Attribute("type", "text"),
                        new Attribute("name", name),
                        new Attribute("value", value),
                        new Attribute("placeholder", placeholder),
                        new Attribute("aria-label", placeholder)));
    }

    private static Html select(String name, List<Html> options) {
        return tag("select", List.of(new Attribute("name", name)), concat(options));
    }

    private static Html option(String value, String label, String chosen) {
        List<Attribute> attributes = new ArrayList<>(List.of(new Attribute("value", value)));
        if (value.equals(chosen) && !value.isEmpty()) {
            attributes.add(new Attribute("selected", ""));
        }
        return tag("option", attributes, text(label));
    }

    /** What the approver wants remembered; {@code null} for this call only. */
    static @Nullable RememberWish wish(Map<String, String> form) {
        String lasting = form.getOrDefault("lasting", "");
        if (lasting.isEmpty()) {
            return null;
        }
        String when = form.getOrDefault("when", "");
        if (when.isBlank()) {
            throw new AdminRefusal(
                    Problem.badRequest("a yes that is remembered needs its condition: write it, or have it written"));
        }
        return new RememberWish(lasting, form.get("scope"), when, null, null);
    }

    /**
     * The form with its condition written from the choices.
     *
     * @throws AdminRefusal if a choice does not fit
     */
    static Map<String, String> written(Ticket ticket, Map<String, String> form) {
        RememberOffer offer = RememberOffer.of(ticket);
        if (offer == null) {
            throw new AdminRefusal(Problem.conflict("the rules let no yes to this ticket be remembered"));
        }
        Map<String, Bound> bounds = new HashMap<>();
        for (int i = 0; i < offer.arguments().size(); i++) {
            String name = offer.arguments().get(i).name();
            String code = form.getOrDefault("bound" + i, "");
            String more = form.getOrDefault("more" + i, "");
            for (Choice choice : offer.arguments().get(i).choices()) {
                if (RememberWish.code(choice).equals(code)) {
                    bounds.put(
                            name,
                            RememberWish.bound(choice, more)
                                    .orElseThrow(() -> new AdminRefusal(Problem.badRequest(
                                            "say beside \"" + name + "\" what it may be at most, or be under"))));
                }
            }
        }
        try {
            Map<String, String> filled = new HashMap<>(form);
            filled.put("when", RememberOffer.condition(ticket, bounds));
            return filled;
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }
}
