package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.AdminLinkCommand;
import dev.portreeve.gateway.cli.ApprovalsCommand;
import dev.portreeve.gateway.cli.AuditAnchorsCommand;
import dev.portreeve.gateway.cli.AuditCommand;
import dev.portreeve.gateway.cli.AuditDeliveriesCommand;
import dev.portreeve.gateway.cli.AuditEraseCommand;
import dev.portreeve.gateway.cli.AuditHoldCommand;
import dev.portreeve.gateway.cli.AuditReportCommand;
import dev.portreeve.gateway.cli.AuditSearchCommand;
import dev.portreeve.gateway.cli.AuditShowCommand;
import dev.portreeve.gateway.cli.AuditStatusCommand;
import dev.portreeve.gateway.cli.BudgetStateCommand;
import dev.portreeve.gateway.cli.BudgetsCommand;
import dev.portreeve.gateway.cli.BurnDownCommand;
import dev.portreeve.gateway.cli.CheckCommand;
import dev.portreeve.gateway.cli.CliFailure;
import dev.portreeve.gateway.cli.ConnectCommand;
import dev.portreeve.gateway.cli.ExplainCommand;
import dev.portreeve.gateway.cli.ImportCommand;
import dev.portreeve.gateway.cli.KeysCommand;
import dev.portreeve.gateway.cli.LiteLlmCommand;
import dev.portreeve.gateway.cli.McpCommand;
import dev.portreeve.gateway.cli.ModelsCommand;
import dev.portreeve.gateway.cli.NoticesCommand;
import dev.portreeve.gateway.cli.PolicyCommand;
import dev.portreeve.gateway.cli.PolicyDiffCommand;
import dev.portreeve.gateway.cli.PolicyDraftCommand;
import dev.portreeve.gateway.cli.PolicyPublishCommand;
import dev.portreeve.gateway.cli.PolicyReplayCommand;
import dev.portreeve.gateway.cli.PolicyShowCommand;
import dev.portreeve.gateway.cli.PolicyTestCommand;
import dev.portreeve.gateway.cli.PolicyVersionsCommand;
import dev.portreeve.gateway.cli.PricesCommand;
import dev.portreeve.gateway.cli.ProofCommand;
import dev.portreeve.gateway.cli.ProvidersCommand;
import dev.portreeve.gateway.cli.RaiseCommand;
import dev.portreeve.gateway.cli.ReconcileCommand;
import dev.portreeve.gateway.cli.RememberedCommand;
import dev.portreeve.gateway.cli.SqlCommand;
import dev.portreeve.gateway.cli.StatementCommand;
import dev.portreeve.gateway.cli.StopCommand;
import dev.portreeve.gateway.cli.StopsCommand;
import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.cli.ToolsCommand;
import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.database.StartFailure;
import java.io.PrintWriter;
import java.time.Clock;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code portreeve}. Exit codes: 0 done, 1 the answer is no, 2 wrong usage or configuration, 3 unreachable, 70 a bug. */
public final class Main {
    private Main() {}

