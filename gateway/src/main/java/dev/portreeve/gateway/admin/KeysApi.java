package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.config.LifeSpan;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.KeyInfo;
import io.helidon.webserver.http.HttpRules;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/keys}. */
final class KeysApi {
    /** Who asked, as the record of it says. */
    static final String ACTOR = "admin";

    private static final String DEFAULT_NAME = "api";
    private final KeyDirectory keys;
    private final TenantChoice tenants;
    private final InstantSource clock;
    private final AdminJson json;

    KeysApi(KeyDirectory keys, TenantChoice tenants, InstantSource clock, AdminJson json) {
        this.keys = keys;
        this.tenants = tenants;
        this.clock = clock;
        this.json = json;
    }

    /** The wish for a key. {@code expires_in} is a number with s, m, h or d. */
    record NewKey(
            @Nullable String tenant,
            @Nullable String member,
            @Nullable String name,
            @Nullable String expiresIn) {}

    /** A new key: the only answer that has its secret. */
    record CreatedKey(
            String key,
            String id,
            String tenant,
            String member,
            String name,
            @Nullable Instant expiresAt) {}

    record KeyList(List<KeyInfo> keys) {}

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::get, "/api/v1/keys", this::list);
        routes.api(rules::post, "/api/v1/keys", this::create);
        routes.api(rules::delete, "/api/v1/keys/{id}", this::revoke);
    }

    private void list(AdminExchange exchange) {
        exchange.json(200, json.write(new KeyList(keys.list(tenants.of(exchange.query("tenant"))))));
    }

    private void create(AdminExchange exchange) {
        NewKey wish = read(exchange.body());
        if (wish.member() == null || wish.member().isBlank()) {
            throw new AdminRefusal(Problem.badRequest("\"member\" is missing: the user or agent that owns the key"));
        }
        String name = wish.name() == null ? DEFAULT_NAME : wish.name();
        Issuance issuance =
                keys.create(tenants.of(wish.tenant()), wish.member(), name, expiry(wish.expiresIn()), ACTOR);
        switch (issuance) {
            case Issuance.Issued issued -> {
                KeyInfo info = issued.info();
                exchange.json(
                        201,
                        json.write(new CreatedKey(
                                issued.key().reveal(),
                                info.id(),
                                info.tenant(),
                                info.member(),
                                info.name(),
                                info.expiresAt())));
            }
            case Issuance.Refused refused -> throw new AdminRefusal(Problem.conflict(refused.detail()));
            case Issuance.Beyond beyond -> throw new AdminRefusal(Problem.conflict(beyond.detail()));
        }
    }

    private void revoke(AdminExchange exchange) {
        String id = exchange.path("id");
        if (!keys.revoke(tenants.of(exchange.query("tenant")), id, ACTOR)) {
            throw new AdminRefusal(Problem.notFound("there is no living key \"" + id + "\""));
        }
        exchange.noContent();
    }

    private NewKey read(byte[] body) {
        try {
            return json.read(body, NewKey.class);
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    private @Nullable Instant expiry(@Nullable String life) {
        if (life == null) {
            return null;
        }
        Duration duration = LifeSpan.parse(life)
                .orElseThrow(() -> new AdminRefusal(Problem.badRequest("\"expires_in\" is " + LifeSpan.FORM)));
        return clock.instant().plus(duration);
    }
}
