package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigEdit;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.ConfigProblem;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.edit.FileEdit;
import dev.portreeve.gateway.imports.Imported;
import dev.portreeve.gateway.imports.ImportedServer;
import dev.portreeve.gateway.imports.Variable;
import dev.portreeve.hub.ToolServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portreeve import}: brings the servers of an MCP client's file. Starts nothing and connects to nothing. */
@Command(
        name = "import",
        description = {
            "read the MCP servers of Claude Code, Claude Desktop, Cursor, VS Code, Codex, Gemini CLI or a registry's"
                    + " server.json,",
            "and print them as entries of the configuration; the report goes to standard error"
        },
        mixinStandardHelpOptions = true)
public final class ImportCommand implements Callable<Integer> {
    private static final String SERVERS = "tool-servers";
    private static final String RULES = "policies";
    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "the client's file, such as .mcp.json or ~/.codex/config.toml")
    private @Nullable Path named;

    private Path file = Path.of(".mcp.json");

    @Option(
            names = "--into",
            paramLabel = "FILE",
            description =
                    "add the entries to this configuration instead of printing them; the old file is kept beside it")
    private @Nullable Path into;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "how to print the result (default: text)")
    private ServerOptions.Format format = ServerOptions.Format.text;

    public ImportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (named == null) {
            // Required, but for the commands below this one.
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(), "Missing required parameter: 'FILE'");
        }
        file = named;
        String text = FileEdit.read(file).orElseThrow(() -> missing(file));
        ImportReport report = new ImportReport(terminal, format == ServerOptions.Format.json);
        Path target = into;
        if (target == null) {
            Imported imported = Imported.read(file.toString(), text, List.of());
            report.printed(imported);
            return imported.servers().isEmpty() ? CliFailure.NO : 0;
        }
        Optional<String> before = FileEdit.read(target);
        String old = before.orElseThrow(() -> missing(target));
        Merged merged = merge(target, old, text);
        FileEdit.Done done = merged.text().equals(old)
                ? new FileEdit.Done(target, null)
                : FileEdit.replace(target, before, merged.text(), false);
        report.merged(merged.imported(), done);
        return merged.imported().servers().isEmpty() && merged.known() == 0 ? CliFailure.NO : 0;
    }

    /**
     * @param known how many servers the configuration had already
     */
    private record Merged(Imported imported, int known, String text) {}

    private Merged merge(Path target, String old, String text) {
        GatewayConfig before = parse(target, old, terminal.environment());
        Imported all = Imported.read(
                file.toString(),
                text,
                before.toolServers().stream().map(ToolServerConfig::slug).toList());
        Function<String, @Nullable String> environment = withPlaceholders(all);
        List<ImportedServer> known = known(all, before.toolServers(), environment);
        Imported imported = all.without(known, "is in the configuration already; left out");
        String merged = old;
        if (!imported.servers().isEmpty()) {
            merged = ConfigEdit.append(target.toString(), merged, SERVERS, imported.entries());
        }
        if (!imported.rules().isEmpty()) {
            merged = ConfigEdit.append(target.toString(), merged, RULES, imported.rules());
        }
        GatewayConfig was = parse(target, old, environment);
        if (!ConfigEdit.onlyAdds(was, parse(target, merged, environment))) {
            throw new BadConfig(List.of(new ConfigProblem(
                    target.toString(),
                    0,
                    "",
                    "cannot be added to safely; nothing was written: print the entries without --into,"
                            + " put them in by hand")));
        }
        return new Merged(imported, known.size(), merged);
    }

    /** What is there under another name already: the same address, or the same command. */
    private static List<ImportedServer> known(
            Imported imported, List<ToolServerConfig> there, Function<String, @Nullable String> environment) {
        GatewayConfig alone = ConfigFile.parse("the import", imported.yaml(), Path.of(""), environment);
        List<ImportedServer> known = new ArrayList<>();
        for (int i = 0; i < imported.servers().size(); i++) {
            ToolServerConfig config = alone.toolServers().get(i);
            boolean same = there.stream()
                    .anyMatch(one -> Objects.equals(one.url(), config.url())
                            && one.command().equals(config.command())
                            && one.env().equals(config.env()));
            if (same) {
                known.add(imported.servers().get(i));
            }
        }
        return known;
    }

    /** The variables need not be set yet: until they are, something stands in for them while the result is checked. */
    private Function<String, @Nullable String> withPlaceholders(Imported imported) {
        Set<String> names = imported.variables().stream().map(Variable::name).collect(Collectors.toSet());
        Set<String> urls = imported.entries().stream()
                .map(entry -> entry.values().getOrDefault("url", ""))
                .filter(url -> url.startsWith("\"${") && url.endsWith("}\""))
                .map(url -> url.substring(3, url.length() - 2))
                .collect(Collectors.toSet());
        return name -> {
            String set = terminal.environment().apply(name);
            boolean standIn = set == null && names.contains(name);
            return standIn ? (urls.contains(name) ? "https://placeholder.invalid/" : "placeholder") : set;
        };
    }

    private static GatewayConfig parse(Path target, String text, Function<String, @Nullable String> environment) {
        Path folder = target.toAbsolutePath().getParent();
        return ConfigFile.parse(target.toString(), text, folder == null ? Path.of("") : folder, environment);
    }

    private static BadConfig missing(Path file) {
        return new BadConfig(List.of(new ConfigProblem(file.toString(), 0, "", "there is no such file")));
    }
}
