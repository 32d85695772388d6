package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code portreeve audit search}. */
@Command(
        name = "search",
        description = "calls and other records, the newest first, by what is in them",
        mixinStandardHelpOptions = true)
public final class AuditSearchCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(names = "--tenant", description = "needed where there are several")
    private @Nullable String tenant;

    @Option(names = "--call", paramLabel = "ID", description = "a call's or a record's id")
    private @Nullable String call;

    @Option(names = "--member", paramLabel = "WHO", description = "user:anna, or anna for whoever is called so")
    private @Nullable String member;

    @Option(names = "--key", paramLabel = "ID", description = "the 12 characters of a key")
    private @Nullable String key;

    @Option(names = "--type", paramLabel = "llm|tool|context|task|question")
    private @Nullable String type;

    @Option(
            names = {"--resource", "--model", "--tool"},
            paramLabel = "NAME",
            description = "a model or a tool by the name that rules have for it")
    private @Nullable String resource;

    @Option(names = "--session")
    private @Nullable String session;

    @Option(names = "--outcome", paramLabel = "completed|denied|failed|awaiting_approval|abandoned|aborted")
    private @Nullable String outcome;

    @Option(names = "--reason", paramLabel = "CODE", description = "why it was refused or failed")
    private @Nullable String reason;

    @Option(names = "--kind", paramLabel = "call.closed", description = "of the last record")
    private @Nullable String kind;

    @Option(names = "--since", paramLabel = "2026-11-01", description = "a day (UTC) or a time")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "2026-12-01", description = "not included")
    private @Nullable String until;

    @Option(names = "--after", paramLabel = "PLACE", description = "the page after this place")
    private @Nullable String after;

    @Option(
            names = "-n",
            paramLabel = "COUNT",
            defaultValue = "50",
            description = "how many (default: 50, at most 500)")
    private int count = 50;

    public AuditSearchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String query = "?limit=" + count + Period.parameter("tenant", tenant) + Period.parameter("call", call)
                + Period.parameter("member", member) + Period.parameter("key", key) + Period.parameter("type", type)
                + Period.parameter("resource", resource) + Period.parameter("session", session)
                + Period.parameter("outcome", outcome) + Period.parameter("reason", reason)
                + Period.parameter("kind", kind) + Period.parameter("since", since)
                + Period.parameter("until", until) + Period.parameter("after", after);
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get("/api/v1/audit/search" + query);
            if (server.json()) {
                terminal.line(found.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode entry : found.path("entries")) {
                rows.add(List.of(
                        text(entry, "at"),
                        text(entry, "id"),
                        text(entry, "member"),
                        text(entry, "resource"),
                        entry.path("outcome").isString() ? text(entry, "outcome") : text(entry, "kind"),
                        text(entry, "reason")));
            }
            terminal.table(List.of("AT", "CALL OR RECORD", "WHO", "WHAT", "OUTCOME", "REASON"), rows);
            if (found.path("next").isString()) {
                terminal.note("more: --after " + found.path("next").asString());
            }
            return 0;
        }
    }

    private static String text(JsonNode entry, String member) {
        return entry.path(member).isString() ? entry.path(member).asString() : "";
    }
}
