package dev.portreeve.migrations;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The user that PostgreSQL's programs run as: it refuses to run as root, so root has to step down first.
 *
 * @param prefix the words to put before a command
 * @param owner the user id that its files must belong to, or a negative number to leave them as they are
 */
record Account(List<String> prefix, int owner) {
    private static final int ROOT = 0;
    private static final int UNCHANGED = -1;

    Account {
        prefix = List.copyOf(prefix);
    }

    /**
     * The first way to step down that works here and reaches both the programs and the data folder. Containers forbid
     * some, minimal images lack others, and a folder below a closed home directory is out of reach for a stranger.
     */
    static Account choose(DataFolder data, Path postgres) throws IOException {
        if (!runningAsRoot(data)) {
            return new Account(List.of(), UNCHANGED);
        }
        List<String> reasons = new ArrayList<>();
        for (Account account : waysDown()) {
            Command.Result result = account.probe(data, postgres);
            if (result.worked()) {
                return account;
            }
            reasons.add(account.prefix.getFirst() + ": "
                    + result.output().lines().findFirst().orElse("no message"));
        }
        throw DatabaseUnavailable.hereOnly(
                "PostgreSQL does not run as root, and no way to run it as another user works here ("
                        + String.join("; ", reasons) + "): start Portreeve as an ordinary user",
                null);
    }

    /** Asked of a file made now: the name of the user may be anything. */
    private static boolean runningAsRoot(DataFolder data) throws IOException {
        Path mine = Files.createTempFile(data.root(), "probe-", null);
        try {
            return userId(mine) == ROOT;
        } finally {
            Files.delete(mine);
        }
    }

    private static List<Account> waysDown() {
        List<Account> ways = new ArrayList<>();
        Command.Result nobody = Command.run(List.of("id", "-u", "nobody"));
        Command.Result group = Command.run(List.of("id", "-g", "nobody"));
        if (nobody.worked() && group.worked()) {
            int uid = Integer.parseInt(nobody.output());
            ways.add(new Account(
                    List.of("setpriv", "--reuid=" + uid, "--regid=" + group.output(), "--clear-groups"), uid));
            ways.add(new Account(List.of("runuser", "-u", "nobody", "--"), uid));
        }
        // No real step down: the files stay root's. Still better than no database.
        ways.add(new Account(List.of("unshare", "-U", "--map-user=65534"), ROOT));
        return ways;
    }

    private Command.Result probe(DataFolder data, Path postgres) throws IOException {
        Path folder = Files.createTempDirectory(data.root(), "probe-");
        try {
            own(folder);
            return Command.run(
                    as("sh", "-c", "test -w \"$0\" && exec \"$1\" --version", folder.toString(), postgres.toString()));
        } finally {
            Files.delete(folder);
        }
    }

    /** The command as this account runs it. */
    List<String> as(String... command) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of(command));
        return words;
    }

    /** Gives a folder and all in it to this account, if it is another's. */
    void own(Path folder) throws IOException {
        if (owner == UNCHANGED || userId(folder) == owner) {
            return;
        }
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    private static int userId(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }
}
