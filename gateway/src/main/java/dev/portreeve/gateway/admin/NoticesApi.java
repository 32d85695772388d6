package dev.portreeve.gateway.admin;

import dev.portreeve.policy.notice.DeadLetter;
import dev.portreeve.policy.notice.Outbox;
import io.helidon.webserver.http.HttpRules;
import java.util.List;
import java.util.UUID;

/** {@code /api/v1/notices}: messages that nobody took. Thread-safe; blocks. */
final class NoticesApi {
    private static final int MAX_LIST = 200;

    private final Outbox outbox;
    private final AdminJson json;

    NoticesApi(Outbox outbox, AdminJson json) {
        this.outbox = outbox;
        this.json = json;
    }

    /** The last that were given up. */
    record Dead(List<DeadLetter> notices) {}

    /** One that is owed again. */
    record Owed(String id) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(
                rules::get,
                "/api/v1/notices/dead",
                exchange -> exchange.json(200, json.write(new Dead(outbox.dead(MAX_LIST)))));
        routes.api(rules::post, "/api/v1/notices/{id}/resend", this::resend);
    }

    private void resend(AdminExchange exchange) {
        UUID id = id(exchange.path("id"));
        if (!outbox.resend(id)) {
            throw new AdminRefusal(Problem.notFound("no message \"" + id + "\" was given up"));
        }
        exchange.json(200, json.write(new Owed(id.toString())));
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notOne) {
            throw new AdminRefusal(Problem.notFound("a message's id is a UUID"));
        }
    }
}
