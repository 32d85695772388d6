package dev.portreeve.gateway.admin;

import dev.portreeve.policy.budget.Accounts;
import dev.portreeve.policy.budget.BudgetOwner;
import dev.portreeve.policy.budget.BurnDown;
import dev.portreeve.policy.budget.Reconciliation;
import dev.portreeve.policy.budget.Statement;
import dev.portreeve.policy.call.NanoUsd;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/statement}, {@code /reconciliation} and {@code /burn-down}: the money of a tenant. Amounts are decimal strings. */
final class AccountsApi {
    private final Accounts accounts;
    private final TenantChoice tenants;
    private final InstantSource clock;
    private final AdminJson json;

    AccountsApi(Accounts accounts, TenantChoice tenants, InstantSource clock, AdminJson json) {
        this.accounts = accounts;
        this.tenants = tenants;
        this.clock = clock;
        this.json = json;
    }

    /** One page of a statement. */
    record StatementPage(
            Instant from,
            Instant to,
            List<Line> rows,
            @Nullable String next) {}

    /** One call. */
    record Line(
            UUID record,
            UUID call,
            Instant at,
            String team,
            String member,
            String key,
            String type,
            String resource,
            String provider,
            String upstreamModel,
            String outcome,
            String settlement,
            String chargedUsd,
            String basis,
            long inputTokens,
            long outputTokens,
            String priceVersion,
            String traceId,
            String clientRequestId) {
        static Line of(Statement.Row row) {
            return new Line(
                    row.record(),
                    row.call(),
                    row.at(),
                    row.team(),
                    row.member(),
                    row.key(),
                    row.type(),
                    row.resource(),
                    row.provider(),
                    row.upstreamModel(),
                    row.outcome(),
                    row.settlement(),
                    row.charged().toDecimal(),
                    row.basis(),
                    row.inputTokens(),
                    row.outputTokens(),
                    row.priceVersion(),
                    row.traceId(),
                    row.clientRequestId());
        }
    }

    /** Whether everything adds up. */
    record Verdict(
            String tenant,
            Instant from,
            Instant to,
            Instant at,
            boolean agrees,
            long calls,
            String ledgerUsd,
            String recordsUsd,
            String unbudgetedUsd,
            String repeatedUsd,
            List<Difference> differences,
            List<Window> windows) {}

    /** A call of which two places say different things. */
    record Difference(
            UUID call, @Nullable String ledgerUsd, @Nullable String recordsUsd) {}

    /** A window of a budget, in what the budget counts. */
    record Window(
            String budget,
            Instant starts,
            boolean agrees,
            String spent,
            String posted,
            String held,
            String open,
            String leased,
            String shares) {}

    /** How a window was spent, in what the budget counts. */
    record Burning(
            String budget,
            String unit,
            Instant starts,
            @Nullable Instant ends,
            String limit,
            String spent,
            String held,
            String leased,
            List<Point> points) {}

    /** What was spent until then. */
    record Point(Instant until, String spent) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/statement", this::statement);
        routes.api(rules::get, "/api/v1/reconciliation", this::reconcile);
        routes.api(rules::get, "/api/v1/burn-down", this::burnDown);
    }

    private void statement(AdminExchange exchange) {
        String tenant = tenants.of(exchange.query("tenant"));
        Instant from = from(exchange);
        Instant to = to(exchange);
        Statement page = accounts.statement(tenant, owner(tenant, exchange.query("owner")), from, to, after(exchange));
        UUID next = page.next();
        exchange.json(
                200,
                json.write(new StatementPage(
                        from, to, page.rows().stream().map(Line::of).toList(), next == null ? null : next.toString())));
    }

    private void reconcile(AdminExchange exchange) {
        Reconciliation all = accounts.reconcile(tenants.of(exchange.query("tenant")), from(exchange), to(exchange));
        exchange.json(
                200,
                json.write(new Verdict(
                        all.tenant(),
                        all.from(),
                        all.to(),
                        all.at(),
                        all.agrees(),
                        all.calls(),
                        all.ledger().toDecimal(),
                        all.records().toDecimal(),
                        all.unbudgeted().toDecimal(),
                        all.repeated().toDecimal(),
                        all.differences().stream()
                                .map(each -> new Difference(each.call(), usd(each.ledger()), usd(each.records())))
                                .toList(),
                        all.windows().stream().map(AccountsApi::window).toList())));
    }

    private static @Nullable String usd(@Nullable NanoUsd amount) {
        return amount == null ? null : amount.toDecimal();
    }

    private static Window window(Reconciliation.Window window) {
        return new Window(
                window.budget(),
                window.starts(),
                window.agrees(),
                window.spent().decimal(),
                window.posted().decimal(),
                window.held().decimal(),
                window.open().decimal(),
                window.leased().decimal(),
                window.shares().decimal());
    }

    private void burnDown(AdminExchange exchange) {
        String budget = exchange.query("budget");
        if (budget == null) {
            throw new AdminRefusal(
                    Problem.badRequest("name a budget with budget: GET /api/v1/budgets lists their ids"));
        }
        BurnDown found = accounts.burnDown(tenants.of(exchange.query("tenant")), budget);
        if (found == null) {
            throw new AdminRefusal(Problem.notFound(
                    "there is no budget \"" + budget + "\", or nobody used it yet in its window that runs now"));
        }
        exchange.json(
                200,
                json.write(new Burning(
                        found.budget(),
                        found.unit(),
                        found.starts(),
                        found.ends(),
                        found.limit().decimal(),
                        found.spent().decimal(),
                        found.held().decimal(),
                        found.leased().decimal(),
                        found.points().stream()
                                .map(point ->
                                        new Point(point.until(), point.spent().decimal()))
                                .toList())));
    }

    private Instant from(AdminExchange exchange) {
        String said = exchange.query("from");
        return said == null
                ? YearMonth.from(clock.instant().atOffset(ZoneOffset.UTC))
                        .atDay(1)
                        .atStartOfDay()
                        .toInstant(ZoneOffset.UTC)
                : instant("from", said);
    }

    private Instant to(AdminExchange exchange) {
        String said = exchange.query("to");
        return said == null ? clock.instant().plusSeconds(1) : instant("to", said);
    }

    private static Instant instant(String name, String said) {
        try {
            return said.contains("T")
                    ? Instant.parse(said)
                    : LocalDate.parse(said).atStartOfDay().toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException wrong) {
            throw new AdminRefusal(Problem.badRequest(
                    "\"" + name + "\" is a day such as 2026-11-01 (UTC) or a time such as 2026-11-01T12:00:00Z"));
        }
    }

    private static @Nullable UUID after(AdminExchange exchange) {
        String said = exchange.query("after");
        try {
            return said == null ? null : UUID.fromString(said);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest("\"after\" is what the page before said as next"));
        }
    }

    private static @Nullable BudgetOwner owner(String tenant, @Nullable String said) {
        if (said == null) {
            return null;
        }
        int colon = said.indexOf(':');
        return Arrays.stream(BudgetOwner.Kind.values())
                .filter(kind -> colon > 0 && kind.code().equals(said.substring(0, colon)))
                .map(kind -> new BudgetOwner(tenant, kind, said.substring(colon + 1)))
                .findFirst()
                .orElseThrow(() -> new AdminRefusal(
                        Problem.badRequest("\"owner\" is team:ID, member:ID or key:ID, such as member:triage-bot")));
    }
}
