package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.audit.StoredRecord;
import dev.portreeve.audit.search.Entry;
import dev.portreeve.audit.search.PostgresSearch;
import dev.portreeve.audit.search.Sought;
import dev.portreeve.gateway.admin.Html.Attribute;
import dev.portreeve.policy.approval.ArgumentView;
import io.helidon.webserver.http.HttpRules;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code /search} and {@code /records/<id>}: records are found by what is in them and looked at. Only looks; works without the script. */
final class SearchPage {
    private static final int PAGE = 50;
    private static final int LONGEST = 300;
    private static final Duration WORTH_SAYING = Duration.ofSeconds(10);

    /** The fields of the form, as the address has them, and what stands in them while they are empty. */
    private static final List<Field> FIELDS = List.of(
            new Field("member", "Who", "anna or user:anna"),
            new Field("resource", "Model or tool", "as rules name it"),
            new Field("session", "Session", ""),
            new Field("outcome", "Outcome", "completed, denied, failed …"),
            new Field("reason", "Reason", "a code"),
            new Field("type", "Type", "llm or tool"),
            new Field("kind", "Last record", "call.closed, admin.action …"),
            new Field("key", "Key", "its id"),
            new Field("call", "Call or record", "its id"),
            new Field("since", "Since (UTC)", "2026-11-01"),
            new Field("until", "Before (UTC)", "2026-11-01T08:00:00Z"));

    private final KeepingServices services;
    private final TenantChoice tenants;
    private final List<String> names;

    SearchPage(KeepingServices services, List<String> tenants) {
        this.services = services;
        this.tenants = new TenantChoice(tenants);
        this.names = List.copyOf(tenants);
    }

