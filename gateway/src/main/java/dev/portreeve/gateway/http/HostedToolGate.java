package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.HostedServer;
import dev.portreeve.gateway.dialect.HostedTools.Found;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Span;
import dev.portreeve.gateway.dialect.Splice;
import dev.portreeve.gateway.model.ModelRoute;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.HostedUse.Fate;
import dev.portreeve.policy.call.HostedUse.Otherwise;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a request what the rules and the model's route say about tools that the provider would run by itself: searches, code,
 * connectors to other servers. No rule for tools sees what they do, so they never pass without a word. Whether the call is
 * refused for one of them is the recipe's to say. For one request to one provider.
 */
final class HostedToolGate {
    /** Each round takes out one member of the body, of which there are three that can name such tools. */
    private static final int MAX_ROUNDS = 4;

    private final Supplier<AccessPolicy> access;
    private final Subject subject;
    private final String provider;
    private final Otherwise otherwise;
    private final Rewriting rewriting;
    private final List<HostedUse> uses = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** Where connectors to MCP servers are led instead, and with what. */
    interface Rewriting {
        /** @param label what the caller calls the server */
        String url(String label);

        String credential();
    }

    HostedToolGate(Supplier<AccessPolicy> access, Subject subject, ModelRoute route, Rewriting rewriting) {
        this.rewriting = rewriting;
        this.access = access;
        this.subject = subject;
        this.provider = route.provider().id();
        this.otherwise = otherwise(route.treatment().hosted());
    }

    private static Otherwise otherwise(ModelConfig.HostedTools setting) {
        return switch (setting) {
            case STRIP -> Otherwise.STRIP;
            case DENY -> Otherwise.DENY;
            case PASS -> Otherwise.PASS;
            case REWRITE -> Otherwise.REWRITE;
        };
    }

    /** What was found, for the recipe to decide about and record. */
    List<HostedUse> uses() {
        return List.copyOf(uses);
    }

    /** What was done, for the record and the caller. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The request as it may be sent, if the call may be made at all.
     *
     * @param withTexts whether guardrails will read the texts
     * @throws BadRequest if it cannot be told what such a tool is asked to do
     */
    ModelRequest admit(ModelRequest request, boolean withTexts) {
        if (request.hosted().isEmpty()) {
            return request;
        }
        for (Found found : request.hosted().subjects()) {
            HostedUse use = use(request, found);
            uses.add(use);
            note(found, access.get().fate(subject, use));
        }
        ModelRequest left = request;
        for (int i = 0; i < MAX_ROUNDS; i++) {
            byte @Nullable [] body = without(left);
            if (body == null) {
                return rewritten(left, withTexts);
            }
            left = left.dialect().read(left.path(), body, withTexts);
        }
        throw new IllegalStateException("tools that must not pass are left after " + MAX_ROUNDS + " rounds");
    }

    private byte @Nullable [] without(ModelRequest request) {
        return request.withoutHosted(found -> {
            Fate fate = access.get().fate(subject, use(request, found));
            return fate == Fate.STRIPPED || fate == Fate.DENIED;
        });
    }

    private ModelRequest rewritten(ModelRequest request, boolean withTexts) {
        List<HostedServer> servers =
                request.servers(found -> access.get().fate(subject, use(request, found)) == Fate.REWRITTEN);
        if (servers.isEmpty()) {
            return request;
        }
        String credential = rewriting.credential();
        Splice splice = new Splice(request.body());
        for (HostedServer server : servers) {
            splice.replace(server.at(), server.at(rewriting.url(server.label()), credential));
            for (String member : server.dropped()) {
                add("tools.mcp." + member + ": dropped, it is not for the gateway");
            }
        }
        return request.dialect().read(request.path(), splice.apply(), withTexts);
    }

    private HostedUse use(ModelRequest request, Found found) {
        return new HostedUse(
                new Resource.HostedTool(provider, found.tool()), found.kind(), definition(request, found), otherwise);
    }

    private static Arguments definition(ModelRequest request, Found found) {
        Span at = found.definition();
        Arguments.Parsed parsed = Arguments.parse(Arrays.copyOfRange(request.body(), at.start(), at.end()));
        return switch (parsed) {
            case Arguments.Valid valid -> valid.arguments();
            case Arguments.Invalid invalid ->
                throw new BadRequest(
                        400,
                        "invalid_value",
                        "tools",
                        "what is said of \"" + found.kind() + "\" cannot be decided about: "
                                + invalid.problem().message());
        };
    }

    private void note(Found found, Fate fate) {
        String note = "tools." + found.kind() + ": "
                + switch (fate) {
                    case PASSED -> "passed, the provider runs it by itself";
                    case REWRITTEN -> "rewritten, the provider calls this gateway instead";
                    case STRIPPED, DENIED -> "stripped, the provider would run it by itself";
                };
        add(note);
    }

    private void add(String note) {
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }
}
