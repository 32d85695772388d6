package dev.portreeve.gateway.admin;

import dev.portreeve.policy.stop.Stop;
import dev.portreeve.policy.stop.StopOwner;
import dev.portreeve.policy.stop.Stops;
import io.helidon.webserver.http.HttpRules;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/stops}: the kill switch. */
final class StopsApi {
    private static final String OPERATOR = "operator";
    private static final int MAX_NAME = 100;

    private final Stops stops;
    private final List<String> tenants;
    private final AdminJson json;

    /** @param tenants those of the configuration; a single one need not be named in a request */
    StopsApi(Stops stops, List<String> tenants, AdminJson json) {
        this.stops = stops;
        this.tenants = List.copyOf(tenants);
        this.json = json;
    }

    /**
     * The wish to stop or resume somebody.
     *
     * @param owner {@code agent:triage-bot}, {@code team:support} and so on
     * @param as who wants it
     */
    record Wish(
            @Nullable String tenant,
            @Nullable String owner,
            @Nullable String reason,
            @Nullable String as) {}

    /** Somebody who is stopped. */
    record Line(String tenant, String owner, String cause, String reason, String by, Instant at) {
        static Line of(Stop stop) {
            return new Line(
                    stop.owner().tenant(),
                    stop.owner().kind().code() + ":" + stop.owner().id(),
                    stop.cause().code(),
                    stop.reason(),
                    stop.by(),
                    stop.at());
        }
    }

    record Lines(List<Line> stops) {}

    /** What was and what is now. */
    record Change(@Nullable Line before, @Nullable Line after) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/stops", this::list);
        routes.api(rules::post, "/api/v1/stops", exchange -> change(exchange, true));
        routes.api(rules::post, "/api/v1/stops/resume", exchange -> change(exchange, false));
    }

    private void list(AdminExchange exchange) {
        // As the database has it, not as this gateway last heard.
        stops.refresh();
        exchange.json(
                200, json.write(new Lines(stops.inForce().stream().map(Line::of).toList())));
    }

    private void change(AdminExchange exchange, boolean stop) {
        Wish wish = read(exchange.body());
        String owner = wish.owner();
        if (owner == null || owner.isBlank()) {
            throw new AdminRefusal(Problem.badRequest("\"owner\" is missing: whom to stop, such as agent:triage-bot"));
        }
        String as = wish.as() == null || wish.as().isBlank() ? OPERATOR : wish.as();
        if (as.length() > MAX_NAME) {
            throw new AdminRefusal(Problem.badRequest("\"as\" has at most " + MAX_NAME + " characters"));
        }
        Stops.Result result;
        try {
            StopOwner whom = StopOwner.parse(owner.startsWith("tenant:") ? "" : tenant(wish.tenant()), owner);
            String reason = wish.reason() == null ? "" : wish.reason();
            result = stop ? stops.stop(whom, Stop.Cause.PERSON, reason, as) : stops.resume(whom, reason, as);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
        switch (result) {
            case Stops.Result.Done done ->
                exchange.json(200, json.write(new Change(line(done.before()), line(done.after()))));
            case Stops.Result.Unknown ignored ->
                throw new AdminRefusal(Problem.notFound("there is no \"" + owner + "\""));
        }
    }

    private static @Nullable Line line(@Nullable Stop stop) {
        return stop == null ? null : Line.of(stop);
    }

    private Wish read(byte[] body) {
        try {
            return json.read(body, Wish.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    private String tenant(@Nullable String named) {
        if (named != null) {
            return named;
        }
        if (tenants.size() != 1) {
            throw new AdminRefusal(
                    Problem.badRequest("there are " + tenants.size() + " tenants: name one with tenant"));
        }
        return tenants.getFirst();
    }
}
