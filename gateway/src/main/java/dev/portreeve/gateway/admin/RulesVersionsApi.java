package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.publish.RulesDesk;
import dev.portreeve.gateway.scenario.ScenarioReport;
import dev.portreeve.policy.version.PolicyVersions;
import dev.portreeve.policy.version.RulesDiff;
import dev.portreeve.policy.version.RulesInForce;
import dev.portreeve.policy.version.RulesResult;
import dev.portreeve.policy.version.RulesText;
import dev.portreeve.policy.version.RulesVersion;
import dev.portreeve.policy.version.UnusableRules;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/policy/versions}: rules that are changed while the gateway runs. */
final class RulesVersionsApi {
    private static final String OPERATOR = "operator";
    private static final String PATH = "/api/v1/policy/versions";
    private static final int PAGE = 50;

    private final RulesDesk desk;
    private final PolicyVersions versions;
    private final AdminJson json;

    RulesVersionsApi(RulesDesk desk, AdminJson json) {
        this.desk = desk;
        this.versions = desk.versions();
        this.json = json;
    }

    /**
     * A draft as it is sent.
     *
     * @param from the version it was made from; absent: the one in force
     * @param scenarios absent: those of that version; empty: none
     * @param as who made it
     */
    record Draft(
            @Nullable Long from,
            @Nullable String source,
            @Nullable String scenarios,
            @Nullable String reason,
            @Nullable String as) {}

    /** A wish about one version. */
    record Wish(
            @Nullable String reason,
            @Nullable String as,
            @Nullable String tenant) {}

    /** A version without its text. */
    record Line(
            long number,
            String state,
            long parent,
            @Nullable Long copyOf,
            String digest,
            int rules,
            String author,
            String reason,
            Instant draftedAt,
            @Nullable String publishedBy,
            @Nullable Instant publishedAt,
            @Nullable String endedBy,
            @Nullable Instant endedAt) {
        static Line of(RulesVersion version) {
            return new Line(
                    version.number(),
                    version.state().code(),
                    version.parent(),
                    version.copyOf(),
                    version.digest(),
                    version.rules(),
                    version.author(),
                    version.reason(),
                    version.draftedAt(),
                    version.publishedBy(),
                    version.publishedAt(),
                    version.endedBy(),
                    version.endedAt());
        }
    }

    /**
     * What holds at this gateway.
     *
     * @param version of the database's rules; 0 for none
     * @param policyVersion stands in records
     * @param refused what is published and cannot be in force here
     */
    record InForce(
            long version, String policyVersion, @Nullable Refused refused) {
        static InForce of(RulesInForce.State state) {
            RulesInForce.Refused refused = state.refused();
            return new InForce(
                    state.number(),
                    state.policy().version(),
                    refused == null ? null : new Refused(refused.number(), refused.problems()));
        }
    }

    record Refused(long version, List<String> problems) {}

    /** @param next below which number the next page begins; {@code null} if there is none */
    record Page(
            InForce inForce, List<Line> versions, @Nullable Long next) {}

    /** @param problems why it would not be published now */
    record Whole(Line version, String source, @Nullable String scenarios, List<String> problems) {}

    /**
     * A draft that was made.
     *
     * @param diff to the version it was made from
     */
    record Made(Line version, RulesDiff diff, List<String> problems) {}

