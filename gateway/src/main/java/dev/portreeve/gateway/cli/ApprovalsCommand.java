package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve approvals list|show|link|approve|deny|lift|withdraw}. */
@Command(
        name = "approvals",
        description = "see what waits for a person, and decide it",
        mixinStandardHelpOptions = true)
public final class ApprovalsCommand {
    private static final int LONGEST_ARGUMENTS = 120;
    private static final List<String> SHOWN = List.of(
            "id",
            "state",
            "tenant",
            "requester",
            "tool",
            "arguments",
            "arguments_sha256",
            "edited_by",
            "asked_arguments",
            "rules",
            "approvers",
            "seats",
            "quorum",
            "costs_at_most_usd",
            "approved_by",
            "decided_by",
            "reason",
            "requested_at",
            "expires_at",
            "refused_until");
    private static final List<String> WAITING = List.of("pending", "partially_approved");
    private final Terminal terminal;

    public ApprovalsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Which ticket, and what to say. */
    static final class Choice {
        @Parameters(
                arity = "0..50",
                paramLabel = "TICKET",
                description =
                        "may be left out where only one waits; several of one requester are decided together, all or"
                                + " none")
        private @Nullable List<String> tickets;

        @Option(names = "--as", paramLabel = "NAME", description = "who says so, where the rule names approvers")
        private @Nullable String approver;

        @Option(names = "--reason", description = "goes to the agent and into the record")
        private @Nullable String reason;
    }

