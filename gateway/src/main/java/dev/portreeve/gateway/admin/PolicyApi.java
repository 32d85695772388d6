package dev.portreeve.gateway.admin;

import dev.portreeve.audit.AuditReader;
import dev.portreeve.gateway.explain.CallQuestion;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.explain.Recorded;
import dev.portreeve.gateway.explain.UnknownName;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.replay.RecordedCall;
import io.helidon.webserver.http.HttpRules;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** {@code /api/v1/policy}: what the rules say, and why. */
final class PolicyApi {
    private final Supplier<AccessPolicy> policy;
    private final Questions questions;
    private final AuditReader records;
    private final List<String> tenants;
    private final AdminJson json;
    private final InstantSource clock;

    PolicyApi(
            Supplier<AccessPolicy> policy,
            Questions questions,
            AuditReader records,
            List<String> tenants,
            AdminJson json,
            InstantSource clock) {
        this.policy = policy;
        this.questions = questions;
        this.records = records;
        this.tenants = List.copyOf(tenants);
        this.json = json;
        this.clock = clock;
    }

    void register(AdminRoutes routes, HttpRules rules) {
        routes.api(rules::post, "/api/v1/policy/explain", this::explain);
        routes.api(rules::get, "/api/v1/policy/explain/{call}", this::explainCall);
    }

    private void explain(AdminExchange exchange) {
        try {
            CallQuestion question = json.read(exchange.body(), CallQuestion.class);
            exchange.json(200, json.write(questions.ask(question, policy.get(), clock.instant())));
        } catch (UnknownName unknown) {
            throw new AdminRefusal(Problem.notFound(String.valueOf(unknown.getMessage())));
        } catch (IllegalArgumentException wrong) {
            throw new AdminRefusal(Problem.badRequest(String.valueOf(wrong.getMessage())));
        }
    }

    private void explainCall(AdminExchange exchange) {
        String id = exchange.path("call");
        RecordedCall call = find(id).orElseThrow(() ->
                new AdminRefusal(Problem.notFound("no record has a decision about a call \"" + id + "\"")));
        exchange.json(200, json.write(Recorded.explain(call, policy.get())));
    }

    private Optional<RecordedCall> find(String id) {
        try {
            UUID call = UUID.fromString(id);
            return tenants.stream()
                    .flatMap(tenant -> records.ofCall(tenant, call).stream())
                    .map(RecordedCall::of)
                    .flatMap(Optional::stream)
                    .findFirst();
        } catch (IllegalArgumentException noId) {
            throw new AdminRefusal(Problem.badRequest("\"" + id + "\" is no id of a call"));
        }
    }
}