    record Done(Line version) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, PATH, this::list);
        routes.api(rules::post, PATH, this::draft);
        routes.api(rules::get, PATH + "/{number}", this::show);
        routes.api(rules::get, PATH + "/{number}/diff", this::diff);
        routes.api(rules::post, PATH + "/{number}/test", this::test);
        routes.api(rules::post, PATH + "/{number}/publish", this::publish);
        routes.api(rules::post, PATH + "/{number}/rollback", this::rollback);
        routes.api(rules::post, PATH + "/{number}/withdraw", this::withdraw);
    }

    private void list(AdminExchange exchange) {
        String below = exchange.query("below");
        List<RulesVersion> page = versions.page(below == null ? Long.MAX_VALUE : number(below), PAGE + 1);
        boolean more = page.size() > PAGE;
        List<RulesVersion> shown = more ? page.subList(0, PAGE) : page;
        exchange.json(
                200,
                json.write(new Page(
                        InForce.of(versions.inForce().state()),
                        shown.stream().map(Line::of).toList(),
                        more ? shown.getLast().number() : null)));
    }

    private void draft(AdminExchange exchange) {
        Draft draft = checked(() -> json.read(exchange.body(), Draft.class));
        String source = draft.source();
        if (source == null) {
            throw new AdminRefusal(Problem.badRequest("\"source\" is missing: the text of a file with policies"));
        }
        RulesDesk.Draft order =
                new RulesDesk.Draft(draft.from(), source, draft.scenarios(), name(draft.as()), text(draft.reason()));
        RulesVersion made = done(checked(() -> desk.draft(order)));
        RulesText text = whole(made.number()).text();
        RulesDiff diff = versions.diff(made.parent(), made.number()).orElseThrow();
        exchange.json(201, json.write(new Made(Line.of(made), diff, desk.problems(text))));
    }

    private void show(AdminExchange exchange) {
        RulesVersion.Whole whole = whole(number(exchange.path("number")));
        exchange.json(
                200,
                json.write(new Whole(
                        Line.of(whole.version()),
                        whole.text().source(),
                        whole.text().scenarios(),
                        desk.problems(whole.text()))));
    }

    private void diff(AdminExchange exchange) {
        long after = number(exchange.path("number"));
        String from = exchange.query("from");
        long before = from == null ? whole(after).version().parent() : number(from);
        exchange.json(
                200,
                json.write(checked(() -> versions.diff(before, after)
                        .orElseThrow(() -> new AdminRefusal(
                                Problem.notFound("there is no version " + before + " or no version " + after))))));
    }

    private void test(AdminExchange exchange) {
        RulesText text = whole(number(exchange.path("number"))).text();
        ScenarioReport report = checked(() -> desk.test(text));
        exchange.json(200, json.write(report));
    }

    private void publish(AdminExchange exchange) {
        long number = number(exchange.path("number"));
        Wish wish = wish(exchange);
        exchange.json(200, json.write(new Done(Line.of(done(checked(() -> desk.publish(number, name(wish.as()))))))));
    }

    private void rollback(AdminExchange exchange) {
        long number = number(exchange.path("number"));
        Wish wish = wish(exchange);
        exchange.json(
                200,
                json.write(new Done(Line.of(
                        done(checked(() -> desk.rollback(number, name(wish.as()), text(wish.reason()))))))));
    }

    private void withdraw(AdminExchange exchange) {
        long number = number(exchange.path("number"));
        Wish wish = wish(exchange);
        exchange.json(
                200,
                json.write(new Done(Line.of(
                        done(checked(() -> versions.withdraw(number, name(wish.as()), text(wish.reason()))))))));
    }

    private Wish wish(AdminExchange exchange) {
        byte[] body = exchange.body();
        return body.length == 0 ? new Wish(null, null, null) : checked(() -> json.read(body, Wish.class));
    }

    private RulesVersion.Whole whole(long number) {
        return versions.find(number).orElseThrow(() -> unknown(number));
    }

    private static AdminRefusal unknown(long number) {
        return new AdminRefusal(Problem.notFound("there is no version " + number + " of the rules"));
    }

    private static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (UnusableRules | IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    private static RulesVersion done(RulesResult result) {
        return switch (result) {
            case RulesResult.Done done -> done.version();
            case RulesResult.Unknown unknown -> throw unknown(unknown.number());
            case RulesResult.NoDraft no ->
                throw conflict("version " + no.version().number() + " is "
                        + no.version().state().code() + ": only a draft can be published or withdrawn");
            case RulesResult.NeverInForce never ->
                throw conflict("version " + never.version().number()
                        + " was never in force: publish it, or bring back one that was");
            case RulesResult.Outdated outdated ->
                throw conflict("it was made from version " + outdated.parent() + ", and version " + outdated.inForce()
                        + " is in force by now: look at portreeve policy diff " + outdated.parent() + " "
                        + outdated.inForce() + ", put that into your file, and draft it with --from "
                        + outdated.inForce());
            case RulesResult.SamePerson same ->
                throw new AdminRefusal(Problem.forbidden("version "
                        + same.version().number() + " was made by "
                        + same.version().author()
                        + ": somebody else has to publish it (publishing.second-person)"));
            case RulesResult.TooManyDrafts many ->
                throw conflict(many.most() + " drafts wait already: withdraw some with portreeve policy withdraw");
        };
    }

    private static AdminRefusal conflict(String detail) {
        return new AdminRefusal(Problem.conflict(detail));
    }

    private static String name(@Nullable String as) {
        return as == null || as.isBlank() ? OPERATOR : as;
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException none) {
            throw new AdminRefusal(Problem.badRequest("\"" + text + "\" is no number of a version"));
        }
    }
}
