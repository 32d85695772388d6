package dev.portreeve.gateway.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve policy publish}, {@code rollback} and {@code withdraw}. */
@Command(mixinStandardHelpOptions = true)
public abstract class PolicyPublishCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String verb;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(names = "--as", paramLabel = "NAME", description = "who wants it (default: operator)")
    private @Nullable String as;

    private PolicyPublishCommand(Terminal terminal, String verb) {
        this.terminal = terminal;
        this.verb = verb;
    }

    /** Which version. */
    abstract long number();

    /** Why; empty where the version says so already. */
    abstract String reason();

    /** Puts a draft in force. */
    @Command(name = "publish", description = "put the rules of a draft in force, on every gateway")
    public static final class Publish extends PolicyPublishCommand {
        @Parameters(paramLabel = "N", description = "its number")
        private long number;

        public Publish(Terminal terminal) {
            super(terminal, "publish");
        }

        @Override
        long number() {
            return number;
        }

        @Override
        String reason() {
            return "";
        }
    }

    /** Puts earlier rules in force. */
    @Command(
            name = "rollback",
            description = "put the rules of an earlier version in force again, as a new version, on every gateway")
    public static final class Rollback extends PolicyPublishCommand {
        @Parameters(paramLabel = "N", description = "its number; 0 for no rules but the configuration's")
        private long number;

        @Option(names = "--reason", required = true, description = "why, for the record")
        private String reason = "";

        public Rollback(Terminal terminal) {
            super(terminal, "rollback");
        }

        @Override
        long number() {
            return number;
        }

        @Override
        String reason() {
            return reason;
        }
    }

    /** Puts a draft away. */
    @Command(name = "withdraw", description = "put a draft away for good")
    public static final class Withdraw extends PolicyPublishCommand {
        @Parameters(paramLabel = "N", description = "its number")
        private long number;

        @Option(names = "--reason", required = true, description = "why, for the record")
        private String reason = "";

        public Withdraw(Terminal terminal) {
            super(terminal, "withdraw");
        }

        @Override
        long number() {
            return number;
        }

        @Override
        String reason() {
            return reason;
        }
    }

    @Override
    public Integer call() {
        ObjectNode body = JsonMapper.shared().createObjectNode();
        if (!reason().isEmpty()) {
            body.put("reason", reason());
        }
        if (as != null) {
            body.put("as", as);
        }
        try (AdminClient client = server.connect(terminal)) {
            JsonNode done = client.post(VersionLines.PATH + "/" + number() + "/" + verb, body);
            if (server.json()) {
                terminal.line(done.toString());
            } else {
                terminal.line(VersionLines.summary(done.path("version")));
            }
            return 0;
        }
    }
}
