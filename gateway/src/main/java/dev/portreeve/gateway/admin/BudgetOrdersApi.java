package dev.portreeve.gateway.admin;

import dev.portreeve.policy.budget.BudgetOrders;
import dev.portreeve.policy.budget.BudgetStatus;
import io.helidon.webserver.http.HttpRules;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/v1/budgets/state} and {@code /raises}: what an operator changes about budgets while calls run. */
final class BudgetOrdersApi {
    private static final String OPERATOR = "operator";
    private static final int MAX_NAME = 100;

    private final BudgetOrders orders;
    private final TenantChoice tenants;
    private final AdminJson json;

    BudgetOrdersApi(BudgetOrders orders, TenantChoice tenants, AdminJson json) {
        this.orders = orders;
        this.tenants = tenants;
        this.json = json;
    }

    /**
     * The wish to open, freeze or close a budget.
     *
     * @param as who wants it
     */
    record StateWish(
            @Nullable String tenant,
            @Nullable String budget,
            @Nullable String state,
            @Nullable String reason,
            @Nullable String as) {}

    /** What is so now. */
    record NewState(String tenant, String budget, String state) {}

    /**
     * The wish to raise a budget for a while.
     *
     * @param by in what the budget counts
     * @param until a time, or a day, which begins at midnight in UTC
     * @param as who wants it
     */
    record RaiseWish(
            @Nullable String tenant,
            @Nullable String budget,
            @Nullable BigDecimal by,
            @Nullable String until,
            @Nullable String reason,
            @Nullable String as) {}

    /** What is so now. */
    record NewRaise(String tenant, String budget, String by, Instant until) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::post, "/api/v1/budgets/state", this::state);
        routes.api(rules::post, "/api/v1/budgets/raises", this::raise);
    }

    private void state(AdminExchange exchange) {
        StateWish wish = read(exchange.body(), StateWish.class);
        String tenant = tenants.of(wish.tenant());
        String budget = budget(wish.budget());
        BudgetStatus.State state = Arrays.stream(BudgetStatus.State.values())
                .filter(each -> each.code().equals(wish.state()))
                .findFirst()
                .orElseThrow(() -> bad("\"state\" is open, frozen or closed"));
        requireDone(budget, () -> orders.become(tenant, budget, state, wish.reason(), actor(wish.as())));
        exchange.json(200, json.write(new NewState(tenant, budget, state.code())));
    }

    private void raise(AdminExchange exchange) {
        RaiseWish wish = read(exchange.body(), RaiseWish.class);
        String tenant = tenants.of(wish.tenant());
        String budget = budget(wish.budget());
        BigDecimal by = wish.by();
        if (by == null) {
            throw bad("\"by\" is missing: how much more, in what the budget counts");
        }
        Instant until = until(wish.until());
        requireDone(budget, () -> orders.raise(tenant, budget, by, until, wish.reason(), actor(wish.as())));
        exchange.json(201, json.write(new NewRaise(tenant, budget, by.toPlainString(), until)));
    }

    private static Instant until(@Nullable String said) {
        if (said != null) {
            try {
                return said.contains("T")
                        ? Instant.parse(said)
                        : LocalDate.parse(said).atStartOfDay().toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException ignored) {
                // Said below, as if there were none.
            }
        }
        throw bad(
                "\"until\" is a time such as 2026-12-01T18:00:00Z, or a day such as 2026-12-01, which begins at midnight in UTC");
    }

    /** An order, which may be badly said. */
    @FunctionalInterface
    private interface Order {
        BudgetOrders.Result give();
    }

    private static void requireDone(String budget, Order order) {
        BudgetOrders.Result result;
        try {
            result = order.give();
        } catch (IllegalArgumentException wrong) {
            throw bad(String.valueOf(wrong.getMessage()));
        }
        switch (result) {
            case BudgetOrders.Result.Done ignored -> {}
            case BudgetOrders.Result.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound(
                        "there is no budget \"" + budget + "\" in force: GET /api/v1/budgets lists their ids"));
            case BudgetOrders.Result.Refused refused -> throw bad(refused.why());
        }
    }

    private static String budget(@Nullable String named) {
        if (named == null || named.isBlank()) {
            throw bad("\"budget\" is missing: GET /api/v1/budgets lists their ids");
        }
        return named;
    }

    private static String actor(@Nullable String as) {
        String name = as == null || as.isBlank() ? OPERATOR : as;
        if (name.length() > MAX_NAME) {
            throw bad("\"as\" has at most " + MAX_NAME + " characters");
        }
        return name;
    }

    private <T extends Record> T read(byte[] body, Class<T> type) {
        try {
            return json.read(body, type);
        } catch (IllegalArgumentException wrong) {
            throw bad(String.valueOf(wrong.getMessage()));
        }
    }

    private static AdminRefusal bad(String why) {
        return new AdminRefusal(Problem.badRequest(why));
    }
}