    /** The command without a subcommand. */
    @Command(
            name = "portreeve",
            description = "One gate, one purse, one record for the model calls and tool calls of agents.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:done",
                "1:the answer is no (a call was refused, records were altered, there is no such thing)",
                "2:the command line or the configuration is wrong",
                "3:the server or the database cannot be reached",
                "70:a mistake in Portreeve"
            })
    static final class Root {}

    public static void main(String[] arguments) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(run(Terminal.ofProcess(), arguments));
    }

    private static CommandLine audit(Terminal terminal) {
        return new CommandLine(new AuditCommand(terminal))
                .addSubcommand(new AuditStatusCommand(terminal))
                .addSubcommand(new AuditSearchCommand(terminal))
                .addSubcommand(new AuditShowCommand(terminal))
                .addSubcommand(new AuditEraseCommand(terminal))
                .addSubcommand(new AuditDeliveriesCommand(terminal))
                .addSubcommand(new AuditHoldCommand(terminal))
                .addSubcommand(new AuditAnchorsCommand(terminal))
                .addSubcommand(new AuditReportCommand(terminal, Version.text(), Clock.systemUTC()))
                .addSubcommand(new ProofCommand.Prove(terminal))
                .addSubcommand(new ProofCommand.CheckProof(terminal))
                .addSubcommand(new ProofCommand.Consistency(terminal));
    }

    private static CommandLine budgets(Terminal terminal) {
        return new CommandLine(new BudgetsCommand(terminal))
                .addSubcommand(new StatementCommand(terminal))
                .addSubcommand(new ReconcileCommand(terminal))
                .addSubcommand(new BurnDownCommand(terminal))
                .addSubcommand(new BudgetStateCommand.Freeze(terminal))
                .addSubcommand(new BudgetStateCommand.Close(terminal))
                .addSubcommand(new BudgetStateCommand.Open(terminal))
                .addSubcommand(new RaiseCommand(terminal));
    }

    private static CommandLine policy(Terminal terminal) {
        return new CommandLine(new PolicyCommand())
                .addSubcommand(new ExplainCommand(terminal))
                .addSubcommand(new PolicyTestCommand(terminal))
                .addSubcommand(new PolicyReplayCommand(terminal))
                .addSubcommand(new PolicyDraftCommand(terminal))
                .addSubcommand(new PolicyVersionsCommand(terminal))
                .addSubcommand(new PolicyShowCommand(terminal))
                .addSubcommand(new PolicyDiffCommand(terminal))
                .addSubcommand(new PolicyPublishCommand.Publish(terminal))
                .addSubcommand(new PolicyPublishCommand.Rollback(terminal))
                .addSubcommand(new PolicyPublishCommand.Withdraw(terminal));
    }

    /** Runs one command line; tests call it with a terminal of their own. */
    static int run(Terminal terminal, String... arguments) {
        CommandLine line = new CommandLine(new Root())
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new CheckCommand(terminal))
                .addSubcommand(new CommandLine(new ImportCommand(terminal)).addSubcommand(new LiteLlmCommand(terminal)))
                .addSubcommand(new ConnectCommand(terminal))
                .addSubcommand(new KeysCommand(terminal))
                .addSubcommand(
                        new CommandLine(new ApprovalsCommand(terminal)).addSubcommand(new RememberedCommand(terminal)))
                .addSubcommand(new ModelsCommand(terminal))
                .addSubcommand(new NoticesCommand(terminal))
                .addSubcommand(new StopCommand.Stop(terminal))
                .addSubcommand(new StopCommand.Resume(terminal))
                .addSubcommand(new StopsCommand(terminal))
                .addSubcommand(budgets(terminal))
                .addSubcommand(policy(terminal))
                .addSubcommand(audit(terminal))
                .addSubcommand(new ToolsCommand(terminal))
                .addSubcommand(new McpCommand(terminal))
                .addSubcommand(new PricesCommand(terminal))
                .addSubcommand(new ProvidersCommand(terminal))
                .addSubcommand(new AdminLinkCommand(terminal))
                .addSubcommand(new SqlCommand(terminal))
                .addSubcommand(new VersionCommand(terminal));
        line.setOut(terminal.out());
        line.setErr(terminal.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                terminal.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, terminal.err()));
        if (arguments.length == 0) {
            line.usage(terminal.out());
            return CliFailure.USAGE;
        }
        return line.execute(arguments);
    }

    private static int explain(Exception failure, PrintWriter err) {
        int code = switch (failure) {
            case CliFailure known -> known.exitCode();
            case BadConfig ignored -> CliFailure.USAGE;
            case StartFailure ignored -> CliFailure.UNREACHABLE;
            default -> CliFailure.BUG;
        };
        if (code == CliFailure.BUG) {
            err.println("portreeve: this is a mistake in Portreeve:");
            failure.printStackTrace(err);
        } else {
            String.valueOf(failure.getMessage()).lines().forEach(line -> err.println("portreeve: " + line));
        }
        err.flush();
        return code;
    }
}
