package dev.portreeve.gateway.admin;

import dev.portreeve.gateway.lag.EvidenceState;
import io.helidon.webserver.http.HttpRules;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** {@code /api/v1/audit/status} and {@code /api/v1/metrics}: how far the evidence is, for people and for Prometheus. */
final class EvidenceApi {
    private final Supplier<EvidenceState> state;
    private final AdminJson json;

    EvidenceApi(Supplier<EvidenceState> state, AdminJson json) {
        this.state = state;
        this.json = json;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(
                rules::get,
                "/api/v1/audit/status",
                exchange -> exchange.json(200, json.write(EvidenceStatus.of(state.get()))));
        routes.api(
                rules::get,
                "/api/v1/metrics",
                exchange -> exchange.bytes(
                        EvidenceGauges.TYPE, EvidenceGauges.of(state.get()).getBytes(StandardCharsets.UTF_8)));
    }
}
