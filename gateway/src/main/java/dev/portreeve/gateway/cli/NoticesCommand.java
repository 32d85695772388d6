package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code portreeve notices}. */
@Command(
        name = "notices",
        description = "messages to webhooks, mailboxes and Slack that nobody took",
        mixinStandardHelpOptions = true)
public final class NoticesCommand {
    private final Terminal terminal;

    public NoticesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "dead",
            description = "messages that were given up, the last first",
            mixinStandardHelpOptions = true)
    int dead(@Mixin ServerOptions server) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.get("/api/v1/notices/dead");
            if (server.json()) {
                terminal.line(answer.toString());
                return 0;
            }
            List<List<String>> rows = new ArrayList<>();
            for (JsonNode notice : answer.path("notices")) {
                rows.add(List.of(
                        notice.path("id").asString(""),
                        notice.path("way").asString(""),
                        notice.path("endpoint").asString(""),
                        notice.path("attempts").asString(""),
                        notice.path("given_up_at").asString(""),
                        Terminal.orDash(notice.path("error").asString(""))));
            }
            terminal.table(List.of("MESSAGE", "WAY", "TO", "TRIES", "GIVEN UP", "WHY"), rows);
            return 0;
        }
    }

    @Command(name = "resend", description = "send one of them again", mixinStandardHelpOptions = true)
    int resend(@Mixin ServerOptions server, @Parameters(paramLabel = "MESSAGE") String id) {
        try (AdminClient client = server.connect(terminal)) {
            JsonNode answer = client.post(
                    "/api/v1/notices/" + id + "/resend", JsonMapper.shared().createObjectNode());
            if (server.json()) {
                terminal.line(answer.toString());
            } else {
                terminal.good("message " + answer.path("id").asString("") + " is sent again");
            }
            return 0;
        }
    }
}
