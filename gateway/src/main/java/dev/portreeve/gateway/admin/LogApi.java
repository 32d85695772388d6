package dev.portreeve.gateway.admin;

import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.proof.Continuation;
import dev.portreeve.audit.proof.TilePath;
import dev.portreeve.audit.proof.TlogProof;
import dev.portreeve.audit.publish.PublishedLog;
import io.helidon.webserver.http.HttpRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/audit}: a tenant's log in the layout of C2SP tlog-tiles, proofs from it, and its verification. Thread-safe;
 * blocks on the database.
 */
final class LogApi {
    private static final String PREFIX = "/api/v1/audit/logs/{tenant}";
    /** The tree over all tenants' heads. */
    private static final String INSTANCE = "/api/v1/audit/instance";

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String BYTES = "application/octet-stream";
    private final PublishedLog log;
    private final Verifications verifications;
    private final WitnessApi witness;
    private final AdminJson json;

    LogApi(PublishedLog log, Verifications verifications, WitnessApi witness, AdminJson json) {
        this.log = log;
        this.verifications = verifications;
        this.witness = witness;
        this.json = json;
    }

    /** A question to the log; its answer is {@code null} if there is no such thing. */
    private interface Question<T> {
        @Nullable
        T ask() throws SQLException, IOException;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        witness.register(routes, rules);
        routes.api(rules::get, "/api/v1/audit/verify", exchange -> exchange.json(200, json.write(verifications.run())));
        for (String prefix : List.of(PREFIX, INSTANCE)) {
            routes.api(rules::get, prefix + "/checkpoint", this::checkpoint);
            routes.api(rules::get, prefix + "/tile/{+tile}", this::tile);
            routes.api(rules::get, prefix + "/consistency", this::consistency);
        }
        routes.api(rules::get, INSTANCE + "/proofs/{tenant}/{size}", this::headProof);
        routes.api(rules::get, PREFIX + "/records/{id}", this::record);
        routes.api(rules::get, PREFIX + "/proofs/{id}", this::proof);
    }

    private static String tenant(AdminExchange exchange) {
        return exchange.hasPath("tenant") ? exchange.path("tenant") : TenantName.NONE;
    }

    private static String described(String tenant) {
        return tenant.equals(TenantName.NONE) ? "log of all tenants' heads" : "log of tenant \"" + tenant + "\"";
    }

    private void headProof(AdminExchange exchange) {
        String size = exchange.path("size");
        TlogProof proof = ask(
                () -> size.matches("[0-9]{1,18}") ? log.proveHead(exchange.path("tenant"), Long.parseLong(size)) : null,
                "there is no signed head of that tenant and size");
        exchange.bytes(TEXT, proof.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void checkpoint(AdminExchange exchange) {
        String tenant = tenant(exchange);
        SignedNote note = ask(() -> log.checkpoint(tenant), "nothing in the " + described(tenant) + " is signed yet");
        exchange.bytes(TEXT, note.toString().getBytes(StandardCharsets.UTF_8));
    }

    private void tile(AdminExchange exchange) {
        String tenant = tenant(exchange);
        String path = "tile/" + exchange.path("tile");
        TilePath tile = TilePath.parse(path);
        if (tile == null) {
            throw new AdminRefusal(
                    Problem.notFound("\"" + path + "\" names no tile: c2sp.org/tlog-tiles says how they are"));
        }
        exchange.bytes(BYTES, ask(() -> log.tile(tenant, tile), "the signed " + described(tenant) + " has no " + path));
    }

    private void record(AdminExchange exchange) {
        byte[] leaf = proved(exchange).leaf();
        if (leaf == null) {
            throw new AdminRefusal(
                    Problem.notFound("this record was removed when its time was over; its proof remains"));
        }
        exchange.bytes("application/json", leaf);
    }

    private void proof(AdminExchange exchange) {
        exchange.bytes(TEXT, proved(exchange).proof().toString().getBytes(StandardCharsets.UTF_8));
    }

    private PublishedLog.Proved proved(AdminExchange exchange) {
        String tenant = exchange.path("tenant");
        String text = exchange.path("id");
        UUID id;
        try {
            id = UUID.fromString(text);
        } catch (IllegalArgumentException notOne) {
            throw new AdminRefusal(Problem.notFound("a record's id is a UUID"));
        }
        return ask(
                () -> log.prove(tenant, id),
                "tenant \"" + tenant + "\" has no signed record " + id
                        + "; records are signed about a second after they" + " are written");
    }

    private void consistency(AdminExchange exchange) {
        String tenant = tenant(exchange);
        String from = exchange.query("from");
        if (from == null || !from.matches("[0-9]{1,18}")) {
            throw new AdminRefusal(Problem.badRequest("\"from\" is missing: the size of a signed head known before"));
        }
        Continuation continuation = ask(
                () -> log.continuation(tenant, Long.parseLong(from)),
                "the signed " + described(tenant) + " never had " + from + " leaves");
        exchange.bytes(TEXT, continuation.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static <T> T ask(Question<T> question, String absent) {
        try {
            T answer = question.ask();
            if (answer == null) {
                throw new AdminRefusal(Problem.notFound(absent));
            }
            return answer;
        } catch (PublishedLog.Damaged damaged) {
            throw new AdminRefusal(new Problem(500, "log damaged", String.valueOf(damaged.getMessage())));
        } catch (SQLException | IOException away) {
            throw new AdminRefusal(Problem.unavailable("the log cannot be read now: " + away.getMessage()));
        }
    }
}
