package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.call.Arguments;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The part of a form in which an approver changes arguments, and reading what was sent of it. */
final class EditForm {
    /** What is sent by the button that approves changed arguments. */
    static final String EDIT = "edit";

    /** Larger ones are changed over the API. */
    private static final int LARGEST = 32_768;

    private EditForm() {}

    /** Nothing where the rules let nothing be changed; which version is decided about goes with every form. */
    static Html of(Ticket ticket, Map<String, String> form) {
        Html shown = PageShell.hidden("shown", ticket.arguments().digest());
        List<List<String>> edits = ticket.request().terms().edits();
        String json = ascii(ticket.arguments());
        if (edits.isEmpty() || json.length() > LARGEST) {
            return shown;
        }
        String may = String.join(
                "; ", edits.stream().map(ofRule -> String.join(", ", ofRule)).toList());
        Html area = tag(
                "textarea",
                List.of(
                        new Attribute("name", "arguments"),
                        new Attribute("rows", "6"),
                        new Attribute("spellcheck", "false"),
                        new Attribute("aria-label", "arguments to run")),
                text("\n" + form.getOrDefault("arguments", json)));
        return Html.concat(
                shown,
                tag(
                        "details",
                        List.of(new Attribute("class", "remember"), new Attribute("id", "edit-" + ticket.id())),
                        tag("summary", "", "Change the arguments"),
                        tag(
                                "p",
                                "quiet",
                                "You may change " + may + ". What you write runs instead, and the caller is told so."),
                        tag("div", "row", area),
                        PageShell.button("good", "decision", EDIT, "Approve with these arguments")));
    }

    /** Where an approver changed them: what was asked for. */
    static Html asked(Ticket ticket) {
        Ticket.Edit edit = ticket.edit();
        return edit == null
                ? Html.EMPTY
                : tag("p", "notice", edit.by() + " changed what was asked for. Shown is what would run now.");
    }

    /** The arguments that are to run instead; {@code null} where the form is about those that were shown. */
    static @Nullable Arguments edit(Map<String, String> form) {
        return EDIT.equals(form.get("decision"))
                ? arguments(form.getOrDefault("arguments", "").getBytes(StandardCharsets.UTF_8))
                : null;
    }

    /** @throws AdminRefusal if it is no JSON object that all readers agree on */
    static Arguments arguments(byte[] json) {
        return switch (Arguments.parse(json)) {
            case Arguments.Valid(Arguments valid) -> valid;
            case Arguments.Invalid invalid ->
                throw new AdminRefusal(Problem.badRequest("\"arguments\" are no usable JSON object: "
                        + invalid.problem().message()));
        };
    }

    /** The same value in ASCII, so that nothing in it is invisible or goes from right to left. */
    private static String ascii(Arguments arguments) {
        StringBuilder json = new StringBuilder();
        for (char c : new String(arguments.canonical(), StandardCharsets.UTF_8).toCharArray()) {
            if (c < 0x7f) {
                json.append(c);
            } else {
                json.append("\\u" + HexFormat.of().toHexDigits(c));
            }
        }
        return json.toString();
    }
}
