package dev.portreeve.gateway.admin;

import dev.portreeve.audit.retention.Erasure;
import dev.portreeve.audit.retention.Held;
import dev.portreeve.audit.retention.Hold;
import io.helidon.webserver.http.HttpRules;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/audit/erasures} and {@code /api/v1/audit/holds}: what is to go, and what must not. */
final class KeepingApi {
    private static final Logger LOGGER = LoggerFactory.getLogger(KeepingApi.class);
    private final KeepingServices services;
    private final TenantChoice tenants;
    private final AdminJson json;

    KeepingApi(KeepingServices services, TenantChoice tenants, AdminJson json) {
        this.services = services;
        this.tenants = tenants;
        this.json = json;
    }

    /**
     * A wish.
     *
     * @param subject {@code user:anna}; for a hold, absent for everybody
     * @param since of the time of records, a day or a time
     * @param as who wants it
     */
    record Wish(
            @Nullable String tenant,
            @Nullable String subject,
            @Nullable String since,
            @Nullable String until,
            @Nullable String reason,
            @Nullable String as) {
        String why() {
            return reason == null ? "" : reason;
        }
    }

    /**
     * What was erased.
     *
     * @param keys of contents that were destroyed
     * @param elsewhere what other stores forgot
     */
    record Erased(String subject, UUID record, int keys, Map<String, Integer> elsewhere) {}

    /** A hold. */
    record Line(
            String tenant,
            UUID hold,
            @Nullable String subject,
            @Nullable Instant since,
            @Nullable Instant until,
            String reason,
            String by,
            Instant at,
            Hold.@Nullable Release released) {
        static Line of(Hold hold) {
            return new Line(
                    hold.tenant(),
                    hold.id(),
                    hold.subject(),
                    hold.since(),
                    hold.until(),
                    hold.reason(),
                    hold.placedBy(),
                    hold.placedAt(),
                    hold.released());
        }
    }

    record Lines(List<Line> holds) {}

    record Placed(UUID hold) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::post, "/api/v1/audit/erasures", this::erase);
        routes.api(rules::get, "/api/v1/audit/holds", this::list);
        routes.api(rules::post, "/api/v1/audit/holds", this::place);
        routes.api(rules::post, "/api/v1/audit/holds/{hold}/release", this::release);
    }

    private interface Work {
        void run() throws SQLException;
    }

    private static void attempt(Work work) {
        try {
            work.run();
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        } catch (SQLException away) {
            LOGGER.warn("the database refused it: SQLSTATE {}", away.getSQLState());
            throw new AdminRefusal(Problem.unavailable(
                    "the database does not answer or others work on the same: try again, nothing was changed"));
        }
    }

    private Wish wish(AdminExchange exchange) {
        try {
            return json.read(exchange.body(), Wish.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    private void erase(AdminExchange exchange) {
        Wish wish = wish(exchange);
        String subject = wish.subject();
        if (subject == null) {
            throw new AdminRefusal(Problem.badRequest("\"subject\" is missing: whose contents, such as user:anna"));
        }
        String tenant = tenants.of(wish.tenant());
        attempt(() -> {
            try {
                Erasure erased = services.eraser().erase(tenant, subject, wish.why(), RecordsApi.by(wish.as()));
                services.keys().forget(tenant, subject);
                exchange.json(200, json.write(new Erased(subject, erased.record(), erased.keys(), erased.elsewhere())));
            } catch (Held held) {
                throw new AdminRefusal(Problem.conflict(String.valueOf(held.getMessage())));
            }
        });
    }

    private void list(AdminExchange exchange) {
        String tenant = tenants.of(exchange.query("tenant"));
        boolean ended = "true".equals(exchange.query("ended"));
        exchange.json(
                200,
                json.write(new Lines(services.holds().list(tenant, ended).stream()
                        .map(Line::of)
                        .toList())));
    }

    private void place(AdminExchange exchange) {
        Wish wish = wish(exchange);
        attempt(() -> {
            UUID hold = services.holds()
                    .place(new Hold.Order(
                            tenants.of(wish.tenant()),
                            wish.subject(),
                            RecordsApi.time("since", wish.since()),
                            RecordsApi.time("until", wish.until()),
                            wish.why(),
                            RecordsApi.by(wish.as())));
            exchange.json(201, json.write(new Placed(hold)));
        });
    }

    private void release(AdminExchange exchange) {
        Wish wish = wish(exchange);
        UUID hold = RecordsApi.id(exchange.path("hold"));
        attempt(() -> {
            if (!services.holds().release(tenants.of(wish.tenant()), hold, wish.why(), RecordsApi.by(wish.as()))) {
                throw new AdminRefusal(Problem.notFound("there is no hold " + hold + " in force"));
            }
            exchange.noContent();
        });
    }
}
