package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.BadConfig;
import dev.portreeve.gateway.config.ConfigProblem;
import dev.portreeve.gateway.edit.FileEdit;
import dev.portreeve.gateway.imports.litellm.Finding;
import dev.portreeve.gateway.imports.litellm.LiteLlmConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve import litellm-config}: writes a configuration of ours for one of LiteLLM's, and says what became of each thing. */
@Command(
        name = "litellm-config",
        description = {
            "read LiteLLM's config.yaml and print a configuration that does the same as far as there is the same;",
            "the report, with the lines of the file, goes to standard error"
        },
        footer = "exit codes: 0 all of it is in the new file, 1 something is not, 2 the file cannot be used",
        mixinStandardHelpOptions = true)
public final class LiteLlmCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "LiteLLM's config.yaml")
    private Path file = Path.of("config.yaml");

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description =
                    "write the configuration to this new file instead of printing it; one that is there is not touched")
    private @Nullable Path to;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            description = "how to print the result (default: text)")
    private ServerOptions.Format format = ServerOptions.Format.text;

    public LiteLlmCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String text = FileEdit.read(file).orElseThrow(() -> problem(file, "there is no such file"));
        LiteLlmConfig config = LiteLlmConfig.read(file.toString(), text);
        Path target = to;
        if (target != null) {
            if (FileEdit.read(target).isPresent()) {
                throw problem(target, "is there already: name a new file");
            }
            FileEdit.Done ignored = FileEdit.replace(target, Optional.empty(), config.yaml(), false);
        }
        if (format == ServerOptions.Format.json) {
            terminal.line(tree(config, target).toString());
        } else {
            report(config, target);
        }
        return config.isWhole() ? 0 : CliFailure.NO;
    }

    private void report(LiteLlmConfig config, @Nullable Path target) {
        if (target == null) {
            terminal.line(config.yaml().stripTrailing());
        }
        for (Finding.Kind kind : Finding.Kind.values()) {
            List<Finding> some = config.findings().stream()
                    .filter(finding -> finding.kind() == kind)
                    .toList();
            if (!some.isEmpty()) {
                terminal.note(words(kind) + ":");
            }
            for (Finding finding : some) {
                String place = file + (finding.line() > 0 ? ":" + finding.line() : "");
                terminal.note("  " + place + ": " + shown(finding.path()) + ": " + shown(finding.what()));
            }
        }
        if (!config.variables().isEmpty()) {
            terminal.note("set these for the gateway:");
        }
        config.variables().forEach((name, purpose) -> terminal.note("  " + name + ": " + shown(purpose)));
        if (target != null) {
            terminal.note("written to " + target);
        }
    }

    /** Names in the file may hold anything, and this goes to a terminal. */
    private static String shown(String text) {
        return text.replaceAll("\\p{Cntrl}|\\p{Cf}|[\\u2028\\u2029]", "?");
    }

    private static String words(Finding.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private ObjectNode tree(LiteLlmConfig config, @Nullable Path target) {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        tree.put("file", file.toString());
        if (target == null) {
            tree.put("yaml", config.yaml());
        } else {
            tree.put("to", target.toString());
        }
        for (Finding.Kind kind : Finding.Kind.values()) {
            ArrayNode list = tree.putArray(kind.name().toLowerCase(Locale.ROOT));
            config.findings().stream()
                    .filter(finding -> finding.kind() == kind)
                    .forEach(finding -> list.addObject()
                            .put("line", finding.line())
                            .put("path", finding.path())
                            .put("what", finding.what()));
        }
        ArrayNode variables = tree.putArray("variables");
        config.variables()
                .forEach((name, purpose) ->
                        variables.addObject().put("name", name).put("purpose", purpose));
        return tree;
    }

    private static BadConfig problem(Path file, String what) {
        return new BadConfig(List.of(new ConfigProblem(file.toString(), 0, "", what)));
    }
}
