package dev.portreeve.gateway.admin;

import dev.portreeve.audit.witness.Witness;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/witness}: where logs that are watched here have their heads signed. It needs no token: what is sent is signed with
 * the log's key. Thread-safe; blocks on the file system.
 */
final class WitnessApi {
    private static final String PREFIX = "/api/v1/witness";
    private final @Nullable Witness witness;

    /** @param witness {@code null} for none: then there are no such addresses */
    WitnessApi(@Nullable Witness witness) {
        this.witness = witness;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        Witness present = witness;
        if (present != null) {
            routes.open(rules::post, PREFIX + "/add-checkpoint", exchange -> add(present, exchange));
            routes.open(rules::get, PREFIX + "/{origin}/checkpoint", exchange -> checkpoint(present, exchange));
        }
    }

    private static void add(Witness witness, AdminExchange exchange) {
        try {
            Witness.Answer answer = witness.add(new String(exchange.body(), StandardCharsets.UTF_8));
            exchange.asset(answer.status(), answer.type(), answer.body());
        } catch (IOException unusable) {
            throw unavailable(unusable);
        }
    }

    private static void checkpoint(Witness witness, AdminExchange exchange) {
        try {
            String note = witness.checkpoint(exchange.path("origin"));
            if (note == null) {
                throw new AdminRefusal(
                        Problem.notFound("no head of a log with that hash of its origin was signed here"));
            }
            exchange.asset(200, "text/plain; charset=utf-8", note);
        } catch (IOException unusable) {
            throw unavailable(unusable);
        }
    }

    private static AdminRefusal unavailable(IOException unusable) {
        return new AdminRefusal(Problem.unavailable(
                "what this witness signed last cannot be read or kept, so it signs nothing: " + unusable.getMessage()));
    }
}
