package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code portreeve audit status}. */
@Command(
        name = "status",
        description =
                "how far the records are: from calls to disk, to a signed head, to the search, to other systems and anchors",
        exitCodeListHeading = "%nExit codes of this command:%n",
        exitCodeList = {"0:nothing is further behind than it may be", "1:something is", "3:no server answers"},
        mixinStandardHelpOptions = true)
public final class AuditStatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    public AuditStatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode state = client.get("/api/v1/audit/status");
            if (server.json()) {
                terminal.line(state.toString());
            } else {
                print(state);
            }
            return state.path("status").asString("").equals("ok") ? 0 : CliFailure.NO;
        }
    }

    private void print(JsonNode state) {
        JsonNode journal = state.path("journal");
        terminal.line("journal: " + number(journal, "queued") + " of " + number(journal, "capacity") + " entries wait, "
                + number(journal, "writing") + " are being stored, the oldest for "
                + number(journal, "oldest_wait_ms") + " ms; last commit " + text(journal, "last_commit") + "; "
                + number(journal, "stored") + " stored, " + number(journal, "refused")
                + " refused since the start");
        terminal.line("calls: " + number(state, "open_calls") + " are open in this process");
        JsonNode log = state.path("log");
        if (log.isObject()) {
            terminal.line("signing: " + number(log, "unsigned") + " records are not signed, "
                    + number(log, "unindexed") + " of them have no index, the first waits for "
                    + number(log, "unsigned_for_ms") + " ms; last signed " + text(log, "last_signed"));
            terminal.line("search: " + number(log, "unsearched") + " records cannot be found yet, the first waits for "
                    + number(log, "unsearched_for_ms") + " ms");
            for (JsonNode tenant : log.path("tenants")) {
                terminal.quiet("  " + text(tenant, "tenant") + ": " + number(tenant, "size") + " records, "
                        + number(tenant, "signed") + " signed, last " + text(tenant, "signed_at"));
            }
        }
        leaving(state.path("leaving"));
        for (JsonNode concern : state.path("concerns")) {
            terminal.bad(text(concern, "part") + ": " + text(concern, "detail"));
        }
        if (state.path("concerns").isEmpty()) {
            terminal.good("nothing is further behind than it may be");
        }
    }

    private void leaving(JsonNode leaving) {
        for (JsonNode delivery : leaving.path("deliveries")) {
            terminal.line("delivery " + text(delivery, "delivery") + ": " + number(delivery, "behind")
                    + " signed records are not delivered; it fails for " + number(delivery, "failing") + " tenants, "
                    + number(delivery, "held") + " of them wait for somebody");
        }
        for (JsonNode anchor : leaving.path("anchors")) {
            terminal.line("anchor " + text(anchor, "anchor") + ": last confirmed " + text(anchor, "confirmed_at") + "; "
                    + number(anchor, "failures") + " failures since");
        }
    }

    private static long number(JsonNode node, String member) {
        return node.path(member).asLong(0);
    }

    private static String text(JsonNode node, String member) {
        return node.path(member).asString("never");
    }
}
