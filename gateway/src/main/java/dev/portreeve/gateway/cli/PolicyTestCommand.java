package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.admin.AdminJson;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.PublishedRules;
import dev.portreeve.gateway.explain.Questions;
import dev.portreeve.gateway.scenario.JunitXml;
import dev.portreeve.gateway.scenario.ScenarioFile;
import dev.portreeve.gateway.scenario.ScenarioReport;
import dev.portreeve.gateway.scenario.ScenarioRun;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.version.UnusableRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve policy test}: needs no server and no database, but for a version of a running gateway. */
@Command(
        name = "test",
        description = "run scenario files against the rules; exit code 1 if one is not as expected",
        mixinStandardHelpOptions = true)
public final class PolicyTestCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "scenario files")
    private List<Path> files = List.of();

    @Option(
            names = "--draft",
            paramLabel = "N",
            description =
                    "try version N of a running gateway beside the configuration's rules; without FILE, by its own scenarios")
    private @Nullable Long draft;

    @Option(names = "--junit", paramLabel = "FILE", description = "also write the results as JUnit's XML")
    private @Nullable Path junit;

    public PolicyTestCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ScenarioReport report = run();
        Path xml = junit;
        if (xml != null) {
            write(xml, JunitXml.of(report));
        }
        if (server.json()) {
            terminal.line(json(report));
        } else {
            print(report);
        }
        return report.failed() == 0 ? 0 : CliFailure.NO;
    }

    private ScenarioReport run() {
        if (!files.isEmpty()) {
            return runFiles();
        }
        if (draft == null) {
            throw new CliFailure(CliFailure.USAGE, "name a scenario file, or a version with --draft");
        }
        try (AdminClient client = server.connect(terminal)) {
            JsonNode report = client.post(
                    VersionLines.PATH + "/" + draft + "/test",
                    JsonMapper.shared().createObjectNode());
            return new AdminJson().read(JsonMapper.shared().writeValueAsBytes(report), ScenarioReport.class);
        }
    }

    private ScenarioReport runFiles() {
        List<ScenarioReport.Result> results = new ArrayList<>();
        List<ScenarioReport.Coverage> coverage = new ArrayList<>();
        ScenarioRun configured = null;
        for (Path file : files) {
            ScenarioFile scenarios = ConfigFile.read(file, ScenarioFile.class, terminal.environment());
            List<Rule> own = scenarios.rules();
            ScenarioRun run = own == null ? configured : run(file.toString(), own, null);
            if (run == null) {
                run = configured();
                configured = run;
            }
            int before = run.results().size();
            run.run(file.toString(), scenarios.cases());
            results.addAll(run.results().subList(before, run.results().size()));
            if (own != null) {
                coverage.add(run.coverage());
            }
        }
        if (configured != null) {
            coverage.add(configured.coverage());
        }
        return new ScenarioReport(results, coverage);
    }

    private ScenarioRun configured() {
        Path named = server.namedConfig();
        Path config = named == null ? ServerOptions.DEFAULT_CONFIG : named;
        GatewayConfig read = ConfigFile.read(config, terminal.environment());
        Questions questions = Questions.of(read);
        Long number = draft;
        if (number == null) {
            return run(config.toString(), read.policies(), questions);
        }
        try (AdminClient client = server.connect(terminal)) {
            String source =
                    client.get(VersionLines.PATH + "/" + number).path("source").asString();
            List<Rule> rules = PublishedRules.rules(source);
            return run(
                    config + " and version " + number,
                    Stream.concat(read.policies().stream(), rules.stream()).toList(),
                    questions);
        } catch (UnusableRules unusable) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(unusable.getMessage()), unusable);
        }
    }

    private static ScenarioRun run(String source, List<Rule> rules, @Nullable Questions questions) {
        try {
            return new ScenarioRun(source, rules, questions);
        } catch (InvalidPolicy invalid) {
            throw new CliFailure(CliFailure.USAGE, source + ": " + invalid.getMessage(), invalid);
        }
    }

    private void print(ScenarioReport report) {
        for (ScenarioReport.Result result : report.results()) {
            if (result.passed()) {
                terminal.good("ok      " + result.name());
            } else {
                terminal.bad("FAILED  " + result.name() + " (" + result.file() + ")");
                result.failures().forEach(failure -> terminal.line("        " + failure));
            }
        }
        for (ScenarioReport.Coverage rules : report.coverage()) {
            int reached = rules.rules() - rules.unreached().size();
            terminal.line(rules.source() + ": " + reached + " of " + rules.rules() + " rules fit a scenario");
            if (!rules.unreached().isEmpty()) {
                terminal.line("  no scenario reaches " + String.join(", ", rules.unreached()));
            }
            if (!rules.neverMatched().isEmpty()) {
                terminal.line("  in no scenario matches " + String.join(", ", rules.neverMatched()));
            }
        }
        long failed = report.failed();
        terminal.line(report.results().size() + " scenarios, " + failed + " failed");
    }

    private static String json(ScenarioReport report) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("scenarios", report.results().size());
        json.put("failed", report.failed());
        json.setAll((ObjectNode) JsonMapper.shared().readTree(new AdminJson().write(report)));
        return json.toString();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new CliFailure(
                    CliFailure.USAGE, "\"" + file + "\" cannot be written: " + failed.getMessage(), failed);
        }
    }
}
