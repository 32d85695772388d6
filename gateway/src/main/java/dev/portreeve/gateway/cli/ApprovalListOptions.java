package dev.portreeve.gateway.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which tickets a list shall have. */
final class ApprovalListOptions {
    @Option(names = "--all", description = "also what is decided")
    private boolean all;

    @Option(names = "--tenant", paramLabel = "TENANT", description = "only those of one tenant")
    private @Nullable String tenant;

    @Option(names = "--for", paramLabel = "NAME", description = "only what waits for this person")
    private @Nullable String person;

    @Option(names = "--limit", paramLabel = "N", description = "how many at once, 1 to 200; 50 if left out")
    private @Nullable Integer limit;

    @Option(names = "--before", paramLabel = "PLACE", description = "where the page before ended")
    private @Nullable String before;

    /** As the query of an address, with its question mark where there is one. */
    String query() {
        if (all && person != null) {
            throw new CliFailure(CliFailure.USAGE, "--for is about what waits, so not with --all");
        }
        List<String> parts = new ArrayList<>();
        add(parts, "state", all ? null : "waiting");
        add(parts, "tenant", tenant);
        add(parts, "approver", person);
        add(parts, "limit", limit);
        add(parts, "before", before);
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static void add(List<String> parts, String name, @Nullable Object value) {
        if (value != null) {
            parts.add(name + "=" + URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
        }
    }
}
