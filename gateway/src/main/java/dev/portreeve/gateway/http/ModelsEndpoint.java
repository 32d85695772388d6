package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.gateway.model.ModelRouter;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The models a caller may use. A model it may not use is answered like one that does not exist. Thread-safe. */
final class ModelsEndpoint {
    private static final JsonMapper JSON = new JsonMapper();

    private final Gatekeeper gatekeeper;
    private final Supplier<AccessPolicy> access;
    private final ModelRouter router;
    private final Instant since;

    /** @param since what stands as the models' creation, since nothing better is known */
    ModelsEndpoint(Gatekeeper gatekeeper, Supplier<AccessPolicy> access, ModelRouter router, Instant since) {
        this.gatekeeper = gatekeeper;
        this.access = access;
        this.router = router;
        this.since = since;
    }

    void list(ServerRequest request, ServerResponse response) {
        CallReport report = gatekeeper.report(Paths.dialect(request));
        Subject subject = gatekeeper.admit(request, response, report);
        if (subject == null) {
            return;
        }
        List<ModelRoute> all =
                router.listed().stream().filter(route -> mayUse(subject, route)).toList();
        try {
            send(response, report, list(report.dialect(), ModelPage.of(report.dialect(), all, request.query())));
        } catch (BadRequest bad) {
            ErrorResponse.send(response, report, CallErrors.of(bad));
        }
    }

    private ObjectNode list(Dialect dialect, ModelPage page) {
        List<ModelRoute> usable = page.models();
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = answer.putArray(dialect == Dialect.GEMINI ? "models" : "data");
        usable.forEach(route -> data.add(model(dialect, route)));
        switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT -> answer.put("object", "list");
            case ANTHROPIC_MESSAGES -> {
                answer.put("has_more", page.more());
                answer.put(
                        "first_id", usable.isEmpty() ? null : usable.getFirst().name());
                answer.put("last_id", usable.isEmpty() ? null : usable.getLast().name());
            }
            case GEMINI -> {
                if (page.more()) {
                    answer.put("nextPageToken", usable.getLast().name());
                }
            }
        }
        return answer;
    }

    void one(ServerRequest request, ServerResponse response) {
        CallReport report = gatekeeper.report(Paths.dialect(request));
        Subject subject = gatekeeper.admit(request, response, report);
        if (subject == null) {
            return;
        }
        String path = request.path().path();
        String name = GeminiEndpoint.name(path);
        Optional<ModelRoute> route = router.route(name).filter(found -> mayUse(subject, found));
        if (route.isEmpty()) {
            ErrorResponse.send(response, report, CallErrors.unknownModel(name));
            return;
        }
        send(response, report, model(report.dialect(), route.get()));
    }

    private boolean mayUse(Subject subject, ModelRoute route) {
        return access.get().mayUse(subject, new Resource.Model(route.name()));
    }

    private ObjectNode model(Dialect dialect, ModelRoute route) {
        ObjectNode model = JSON.createObjectNode();
        return switch (dialect) {
            case OPENAI_CHAT, OPENAI_RESPONSES, BEDROCK_CONVERSE, COHERE_CHAT ->
                model.put("id", route.name())
                        .put("object", "model")
                        .put("created", since.getEpochSecond())
                        .put("owned_by", route.provider().id());
            case ANTHROPIC_MESSAGES ->
                model.put("type", "model")
                        .put("id", route.name())
                        .put("display_name", route.name())
                        .put("created_at", since.truncatedTo(ChronoUnit.SECONDS).toString());
            case GEMINI -> {
                model.put("name", "models/" + route.name())
                        .put("displayName", route.name())
                        .put("outputTokenLimit", route.maxOutputTokens());
                model.putArray("supportedGenerationMethods")
                        .add("generateContent")
                        .add("countTokens");
                yield model;
            }
        };
    }

    private static void send(ServerResponse response, CallReport report, ObjectNode answer) {
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        report.write(response.headers());
        response.send(JSON.writeValueAsBytes(answer));
    }
}