    @Command(
            name = "list",
            description = "what waits (with --all also what is decided)",
            mixinStandardHelpOptions = true)
    int list(@Mixin ServerOptions server, @Mixin ApprovalListOptions list) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/approvals" + list.query());
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode ticket : answer.path("approvals")) {
                rows.add(List.of(
                        ticket.path("id").asString(),
                        ticket.path("state").asString(),
                        ticket.path("requester").asString(),
                        ticket.path("tool").asString(),
                        shorten(ticket.path("arguments").toString()),
                        ticket.path("expires_at").asString()));
            }
            terminal.table(List.of("TICKET", "STATE", "WHO", "TOOL", "ARGUMENTS", "UNTIL"), rows);
            if (answer.path("next").isString()) {
                terminal.line("more with: --before " + answer.path("next").asString());
            }
            return 0;
        }
    }

    @Command(
            name = "approve",
            description = "say yes to one exact call, or with --remember to others like it",
            mixinStandardHelpOptions = true)
    int approve(
            @Mixin ServerOptions server,
            @Mixin Choice choice,
            @Mixin RememberOptions remember,
            @Mixin EditOptions edit) {
        return decide(server, choice, "approve", remember, edit);
    }

    @Command(name = "deny", description = "say no", mixinStandardHelpOptions = true)
    int deny(@Mixin ServerOptions server, @Mixin Choice choice) {
        return decide(server, choice, "deny", new RememberOptions(), new EditOptions());
    }

    @Command(
            name = "lift",
            description = "end what a no refuses: nothing runs by this, and the same call may ask anew",
            mixinStandardHelpOptions = true)
    int lift(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "TICKET") String ticket,
            @Option(names = "--as", paramLabel = "NAME", description = "who says so, where the rule names approvers")
                    @Nullable
                    String approver,
            @Option(names = "--reason", description = "goes into the record") @Nullable String reason) {
        try (AdminClient client = server.connect(terminal)) {
            ObjectNode wish = JsonMapper.shared().createObjectNode();
            if (approver != null) {
                wish.put("approver", approver);
            }
            if (reason != null) {
                wish.put("reason", reason);
            }
            JsonNode now = client.post("/api/v1/approvals/" + PathSegment.of(ticket) + "/lift", wish);
            terminal.line(
                    server.json()
                            ? now.toString()
                            : "lifted: " + now.path("requester").asString() + " may ask again about "
                                    + now.path("tool").asString());
            return 0;
        }
    }

    @Command(
            name = "withdraw",
            description = "take a ticket back for the side that asked: it waits no longer, and its yes is not used",
            mixinStandardHelpOptions = true)
    int withdraw(@Mixin ServerOptions server, @Mixin Choice choice) {
        return post(server, choice, "withdraw", "by", JsonMapper.shared().createObjectNode());
    }

    @Command(
            name = "link",
            description = "the address of a page on which one person decides about one ticket",
            mixinStandardHelpOptions = true)
    int link(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "TICKET") String ticket,
            @Option(names = "--as", paramLabel = "NAME", required = true, description = "who decides there")
                    String approver) {
        try (AdminClient client = server.connect(terminal)) {
            ObjectNode wish = JsonMapper.shared().createObjectNode().put("approver", approver);
            JsonNode made = client.post("/api/v1/approvals/" + PathSegment.of(ticket) + "/links", wish);
            terminal.line(server.json() ? made.toString() : made.path("url").asString());
            return 0;
        }
    }

    @Command(name = "show", description = "one ticket, whole", mixinStandardHelpOptions = true)
    int show(@Mixin ServerOptions server, @Parameters(paramLabel = "TICKET") String ticket) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode found = client.get("/api/v1/approvals/" + PathSegment.of(ticket));
            if (server.json()) {
                terminal.line(found.toString());
                return 0;
            }
            Members.print(terminal, found, SHOWN);
            boolean waits = WAITING.contains(found.path("state").asString());
            if (waits && found.path("seats").isEmpty()) {
                terminal.line("approvers: anybody who may decide here, but not "
                        + found.path("requester").asString());
            }
            if (!found.path("edits").isEmpty()) {
                terminal.line("may be changed: " + String.join("; ", EditOptions.places(found.path("edits"))));
            }
            offer(found.path("remember"));
            JsonNode remembered = found.path("remembered");
            if (remembered.isObject()) {
                terminal.line("remembered: " + told(remembered, "id", "state", "condition"));
            }
            return 0;
        }
    }

    /** What an approver could have remembered. */
    private void offer(JsonNode offer) {
        if (!offer.isObject()) {
            return;
        }
        String kept = offer.path("kept").asString("");
        terminal.line("may be remembered: at most " + offer.path("at_most").asString() + ", for "
                + offer.path("uses").asInt() + " calls, per "
                + String.join(
                        " or ",
                        offer.path("scopes")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList()));
        if (!kept.isEmpty()) {
            terminal.line("  always: " + kept);
        }
        String when = offer.path("when").asString("");
        terminal.line("  when: " + (when.isEmpty() ? "say with --when or --bound what may vary" : when));
    }

    private static String told(JsonNode object, String... members) {
        return String.join(
                " ",
                Stream.of(members).map(member -> object.path(member).asString()).toList());
    }

    private int decide(
            ServerOptions server, Choice choice, String decision, RememberOptions remember, EditOptions edit) {
        ObjectNode body = JsonMapper.shared().createObjectNode().put("decision", decision);
        remember.addTo(body);
        edit.addTo(body);
        return post(server, choice, "decision", "approver", body);
    }

    /** @param who the member that takes the name of who says so */
    private int post(ServerOptions server, Choice choice, String what, String who, ObjectNode body) {
        try (AdminClient client = server.connect(terminal)) {
            List<String> named = choice.tickets == null ? List.of() : choice.tickets;
            if (named.size() > 1) {
                return together(server, client, choice, what, body);
            }
            String ticket = named.isEmpty() ? onlyOne(client) : named.getFirst();
            if (choice.approver != null) {
                body.put(who, choice.approver);
            }
            if (choice.reason != null) {
                body.put("reason", choice.reason);
            }
            JsonNode now = client.post("/api/v1/approvals/" + PathSegment.of(ticket) + "/" + what, body);
            terminal.line(server.json() ? now.toString() : told(now));
            return 0;
        }
    }

    /** Shows what is decided, and sends along what was shown: if it is something else by then, nothing is decided. */
    private int together(ServerOptions server, AdminClient client, Choice choice, String what, ObjectNode body) {
        if (!what.equals("decision") || body.size() > 1) {
            throw new CliFailure(CliFailure.USAGE, "several tickets are approved or denied as they are: name one");
        }
        ArrayNode tickets = body.putArray("tickets");
        List<List<String>> rows = new ArrayList<>();
        for (String id : Objects.requireNonNull(choice.tickets)) {
            JsonNode ticket = client.get("/api/v1/approvals/" + PathSegment.of(id));
            requireUnchanged(body, ticket);
            String digest = ticket.path("arguments_sha256").asString();
            tickets.addObject().put("ticket", id).put("arguments_sha256", digest);
            rows.add(List.of(
                    id,
                    ticket.path("requester").asString(),
                    ticket.path("tool").asString(),
                    shorten(ticket.path("arguments").toString()),
                    digest));
        }
        if (choice.approver != null) {
            body.put("approver", choice.approver);
        }
        if (choice.reason != null) {
            body.put("reason", choice.reason);
        }
        JsonNode now = client.post("/api/v1/approvals/decisions", body);
        if (server.json()) {
            terminal.line(now.toString());
            return 0;
        }
        terminal.table(List.of("TICKET", "WHO", "TOOL", "ARGUMENTS", "SHA-256"), rows);
        for (JsonNode outcome : now.path("outcomes")) {
            terminal.line(told(outcome, "state", "ticket"));
        }
        return 0;
    }

    /** Who agrees to what another changed must have seen it. */
    private static void requireUnchanged(JsonNode body, JsonNode ticket) {
        JsonNode by = ticket.path("edited_by");
        if (by.isString() && body.path("decision").asString().equals("approve")) {
            throw new CliFailure(
                    CliFailure.NO,
                    by.asString() + " changed the arguments of "
                            + ticket.path("id").asString() + ": look at it, and decide it by itself, with --sha256");
        }
    }

    private static String told(JsonNode ticket) {
        String votes = ticket.path("state").asString().equals("partially_approved")
                ? " (" + ticket.path("approved_by").size() + " of "
                        + ticket.path("quorum").asInt() + " have said yes)"
                : "";
        return ticket.path("state").asString() + votes + ": "
                + ticket.path("tool").asString() + " "
                + shorten(ticket.path("arguments").toString()) + " for "
                + ticket.path("requester").asString()
                + (ticket.path("edited_by").isString()
                        ? ", with arguments that " + ticket.path("edited_by").asString() + " changed"
                        : "")
                + remembered(ticket.path("remembered"));
    }

    private static String remembered(JsonNode standing) {
        return standing.isObject()
                ? "\nremembered until " + told(standing, "expires_at") + " per " + told(standing, "scope") + ", as "
                        + told(standing, "id") + ": " + told(standing, "condition")
                : "";
    }

    private static String onlyOne(AdminClient client) {
        JsonNode waiting = client.get("/api/v1/approvals?state=waiting&limit=2").path("approvals");
        if (waiting.size() != 1) {
            throw new CliFailure(
                    CliFailure.NO, waiting.isEmpty() ? "nothing waits for approval" : "several tickets wait: name one");
        }
        return waiting.path(0).path("id").asString();
    }

    private static String shorten(String text) {
        return text.length() <= LONGEST_ARGUMENTS ? text : text.substring(0, LONGEST_ARGUMENTS) + "…";
    }
}
