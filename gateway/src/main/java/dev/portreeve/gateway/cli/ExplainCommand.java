package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.admin.AdminJson;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.explain.CallQuestion;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.explain.UnknownName;
import dev.portreeve.policy.access.AccessPolicy;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code portreeve policy explain}. */
@Command(
        name = "explain",
        description =
                "why a call would be allowed, denied or put to a person, or why one was: every rule and its verdict",
        mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final AdminJson json = new AdminJson();

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final QuestionOptions question = new QuestionOptions();

    @Option(names = "--all", description = "also the rules that do not name what is called")
    private boolean all;

    @Parameters(arity = "0..1", paramLabel = "CALL", description = "the id of a call that was made")
    private @Nullable String call;

    public ExplainCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        JsonNode said = answer();
        if (server.json()) {
            terminal.line(said.toString());
        } else {
            print(said);
        }
        return 0;
    }

    private JsonNode answer() {
        String made = call;
        Path config = server.namedConfig();
        if (made != null) {
            try (AdminClient client = server.connect(terminal)) {
                return client.get("/api/v1/policy/explain/" + PathSegment.of(made));
            }
        }
        CallQuestion asked = question.question();
        if (config != null) {
            return offline(asked, ConfigFile.read(config, terminal.environment()));
        }
        try (AdminClient client = server.connect(terminal)) {
            return client.post("/api/v1/policy/explain", tree(json.write(asked)));
        }
    }

    private JsonNode offline(CallQuestion asked, GatewayConfig config) {
        Instant now = InstantSource.system().instant();
        try {
            return tree(json.write(Questions.of(config).ask(asked, AccessPolicy.of(config.policies()), now)));
        } catch (UnknownName unknown) {
            throw new CliFailure(CliFailure.NO, String.valueOf(unknown.getMessage()), unknown);
        }
    }

    private static JsonNode tree(byte[] written) {
        return JsonMapper.shared().readTree(written);
    }

    private void print(JsonNode said) {
        JsonNode caller = said.path("caller");
        String team = caller.path("team").asString("");
        terminal.line(
                caller.path("kind").asString() + " " + caller.path("member").asString()
                        + (team.isEmpty() ? "" : " of team " + team) + " calls "
                        + said.path("called").path("kind").asString() + " "
                        + said.path("called").path("name").asString());
        List<List<String>> rows = new ArrayList<>();
        int hidden = 0;
        for (JsonNode rule : said.path("rules")) {
            if (!all && rule.path("found").asString().equals("other-resource")) {
                hidden++;
                continue;
            }
            boolean shadow = rule.path("mode").asString().equals("shadow");
            rows.add(List.of(
                    rule.path("id").asString(),
                    rule.path("effect").asString() + (shadow ? " (shadow)" : ""),
                    rule.path("found").asString(),
                    rule.path("why").asString()));
        }
        terminal.table(List.of("RULE", "EFFECT", "VERDICT", "WHY"), rows);
        if (hidden > 0) {
            terminal.quiet(hidden + " rules about other things are not shown: --all shows them");
        }
        places(said);
        decision(said);
    }

    private void places(JsonNode said) {
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode place : said.path("places")) {
            List<String> by = new ArrayList<>();
            place.path("by").forEach(rule -> by.add(rule.asString()));
            rows.add(List.of(
                    place.path("place").asString(),
                    place.path("model").asString(),
                    place.path("decision").asString(),
                    String.join(", ", by)));
        }
        if (!rows.isEmpty()) {
            terminal.table(List.of("PLACE", "MODEL", "DECISION", "BY"), rows);
        }
    }

    private void decision(JsonNode said) {
        List<String> by = new ArrayList<>();
        said.path("by").forEach(rule -> by.add(rule.asString()));
        String rests = by.isEmpty() ? ": no rule permits it" : ", by " + String.join(", ", by);
        String decision = said.path("decision").asString();
        if (decision.equals("allow")) {
            terminal.good(decision + rests);
        } else {
            terminal.bad(decision + rests);
        }
        if (said.path("with_shadow").isString()) {
            terminal.line(
                    "with rules in shadow enforced: " + said.path("with_shadow").asString());
        }
        if (said.path("note").isString()) {
            terminal.line(said.path("note").asString());
        }
        terminal.quiet("policy " + said.path("policy_version").asString());
    }
}