    private record Field(String name, String label, String hint) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.page(rules::get, "/search", this::search);
        routes.page(rules::get, "/records/{id}", this::show);
    }

    private void search(AdminExchange exchange, AdminAccess.Session session) {
        String tenant = RecordsApi.said(exchange, "tenant");
        Html found;
        int status = 200;
        if (tenant == null && names.size() > 1) {
            found = tag("p", "empty", "There are several tenants: choose one.");
        } else {
            try {
                found = found(exchange);
            } catch (AdminRefusal refusal) {
                // The form stays as it was filled in.
                status = refusal.problem().status();
                found = tag("p", "notice bad", refusal.problem().detail());
            }
        }
        Html body = tag("section", "", tag("h2", "", "Search the records"), form(exchange), found);
        exchange.html(
                status,
                PageShell.page(
                        "Portreeve: search",
                        PageShell.header(session, Html.EMPTY),
                        tag("main", "single", back("/", "Overview"), body)));
    }

    private static Html back(String address, String label) {
        return tag("p", "", link(address, text(label)));
    }

    private static Html link(String address, Html label) {
        return tag("a", List.of(new Attribute("href", address)), label);
    }

    private Html form(AdminExchange exchange) {
        List<Html> fields = new ArrayList<>();
        if (names.size() > 1) {
            fields.add(tag("label", "", tag("span", "", "Tenant"), tenantChoice(RecordsApi.said(exchange, "tenant"))));
        }
        for (Field field : FIELDS) {
            String said = RecordsApi.said(exchange, field.name);
            Html input = tag(
                    "input",
                    List.of(
                            new Attribute("type", "text"),
                            new Attribute("name", field.name),
                            new Attribute("maxlength", String.valueOf(LONGEST)),
                            new Attribute("placeholder", field.hint),
                            new Attribute("value", said == null ? "" : said)));
            fields.add(tag("label", "", tag("span", "", field.label), input));
        }
        fields.add(tag("button", List.of(new Attribute("class", "good")), text("Search")));
        return tag(
                "form",
                List.of(
                        new Attribute("method", "get"),
                        new Attribute("action", "/search"),
                        new Attribute("class", "search")),
                fields.toArray(Html[]::new));
    }

    private Html tenantChoice(@Nullable String chosen) {
        List<Html> options = new ArrayList<>();
        for (String name : names) {
            List<Attribute> attributes = new ArrayList<>(List.of(new Attribute("value", name)));
            if (name.equals(chosen)) {
                attributes.add(new Attribute("selected", ""));
            }
            options.add(tag("option", attributes, text(name)));
        }
        return tag("select", List.of(new Attribute("name", "tenant")), options.toArray(Html[]::new));
    }

    private Html found(AdminExchange exchange) {
        Sought sought = RecordsApi.sought(exchange, tenants);
        String after = RecordsApi.said(exchange, "after");
        PostgresSearch.Page page = RecordsApi.find(services.search(), sought, after, PAGE);
        List<Html> rows = new ArrayList<>();
        rows.add(row("th", text("When"), text("Who"), text("What"), text("Outcome"), text("Reason"), text("Session")));
        for (Entry entry : page.entries()) {
            rows.add(row(entry));
        }
        Html list = page.entries().isEmpty()
                ? tag("p", "empty", "Nothing was found.")
                : tag("table", "found", rows.toArray(Html[]::new));
        return concat(behind(), list, pages(exchange, page.next(), after != null));
    }

    private Html behind() {
        Duration behind = services.search().behind();
        return behind == null || behind.compareTo(WORTH_SAYING) < 0
                ? Html.EMPTY
                : tag(
                        "p",
                        "notice warn",
                        "The records of the last " + behind.toSeconds() + " s cannot all be found yet.");
    }

    private static Html row(String cell, Html... cells) {
        List<Html> row = new ArrayList<>();
        for (Html each : cells) {
            row.add(tag(cell, "", each));
        }
        return tag("tr", "", row.toArray(Html[]::new));
    }

    private static Html row(Entry entry) {
        String outcome = entry.outcome();
        Html ending = outcome == null
                ? shown(entry.kind())
                : tag("span", "pill " + CallTrace.tone(outcome).style(), shown(outcome));
        String address = "/records/" + entry.id() + "?tenant=" + encoded(entry.tenant());
        return row(
                "td",
                link(address, CallsPanel.day(entry.at())),
                shown(entry.member()),
                shown(entry.resource()),
                ending,
                shown(entry.reason()),
                shown(entry.session()));
    }

    /** As it is, with what cannot be seen or turns the writing made visible. */
    private static Html shown(@Nullable String value) {
        return value == null ? Html.EMPTY : ApprovalsPanel.pieces(ArgumentView.shown(value));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static Html pages(AdminExchange exchange, @Nullable String next, boolean later) {
        if (next == null && !later) {
            return Html.EMPTY;
        }
        StringJoiner query = new StringJoiner("&", "/search?", "");
        add(query, exchange, "tenant");
        FIELDS.forEach(field -> add(query, exchange, field.name));
        Html newest = later ? link(query.toString(), text("Newest")) : Html.EMPTY;
        Html older = next == null
                ? Html.EMPTY
                : link(query.add("after=" + encoded(next)).toString(), text("Older"));
        return tag("nav", List.of(new Attribute("class", "pages"), new Attribute("aria-label", "more")), newest, older);
    }

    private static void add(StringJoiner query, AdminExchange exchange, String name) {
        String said = RecordsApi.said(exchange, name);
        if (said != null) {
            query.add(name + "=" + encoded(said));
        }
    }

    private void show(AdminExchange exchange, AdminAccess.Session session) {
        String tenant = tenants.of(RecordsApi.said(exchange, "tenant"));
        UUID id = RecordsApi.id(exchange.path("id"));
        List<StoredRecord> stored = RecordsApi.records(services.records(), tenant, id);
        List<RecordsApi.Line> lines = stored.stream().map(RecordsApi::line).toList();
        List<JsonNode> records = lines.stream().map(RecordsApi.Line::record).toList();
        boolean call = stored.stream().anyMatch(record -> record.kind().startsWith("call."));
        List<Html> parts = new ArrayList<>();
        parts.add(tag("h2", "", call ? "A call" : "A record"));
        parts.add(tag("p", "quiet mono", (call ? "call " : "record ") + id));
        if (call) {
            parts.add(CallsPanel.steps(CallTrace.of(records).steps()));
        }
        for (int i = 0; i < stored.size(); i++) {
            parts.add(record(stored.get(i), lines.get(i).index(), records.get(i)));
        }
        exchange.html(
                200,
                PageShell.page(
                        "Portreeve: a record",
                        PageShell.header(session, Html.EMPTY),
                        tag(
                                "main",
                                "single",
                                back("/search?tenant=" + encoded(tenant), "Search"),
                                tag("section", "", parts.toArray(Html[]::new)))));
    }

    private static Html record(StoredRecord stored, @Nullable Long index, JsonNode record) {
        String place = index == null ? "without an index yet" : "index " + index + " of the log";
        return tag(
                "article",
                "stored",
                tag("h3", "", stored.kind()),
                tag("p", "quiet", CallsPanel.day(stored.at()), text(", " + place)),
                CallsPanel.tree(record, 0));
    }
}
