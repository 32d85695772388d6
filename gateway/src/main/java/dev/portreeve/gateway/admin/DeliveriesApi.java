package dev.portreeve.gateway.admin;

import dev.portreeve.audit.deliver.DeliveryPlaces;
import dev.portreeve.audit.deliver.Place;
import io.helidon.webserver.http.HttpRules;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /api/v1/audit/deliveries}: how far records are on their way to other systems, and what to do where they are stuck. */
final class DeliveriesApi {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeliveriesApi.class);
    private static final String ADDRESS = "/api/v1/audit/deliveries";
    private final DeliveryPlaces places;
    private final List<String> configured;
    private final TenantChoice tenants;
    private final AdminJson json;

    DeliveriesApi(KeepingServices services, TenantChoice tenants, AdminJson json) {
        this.places = services.deliveries();
        this.configured = services.delivering();
        this.tenants = tenants;
        this.json = json;
    }

    /**
     * A delivery of one tenant's records.
     *
     * @param configured whether this gateway's configuration has it
     * @param state {@code delivered}, {@code behind}, {@code failing} or {@code held}
     * @param next the index of the first record that was not acknowledged
     * @param behind how many signed records were not
     * @param waitingSince the time of the oldest of them
     * @param triedUntil one more than the last index of what was tried and not taken
     */
    record Line(
            String delivery,
            String tenant,
            boolean configured,
            String state,
            long next,
            long behind,
            @Nullable Instant waitingSince,
            @Nullable Instant acknowledgedAt,
            @Nullable String failure,
            @Nullable Instant failingSince,
            @Nullable Integer attempts,
            @Nullable Long triedUntil) {}

    /**
     * All of them.
     *
     * @param waiting ids of configured deliveries that have no place yet
     */
    record Lines(List<Line> deliveries, List<String> waiting) {}

    /**
     * A wish.
     *
     * @param from the index to begin with again
     * @param as who wants it
     */
    record Wish(
            @Nullable String tenant,
            @Nullable Long from,
            @Nullable String reason,
            @Nullable String as) {}

    /** Where a delivery was before it was moved. */
    record Moved(long before) {}

    private interface Move {
        Place by(DeliveryPlaces.Order order, Wish wish) throws SQLException;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, ADDRESS, this::list);
        routes.api(
                rules::post,
                ADDRESS + "/{delivery}/replay",
                exchange -> move(exchange, (order, wish) -> {
                    Long from = wish.from();
                    if (from == null) {
                        throw new IllegalArgumentException("\"from\" is missing: the index to begin with again");
                    }
                    return places.replay(order, from);
                }));
        routes.api(
                rules::post,
                ADDRESS + "/{delivery}/skip",
                exchange -> move(exchange, (order, wish) -> places.skip(order)));
        routes.api(
                rules::post,
                ADDRESS + "/{delivery}/retry",
                exchange -> move(exchange, (order, wish) -> places.retry(order)));
    }

    private void list(AdminExchange exchange) {
        try {
            List<Line> lines = places.list().stream().map(this::line).toList();
            List<String> waiting = configured.stream()
                    .filter(id ->
                            lines.stream().noneMatch(line -> line.delivery().equals(id)))
                    .toList();
            exchange.json(200, json.write(new Lines(lines, waiting)));
        } catch (SQLException away) {
            throw refusal(away);
        }
    }

    private Line line(Place place) {
        Place.Trouble trouble = place.trouble();
        String state =
                trouble == null ? place.behind() == 0 ? "delivered" : "behind" : trouble.held() ? "held" : "failing";
        return new Line(
                place.delivery(),
                place.tenant(),
                configured.contains(place.delivery()),
                state,
                place.next(),
                place.behind(),
                place.waitingSince(),
                place.acknowledgedAt(),
                trouble == null ? null : trouble.failure(),
                trouble == null ? null : trouble.since(),
                trouble == null ? null : trouble.attempts(),
                trouble == null ? null : trouble.triedUntil());
    }

    private void move(AdminExchange exchange, Move move) {
        try {
            Wish wish = json.read(exchange.body(), Wish.class);
            Place before = move.by(
                    new DeliveryPlaces.Order(
                            exchange.path("delivery"),
                            tenants.of(wish.tenant()),
                            RecordsApi.by(wish.as()),
                            wish.reason() == null ? "" : wish.reason()),
                    wish);
            exchange.json(200, json.write(new Moved(before.next())));
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        } catch (SQLException away) {
            throw refusal(away);
        }
    }

    private static AdminRefusal refusal(SQLException away) {
        LOGGER.warn("the places of deliveries cannot be read or moved: SQLSTATE {}", away.getSQLState());
        return new AdminRefusal(Problem.unavailable("the database does not answer: try again, nothing was changed"));
    }
}
