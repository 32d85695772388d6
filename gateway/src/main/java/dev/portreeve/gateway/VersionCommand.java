package dev.portreeve.gateway;

import dev.portreeve.gateway.cli.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code portreeve version}. */
@Command(name = "version", description = "which version this is")
final class VersionCommand implements Callable<Integer> {
    private final Terminal terminal;

    VersionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.line(Version.text());
        return 0;
    }
}
