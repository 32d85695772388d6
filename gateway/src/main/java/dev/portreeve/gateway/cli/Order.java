package dev.portreeve.gateway.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Who wants something changed, and why: the same for every order to a running server. */
final class Order {
    @Option(names = "--reason", required = true, description = "why, for the record and for whoever it concerns")
    private String reason = "";

    @Option(names = "--tenant", description = "needed where there are several")
    private @Nullable String tenant;

    @Option(names = "--as", paramLabel = "NAME", description = "who wants it (default: operator)")
    private @Nullable String as;

    /** The beginning of what is sent. */
    ObjectNode body() {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        body.put("reason", reason);
        if (tenant != null) {
            body.put("tenant", tenant);
        }
        if (as != null) {
            body.put("as", as);
        }
        return body;
    }
}
