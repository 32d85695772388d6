package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.connect.Client;
import dev.portreeve.gateway.connect.ClientEntry;
import dev.portreeve.gateway.connect.LiveCheck;
import dev.portreeve.gateway.connect.ModelCheck;
import dev.portreeve.gateway.connect.ModelSight;
import dev.portreeve.gateway.connect.Sight;
import dev.portreeve.gateway.edit.FileEdit;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve connect}: the entry that points a client at the gateway, and what the client will see with it. */
@Command(
        name = "connect",
        description = {
            "print the entry that points an MCP client at the gateway, or write it into the client's file (--write),",
            "then connect as the client would and say what it sees, tools and, where it calls models too, models"
        },
        mixinStandardHelpOptions = true)
public final class ConnectCommand implements Callable<Integer> {
    private static final int SHOWN = 8;
    private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]*";
    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Parameters(
            paramLabel = "CLIENT",
            description = "claude-code, claude-desktop, cursor, vscode, codex, gemini-cli or generic")
    private String client = "generic";

    @Option(
            names = "--view",
            paramLabel = "NAME",
            description = "a tool server's slug or a view, in place of everything")
    private @Nullable String view;

    @Option(names = "--url", description = "the gateway (default: the public URL, or the running server's)")
    private @Nullable URI url;

    @Option(names = "--name", description = "of the entry (default: portreeve, or portreeve-VIEW)")
    private @Nullable String name;

    @Option(names = "--key", description = "a virtual key, to check with (default: what the variable holds)")
    private @Nullable String key;

    @Option(
            names = "--key-variable",
            paramLabel = "NAME",
            defaultValue = "PORTREEVE_KEY",
            description = "where the client takes the key from (default: ${DEFAULT-VALUE})")
    private String variable = "PORTREEVE_KEY";

    @Option(
            names = "--literal-key",
            description = "put the key itself into the entry, for clients that see no variable")
    private boolean literal;

    @Option(names = "--write", description = "put the entry into the client's file; the old file is kept beside it")
    private boolean write;

    @Option(names = "--file", description = "the client's file (default: where the client looks for it)")
    private @Nullable Path file;

    @Option(names = "--no-check", description = "do not connect")
    private boolean unchecked;

    public ConnectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ClientEntry entry = entry();
        Path target = file == null
                ? entry.client().file(terminal.environment(), Path.of(""), System.getProperty("os.name", ""))
                : file;
        FileEdit.@Nullable Done done = write ? write(entry, target) : null;
        List<Sight> sights = List.of();
        if (!unchecked) {
            try (LiveCheck check = new LiveCheck(entry.url(), shownKey())) {
                sights = check.look();
            }
        }
        Optional<ModelSight> models = sights.stream().anyMatch(Sight::reached)
                ? ModelCheck.look(entry.client(), entry.url(), shownKey())
                : Optional.empty();
        if (server.json()) {
            terminal.line(tree(entry, target, done, sights, models).toString());
        } else {
            say(entry, target, done, sights);
            models.ifPresent(this::say);
        }
        return exitCode(sights, models);
    }

    /** Who may use no model may still want the tools. */
    private static int exitCode(List<Sight> sights, Optional<ModelSight> models) {
        if (sights.stream().anyMatch(sight -> !sight.reached())) {
            return CliFailure.UNREACHABLE;
        }
        if (models.isPresent() && models.get().problem() != null) {
            return CliFailure.NO;
        }
        return sights.stream().anyMatch(sight -> sight.problem() != null) ? CliFailure.NO : 0;
    }

    private ClientEntry entry() {
        Client known = Arrays.stream(Client.values())
                .filter(one -> one.id().equals(client.replace("vs-code", "vscode")))
                .findFirst()
                .orElseThrow(() -> new CliFailure(
                        CliFailure.USAGE,
                        "\"" + client + "\" is not one of "
                                + Arrays.stream(Client.values()).map(Client::id).collect(Collectors.joining(", "))));
        if (!variable.matches(VARIABLE)) {
            throw new CliFailure(CliFailure.USAGE, "\"" + variable + "\" is not the name of a variable");
        }
        String path = view == null ? "/mcp" : "/mcp/" + PathSegment.of(view);
        String shown = shownKey();
        if (literal && shown == null) {
            throw new CliFailure(CliFailure.USAGE, "--literal-key needs a key: give --key, or set " + variable);
        }
        String own = name == null ? (view == null ? "portreeve" : "portreeve-" + view) : name;
        ClientEntry.KeySource source = literal && shown != null
                ? new ClientEntry.KeySource.Literal(shown)
                : new ClientEntry.KeySource.Variable(variable);
        return new ClientEntry(known, own, base().resolve(path), source);
    }

    private @Nullable String shownKey() {
        String given = key == null ? terminal.environment().apply(variable) : key;
        return given == null || given.isEmpty() ? null : given;
    }

    private URI base() {
        if (url != null) {
            return url;
        }
        Optional<URI> told = server.configuration(terminal)
                .map(GatewayConfig::server)
                .flatMap(config -> Optional.ofNullable(config.publicUrl()));
        return told.orElseGet(() -> server.listeners(terminal).data());
    }

    private static FileEdit.Done write(ClientEntry entry, @Nullable Path target) {
        if (target == null) {
            throw new CliFailure(CliFailure.USAGE, "where this client keeps its servers is not known: give --file");
        }
        Optional<String> before = FileEdit.read(target);
        String after = entry.put(target.toString(), before.orElse(""));
        return before.isPresent() && before.get().equals(after)
                ? new FileEdit.Done(target, null)
                : FileEdit.replace(target, before, after, entry.isSecret());
    }

    private void say(ClientEntry entry, @Nullable Path target, FileEdit.@Nullable Done done, List<Sight> sights) {
        if (done == null) {
            terminal.note(
                    target == null
                            ? "for the client's file:"
                            : "for " + target + " (" + entry.client().label() + "):");
            terminal.line(entry.alone().stripTrailing());
        } else {
            terminal.line(done.file() + ": " + entry.name() + " is " + entry.url()
                    + (done.backup() == null ? "" : "; as it was before: " + done.backup()));
        }
        if (!entry.isSecret()) {
            terminal.note(
                    entry.client() == Client.CLAUDE_DESKTOP
                            ? "where Claude Desktop is started, set " + entry.headerVariable()
                                    + " to \"Bearer \" and the key"
                            : "where the client is started, set " + variable + " to the key");
        }
        for (Sight sight : sights) {
            String tools = sight.tools().size() + (sight.tools().size() == 1 ? " tool" : " tools");
            String some = sight.tools().stream().limit(SHOWN).collect(Collectors.joining(", "));
            String more = sight.tools().size() > SHOWN ? ", …" : "";
            if (sight.problem() == null) {
                terminal.good("MCP " + sight.version() + ": " + tools + ": " + some + more);
            } else {
                terminal.bad("MCP " + sight.version() + ": " + sight.problem());
            }
        }
    }

    private void say(ModelSight sight) {
        String where = "models in " + sight.dialect() + " dialect: ";
        String some = sight.models().stream().limit(SHOWN).collect(Collectors.joining(", "));
        String more = sight.models().size() > SHOWN ? ", …" : "";
        if (sight.problem() != null) {
            terminal.bad(where + sight.problem());
        } else if (sight.models().isEmpty()) {
            terminal.note(where + "this key may use none: write a rule under policies (who, models)");
        } else {
            terminal.good(where + sight.models().size() + ": " + some + more + "; where " + sight.setting());
        }
    }

    private static ObjectNode tree(
            ClientEntry entry,
            @Nullable Path target,
            FileEdit.@Nullable Done done,
            List<Sight> sights,
            Optional<ModelSight> models) {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        tree.put("client", entry.client().id())
                .put("name", entry.name())
                .put("url", entry.url().toString());
        tree.put("file", target == null ? null : target.toString()).put("entry", entry.alone());
        tree.put("written", done != null);
        Path backup = done == null ? null : done.backup();
        tree.put("backup", backup == null ? null : backup.toString());
        ArrayNode seen = tree.putArray("seen");
        for (Sight sight : sights) {
            ObjectNode one = seen.addObject().put("version", sight.version()).put("problem", sight.problem());
            ArrayNode tools = one.putArray("tools");
            sight.tools().forEach(tools::add);
        }
        models.ifPresent(sight -> {
            ObjectNode found = tree.putObject("models")
                    .put("dialect", sight.dialect())
                    .put("setting", sight.setting())
                    .put("problem", sight.problem());
            ArrayNode names = found.putArray("names");
            sight.models().forEach(names::add);
        });
        return tree;
    }
}
