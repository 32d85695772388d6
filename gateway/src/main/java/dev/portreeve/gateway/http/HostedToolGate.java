package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.ModelRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * What a route does about tools that a provider would run by itself: searches, code, connectors to other servers. No rule for
 * tools sees what they do, so they never pass without a word. For one request.
 */
final class HostedToolGate {
    /** Each round takes out one member of the body, of which there are three that can name such tools. */
    private static final int MAX_ROUNDS = 4;

    private final HostedTools policy;
    private final List<String> notes = new ArrayList<>();

    HostedToolGate(HostedTools policy) {
        this.policy = policy;
    }

    /** What was done, for the record. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The request as the route lets it through.
     *
     * @param withTexts whether guardrails will read the texts
     * @throws BadRequest if the route denies these tools
     */
    ModelRequest admit(ModelRequest request, boolean withTexts) {
        if (request.hosted().isEmpty()) {
            return request;
        }
        return switch (policy) {
            case PASS -> {
                note(request, "passed, the provider runs it by itself");
                yield request;
            }
            case DENY -> throw denied(request);
            case STRIP -> stripped(request, withTexts);
        };
    }

    private ModelRequest stripped(ModelRequest request, boolean withTexts) {
        ModelRequest left = request;
        for (int i = 0; i < MAX_ROUNDS && !left.hosted().isEmpty(); i++) {
            note(left, "stripped, the provider would run it by itself");
            left = left.dialect().read(left.path(), left.withoutHosted(), withTexts);
        }
        if (!left.hosted().isEmpty()) {
            throw denied(left);
        }
        return left;
    }

    private void note(ModelRequest request, String what) {
        for (String kind : request.hosted().kinds()) {
            String note = "tools." + kind + ": " + what;
            if (!notes.contains(note)) {
                notes.add(note);
            }
        }
    }

    private static BadRequest denied(ModelRequest request) {
        return new BadRequest(
                400,
                "hosted_tool_denied",
                "tools",
                "the provider would run " + String.join(", ", request.hosted().kinds())
                        + " by itself, which this model's route denies: leave it out, or use a tool of /mcp");
    }
}
