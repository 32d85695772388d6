package dev.portreeve.hub.south;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a stdio server's process is started: without a shell, and with an environment that holds nothing unless it is named
 * here, since the gateway's own may be full of secrets.
 *
 * @param command argv
 * @param environment variables it gets, over everything else
 * @param inherited names of the gateway's variables it gets, beside PATH and HOME
 * @param workingDirectory {@code null}: the gateway's
 * @param user whom it runs as; {@code null}: as the gateway does
 * @param idleStop it is stopped after this time without a request; zero: never
 * @param lazy whether it runs for callers only, and never longer than it takes because the gateway wanted to know something
 */
public record ProcessLaunch(
        List<String> command,
        Map<String, String> environment,
        List<String> inherited,
        @Nullable Path workingDirectory,
        @Nullable String user,
        Duration idleStop,
        boolean lazy) {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path ACCOUNTS = Path.of("/etc/passwd");
    private static final int ACCOUNT_FIELDS = 7;
    private static final int ID_FIELD = 2;
    private static final int GROUP_FIELD = 3;
    private static final int HOME_FIELD = 5;

    public ProcessLaunch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        inherited = List.copyOf(inherited);
    }

    /** A command with an environment, and everything else as the gateway has it. */
    public static ProcessLaunch of(List<String> command, Map<String, String> environment) {
        return new ProcessLaunch(command, environment, List.of(), null, null, Duration.ZERO, false);
    }

    boolean stopsIdle() {
        return !idleStop.isZero();
    }

    /** Adds the command to what the builder has, and sets the rest. */
    void prepare(ProcessBuilder builder) throws IOException {
        List<String> argv = new ArrayList<>(builder.command());
        Map<String, String> variables = new LinkedHashMap<>();
        inherit(variables, "PATH");
        inherit(variables, "HOME");
        if (user != null) {
            Account account = account(user);
            variables.put("HOME", account.home());
            argv.addAll(account.becoming());
        }
        inherited.forEach(name -> inherit(variables, name));
        variables.putAll(environment);
        argv.addAll(command);
        builder.command(argv);
        builder.environment().clear();
        builder.environment().putAll(variables);
        if (workingDirectory != null) {
            if (!Files.isDirectory(workingDirectory)) {
                throw new IOException("its working directory does not exist");
            }
            builder.directory(workingDirectory.toFile());
        }
    }

    private static void inherit(Map<String, String> variables, String name) {
        String value = System.getenv(name);
        if (value != null) {
            variables.put(name, value);
        }
    }

    /** What the system knows about a user. */
    private record Account(String id, String group, String home) {
        /** setpriv replaces itself by what follows: same process, same id. */
        List<String> becoming() {
            return List.of(
                    SETPRIV.toString(), "--reuid=" + id, "--regid=" + group, "--init-groups", "--no-new-privs", "--");
        }
    }

    private static Account account(String user) throws IOException {
        if (!Files.isExecutable(SETPRIV)) {
            throw new IOException("process.user needs " + SETPRIV + ", which is not there");
        }
        for (String line : Files.readAllLines(ACCOUNTS)) {
            String[] fields = line.split(":", -1);
            if (fields.length == ACCOUNT_FIELDS && fields[0].equals(user)) {
                return new Account(fields[ID_FIELD], fields[GROUP_FIELD], fields[HOME_FIELD]);
            }
        }
        throw new IOException("there is no user \"" + user + "\" in " + ACCOUNTS);
    }

    /** Without the values of the environment (INV-7). */
    @Override
    public String toString() {
        return command.isEmpty() ? "" : command.getFirst();
    }
}
