package dev.portreeve.gateway.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** That a yes holds for further calls, and for which; only where the rule that asks allows it. */
final class RememberOptions {
    private static final String SESSION = "session";

    @Option(
            names = "--remember",
            paramLabel = "30m|session",
            description =
                    "further calls that fit run without asking: for so long, or for the session as long as the rule"
                            + " allows")
    private @Nullable String lasting;

    @Option(
            names = "--scope",
            paramLabel = "session|key",
            description = "whose further calls; the narrowest that the rule allows if left out")
    private @Nullable String scope;

    @Option(
            names = "--when",
            paramLabel = "CONDITION",
            description =
                    "which further calls, as a rule's condition over args and now; all arguments as shown if left out")
    private @Nullable String when;

    @Option(
            names = "--bound",
            paramLabel = "ARGUMENT=BOUND",
            description =
                    "what an argument may be in further calls: any, \"under /folder\", \"at-most 500\"; as shown if left"
                            + " out")
    private @Nullable Map<String, String> bounds;

    @Option(
            names = "--uses",
            paramLabel = "NUMBER",
            description = "how many further calls; as many as the rule allows if left out")
    private @Nullable Integer uses;

    /** Adds what is wanted to a decision; nothing where nothing is. */
    void addTo(ObjectNode decision) {
        if (lasting == null) {
            if (scope != null || when != null || bounds != null || uses != null) {
                throw new CliFailure(CliFailure.USAGE, "--scope, --when, --bound and --uses go with --remember");
            }
            return;
        }
        ObjectNode wish = decision.putObject("remember");
        boolean session = lasting.equals(SESSION);
        if (!session) {
            wish.put("lasting", lasting);
        }
        if (scope != null || session) {
            wish.put("scope", scope == null ? SESSION : scope);
        }
        if (when != null) {
            wish.put("when", when);
        }
        if (bounds != null) {
            wish.set("bounds", JsonMapper.shared().valueToTree(bounds));
        }
        if (uses != null) {
            wish.put("uses", uses);
        }
    }
}
