package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.LifeSpan;
import dev.portreeve.gateway.config.PublishedRules;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.scenario.DraftFile;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.replay.PostgresRecordedCalls;
import dev.portreeve.policy.replay.Replay;
import dev.portreeve.policy.replay.ReplayReport;
import dev.portreeve.policy.version.PolicyVersions;
import dev.portreeve.policy.version.RulesText;
import dev.portreeve.policy.version.UnusableRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portreeve policy replay}. Reads the database itself, so that a running gateway has no work with it. */
@Command(
        name = "replay",
        description = "decide recorded calls again by a draft, and print who and what changes; nothing else does",
        mixinStandardHelpOptions = true)
public final class PolicyReplayCommand implements Callable<Integer> {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final int PROGRESS_EVERY = 100_000;
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(names = "--since", paramLabel = "7d", description = "how far back (default: ${DEFAULT-VALUE})")
    private String since = "7d";

    @Option(names = "--tenant", description = "default: all")
    private @Nullable String tenant;

    @Parameters(
            paramLabel = "DRAFT",
            description = "a file with the rules in policies, a whole configuration, or the number of a version")
    private Path draft = ServerOptions.DEFAULT_CONFIG;

    public PolicyReplayCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Instant until = InstantSource.system().instant();
        Instant from = until.minus(LifeSpan.parse(since)
                .orElseThrow(() -> new CliFailure(CliFailure.USAGE, "--since is " + LifeSpan.FORM)));
        try (DatabaseBeside database =
                DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), server.dataDirectory(terminal))) {
            AccessPolicy rules = policy(database);
            Replay replay = new Replay(new PostgresRecordedCalls(database.app().dataSource()), rules);
            ReplayReport report = replay.run(new PostgresRecordedCalls.Span(tenant, from, until), this::progress);
            if (server.json()) {
                terminal.line(ReplayJson.of(report, rules.version()));
            } else {
                print(report);
            }
            return 0;
        }
    }

    private AccessPolicy policy(DatabaseBeside database) {
        try {
            return AccessPolicy.of(
                    isVersion()
                            ? ofVersion(database, Long.parseLong(draft.toString()))
                            : DraftFile.rules(draft, terminal.environment()));
        } catch (InvalidPolicy | UnusableRules invalid) {
            throw new CliFailure(CliFailure.USAGE, draft + ": " + invalid.getMessage(), invalid);
        }
    }

    private boolean isVersion() {
        return NUMBER.matcher(draft.toString()).matches() && !Files.exists(draft);
    }

    /** What would be in force with it: the rules of the configuration are beside those of any version. */
    private List<Rule> ofVersion(DatabaseBeside database, long number) {
        RulesText text = PolicyVersions.stored(database.app().dataSource(), number)
                .orElseThrow(() -> new CliFailure(CliFailure.NO, "there is no version " + number + " of the rules"))
                .text();
        List<Rule> file =
                server.configuration(terminal).map(GatewayConfig::policies).orElse(List.of());
        return Stream.concat(file.stream(), PublishedRules.rules(text.source()).stream())
                .toList();
    }

    private void progress(long calls) {
        if (calls % PROGRESS_EVERY == 0 && calls > 0) {
            terminal.note("  " + calls + " calls");
        }
    }

    private void print(ReplayReport report) {
        terminal.line(report.calls() + " calls decided again, " + report.unchanged() + " fare as they did");
        if (report.notEvaluable() > 0) {
            terminal.line(report.notEvaluable() + " are not evaluable, because the records do not have "
                    + String.join(
                            ", ",
                            report.notKept().stream()
                                    .map(count -> count.name() + " (" + count.calls() + ")")
                                    .toList()));
        }
        if (report.undecided() > 0) {
            terminal.quiet(report.undecided() + " more were refused before any rule was asked");
        }
        for (ReplayReport.Change change : report.changes()) {
            terminal.line("");
            terminal.bad(change.from().word() + " -> " + change.to().word() + ": " + change.calls() + " calls, "
                    + money(change));
            for (ReplayReport.Sample sample : change.samples()) {
                terminal.line("  " + sample.at() + "  " + sample.member() + "  " + sample.resource() + "  call "
                        + sample.call()
                        + (sample.by().isEmpty() ? ", no rule permits it" : ", by " + String.join(", ", sample.by())));
            }
        }
        groups(report);
    }

    private static String money(ReplayReport.Change change) {
        String spent = change.spent() + " were spent";
        return change.atMost().nanos() == 0 ? spent : spent + ", at most " + change.atMost() + " more can be";
    }

    private void groups(ReplayReport report) {
        if (report.groups().isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (ReplayReport.Group group : report.groups()) {
            rows.add(List.of(
                    group.tenant(),
                    group.member(),
                    group.resource(),
                    group.from().word() + " -> " + group.to().word(),
                    String.valueOf(group.calls()),
                    group.spent().toString(),
                    group.atMost().toString()));
        }
        terminal.line("");
        terminal.table(List.of("TENANT", "WHO", "WHAT", "CHANGE", "CALLS", "SPENT", "AT MOST"), rows);
        if (report.groupsLeftOut() > 0) {
            terminal.line(report.groupsLeftOut() + " more calls of others change");
        }
    }
}
