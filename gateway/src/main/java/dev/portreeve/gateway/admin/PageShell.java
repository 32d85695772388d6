package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.gateway.admin.Html.Attribute;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What all pages have around them, and the small pages around the one that matters. */
final class PageShell {
    /** Nothing but our own style sheet and script, no framing, forms only to ourselves. */
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; script-src 'self';"
            + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private static final String CSRF = "csrf";

    private PageShell() {}

    static Html page(String title, Html header, Html main) {
        Html head = concat(
                new Html(
                        "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                                + "<meta name=\"robots\" content=\"noindex\"><link rel=\"stylesheet\" href=\"/assets/page.css\">"
                                + "<script src=\"/assets/page.js\" defer></script>"),
                tag("title", "", title));
        Html html =
                tag("html", List.of(new Attribute("lang", "en")), tag("head", "", head), tag("body", "", header, main));
        return concat(new Html("<!doctype html>"), html);
    }

    /** The top of every page; signed in, it has the state of the evidence and the way out. */
    static Html header(AdminAccess.@Nullable Session session, Html state) {
        // A gate with its bar, drawn here because the page loads no pictures.
        Html gate = new Html("<svg class=\"gate\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\""
                + " stroke-width=\"2\" stroke-linecap=\"round\" aria-hidden=\"true\">"
                + "<path d=\"M4 21V10a8 8 0 0 1 16 0v11M2 21h20M8 21V11M12 21V8M16 21V11M5 14h14\"/></svg>");
        List<Html> parts = new ArrayList<>(List.of(gate, tag("h1", "", "Portreeve"), tag("span", "grow", "")));
        if (session != null) {
            parts.add(state);
            parts.add(tag("a", List.of(new Attribute("href", "/search")), text("Search")));
            parts.add(form("/logout", session, "", button("link", "", "", "Sign out")));
        }
        return tag("header", "", concat(parts));
    }

    /** A section that the script exchanges when it changed. */
    static Html part(String name, String style, Html... children) {
        return tag(
                "section",
                List.of(new Attribute("class", style), new Attribute("data-part", name), new Attribute("id", name)),
                children);
    }

    /**
     * Begins a form in which the key Enter sends nothing: browsers press the first button then, whatever that decides, unless it is one
     * that cannot be pressed.
     */
    static Html onlyByItsButtons() {
        return tag(
                "button",
                List.of(new Attribute("type", "submit"), new Attribute("disabled", ""), new Attribute("hidden", "")));
    }

    /** A form of this session. */
    static Html form(String action, AdminAccess.Session session, String style, Html... children) {
        return tag(
                "form",
                List.of(
                        new Attribute("method", "post"),
                        new Attribute("action", action),
                        new Attribute("class", style)),
                hidden(CSRF, session.csrf()),
                concat(children));
    }

    static Html hidden(String name, String value) {
        return tag(
                "input",
                List.of(new Attribute("type", "hidden"), new Attribute("name", name), new Attribute("value", value)));
    }

    static Html button(String style, String name, String value, String label) {
        List<Attribute> attributes = new ArrayList<>(List.of(new Attribute("class", style)));
        if (!name.isEmpty()) {
            attributes.add(new Attribute("name", name));
            attributes.add(new Attribute("value", value));
        }
        return tag("button", attributes, text(label));
    }

    /** What somebody sees who is not signed in. */
    static Html signedOut() {
        return small(
                "Sign in",
                tag("p", "", "This page opens with a one-time link. Make one on the machine where Portreeve runs:"),
                tag("pre", "", "portreeve admin-link"),
                tag("p", "quiet", "A link works once, for a quarter of an hour. A session ends after twelve hours."));
    }

    /** Behind the one-time link: a form, so that a mail scanner that follows links does not use it up. */
    static Html login(String code) {
        Html form = tag(
                "form",
                List.of(
                        new Attribute("method", "post"),
                        new Attribute("action", "/login"),
                        new Attribute("id", "login")),
                hidden("code", code),
                button("good", "", "", "Sign in"));
        return small("Sign in", tag("p", "", "This link signs this browser in, once."), form);
    }

    static Html problem(Problem problem) {
        return small(
                problem.title(),
                tag("p", "", problem.detail()),
                tag("p", "", tag("a", List.of(new Attribute("href", "/")), text("Back"))));
    }

    private static Html small(String title, Html... children) {
        Html section = tag("section", "", tag("h2", "", title), concat(children));
        return page("Portreeve: " + title, header(null, Html.EMPTY), tag("main", "narrow", section));
    }

    static boolean isCsrf(AdminAccess.Session session, java.util.Map<String, String> form) {
        return AdminAccess.same(form.getOrDefault(CSRF, ""), session.csrf());
    }
}
