package dev.portreeve.gateway.admin;

import dev.portreeve.audit.anchor.AnchorState;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.witness.Witness;
import dev.portreeve.gateway.anchor.Anchors;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/witness}: where logs that are watched here have their heads signed. It needs no token: what is sent is signed with
 * the log's key. And who watches this log: {@code /api/v1/audit/anchors}, and the newest head with witnesses' signatures. Thread-safe;
 * blocks on the file system and the database.
 */
final class WitnessApi {
    private static final String PREFIX = "/api/v1/witness";
    private final @Nullable Witness witness;
    private final Anchors anchors;
    private final AdminJson json;

    /**
     * @param witness {@code null} for none: then there are no such addresses
     * @param anchors of this log
     */
    WitnessApi(@Nullable Witness witness, Anchors anchors, AdminJson json) {
        this.witness = witness;
        this.anchors = anchors;
        this.json = json;
    }

    /** How the anchors stand. */
    record Listed(List<AnchorState> anchors) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(
                rules::get,
                "/api/v1/audit/anchors",
                exchange -> exchange.json(200, json.write(new Listed(anchors.states()))));
        routes.api(rules::get, "/api/v1/audit/instance/cosigned-checkpoint", this::cosigned);
        Witness present = witness;
        if (present != null) {
            routes.open(rules::post, PREFIX + "/add-checkpoint", exchange -> add(present, exchange));
            routes.open(rules::get, PREFIX + "/{origin}/checkpoint", exchange -> checkpoint(present, exchange));
        }
    }

    private void cosigned(AdminExchange exchange) {
        try {
            SignedNote note = anchors.cosigned();
            if (note == null) {
                throw new AdminRefusal(Problem.notFound("no witness has signed a head of this log yet"));
            }
            exchange.asset(200, "text/plain; charset=utf-8", note.toString());
        } catch (SQLException away) {
            throw new AdminRefusal(Problem.unavailable("the log cannot be read now: " + away.getMessage()));
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
