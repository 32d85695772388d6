package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.LifeSpan;
import dev.portreeve.gateway.config.Spelling;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.CallErrors;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.ChildWish;
import dev.portreeve.policy.key.Issuance;
import dev.portreeve.policy.key.KeyDirectory;
import dev.portreeve.policy.key.KeyInfo;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /v1/keys}: keys that the caller's key makes for sub-agents and sessions, lists and ends. Each may do at most what the
 * caller may, and ends with the caller's key at the latest. Thread-safe.
 */
final class ChildKeysEndpoint {
    private static final Dialect DIALECT = Dialect.OPENAI_CHAT;
    private static final int CREATED = 201;
    private static final int NO_CONTENT = 204;
    private static final int FORBIDDEN = 403;
    private static final int MAX_BODY = 256 * 1024;
    private static final Duration USUAL_LIFE = Duration.ofHours(1);
    private static final String USUAL_NAME = "sub-agent";
    private static final List<String> MEMBERS =
            List.of("name", "expires_in", "models", "tools", "prompts", "resources", "hosted_tools", "budget");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Gatekeeper gatekeeper;
    private final KeyDirectory keys;
    private final Duration bodyTimeout;

    ChildKeysEndpoint(Gatekeeper gatekeeper, KeyDirectory keys, Duration bodyTimeout) {
        this.gatekeeper = gatekeeper;
        this.keys = keys;
        this.bodyTimeout = bodyTimeout;
    }

    /** What a request asks for, once its caller is known. */
    @FunctionalInterface
    private interface Wish {
        void answer(ServerRequest request, ServerResponse response, CallReport report, Subject subject);
    }

    void create(ServerRequest request, ServerResponse response) {
        admitted(request, response, this::create);
    }

    void list(ServerRequest request, ServerResponse response) {
        admitted(request, response, this::list);
    }

    void revoke(ServerRequest request, ServerResponse response) {
        admitted(request, response, this::revoke);
    }

    private void admitted(ServerRequest request, ServerResponse response, Wish wish) {
        CallReport report = gatekeeper.report(DIALECT);
        Subject subject = gatekeeper.admit(request, response, report);
        if (subject == null) {
            return;
        }
        try {
            wish.answer(request, response, report, subject);
        } catch (BadRequest bad) {
            ErrorResponse.send(response, report, CallErrors.of(bad));
            RequestBody.closeUnread(bad);
        } catch (RuntimeException failed) {
            throw new BrokenCall(report.id(), failed);
        }
    }

    private void create(ServerRequest request, ServerResponse response, CallReport report, Subject subject) {
        RequestBody.requireJson(request.headers());
        ChildWish wish = wish(RequestBody.read(request, MAX_BODY, bodyTimeout));
        switch (keys.delegate(subject, wish)) {
            case Issuance.Issued issued -> {
                ObjectNode made = view(issued.info());
                made.put("key", issued.key().reveal());
                Carve carve = wish.confines().budget();
                if (carve != null) {
                    made.set("budget", CarveForm.write(carve));
                }
                send(response.status(CREATED), report, made);
            }
            case Issuance.Beyond beyond ->
                throw new BadRequest(FORBIDDEN, "beyond_own_" + beyond.member(), beyond.member(), beyond.detail());
            case Issuance.Refused refused -> throw new BadRequest(400, "key_not_made", null, refused.detail());
        }
    }

    private void list(ServerRequest request, ServerResponse response, CallReport report, Subject subject) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode data = answer.put("object", "list").putArray("data");
        keys.children(subject).forEach(info -> data.add(view(info)));
        send(response, report, answer);
    }

    private void revoke(ServerRequest request, ServerResponse response, CallReport report, Subject subject) {
        String id = request.path().pathParameters().get("id");
        if (!keys.revoke(subject, id)) {
            throw new BadRequest(404, "key_not_found", null, "there is no living key of this id below yours");
        }
        report.write(response.headers());
        response.status(NO_CONTENT).send();
    }

    private static ObjectNode view(KeyInfo info) {
        ObjectNode view = JSON.createObjectNode()
                .put("object", "key")
                .put("id", info.id())
                .put("parent", info.parent())
                .put("name", info.name())
                .put("created_at", info.createdAt().toString());
        Instant end = info.expiresAt();
        return end == null ? view : view.put("expires_at", end.toString());
    }

    private static ChildWish wish(byte[] body) {
        JsonNode wish = body.length == 0 ? JSON.createObjectNode() : parsed(body);
        for (String member : wish.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                String nearest = Spelling.nearest(member, MEMBERS);
                throw invalid(member, "is not known" + (nearest == null ? "" : "; \"" + nearest + "\" is"));
            }
        }
        Confines confines = new Confines(
                patterns(wish, "models"),
                patterns(wish, "tools"),
                patterns(wish, "prompts"),
                patterns(wish, "resources"),
                patterns(wish, "hosted_tools"),
                CarveForm.read(wish.path("budget")));
        String name = text(wish, "name");
        return new ChildWish(name == null ? USUAL_NAME : name, life(text(wish, "expires_in")), confines);
    }

    private static JsonNode parsed(byte[] body) {
        JsonNode wish;
        try {
            wish = JSON.readTree(body);
        } catch (JacksonException broken) {
            throw new BadRequest(400, "invalid_json", null, "the body is not JSON: " + broken.getOriginalMessage());
        }
        if (!wish.isObject()) {
            throw new BadRequest(400, "invalid_type", null, "the body must be an object");
        }
        return wish;
    }

    private static Duration life(@Nullable String said) {
        return said == null
                ? USUAL_LIFE
                : LifeSpan.parse(said).orElseThrow(() -> invalid("expires_in", "must be " + LifeSpan.FORM));
    }

    private static @Nullable String text(JsonNode wish, String member) {
        JsonNode value = wish.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw invalid(member, "must be a string");
        }
        return value.asString();
    }

    private static @Nullable List<String> patterns(JsonNode wish, String member) {
        JsonNode value = wish.path(member);
        if (value.isMissingNode()) {
            return null;
        }
        List<String> patterns = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isString()) {
                throw invalid(member, "must be a list of strings");
            }
            patterns.add(each.asString());
        }
        if (!value.isArray()) {
            // Not even null: what was meant to confine must not do nothing.
            throw invalid(member, "must be a list of strings; leave it out to confine nothing of this kind");
        }
        return patterns;
    }

    private static BadRequest invalid(String member, String why) {
        return new BadRequest(400, "invalid_value", member, "\"" + member + "\" " + why);
    }

    private static void send(ServerResponse response, CallReport report, ObjectNode answer) {
        response.headers().set(HeaderValues.CONTENT_TYPE_JSON);
        report.write(response.headers());
        response.send(JSON.writeValueAsBytes(answer));
    }
}
