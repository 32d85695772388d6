package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.stamp.TimeStampTrust;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stand-alone verifier: {@code java -jar portreeve-verify.jar evidence.zip}. Opens no connection and writes no file. */
public final class Verify {
    private static final String USAGE = """
            usage: java -jar portreeve-verify.jar BUNDLE [--key KEY] [--since HEADS] [--witness KEY] [--tsa FILE] [-o text|json]

              BUNDLE        an evidence bundle: evidence.zip, or the folder it was unpacked to
              --key KEY     the log's verifier key (name+id+base64), or a file that holds it, from a source you trust;
                            without it the key in the bundle is taken, which proves only that its files fit together
              --since HEADS signed heads you kept, or an earlier bundle: does the log go on from there?
              --witness KEY the key of a witness you trust (name+id+base64), or a file that holds it
              --tsa FILE    certificates (PEM) that those of time stamp authorities must lead to
              -o FORM       text (default) or json

            Ends with 0 if all is as it was signed, 1 if something was changed, 2 if not everything could be checked,
            3 if it was asked for in a wrong way.
            """;

    private @Nullable Path bundle;
    private @Nullable VerifierKey key;
    private HeldHeads held = HeldHeads.none();
    private final List<VerifierKey> witnesses = new ArrayList<>();
    private @Nullable TimeStampTrust stamps;
    private boolean json;

    private Verify() {}

    /** What makes no sense; the message is for the one who typed it. */
    private static final class Misused extends Exception {
        private static final long serialVersionUID = 1L;

        Misused(String message) {
            super(message);
        }
    }

    /** The program. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        int exitCode = run(arguments, out, err);
        out.flush();
        System.exit(exitCode);
    }

    /** As the program, for a caller that goes on; returns its exit code. */
    static int run(String[] arguments, PrintStream out, PrintStream err) {
        Verify verify = new Verify();
        try {
            verify.read(arguments);
        } catch (Misused misused) {
            err.println(Plain.line(String.valueOf(misused.getMessage())));
            err.print(USAGE);
            return Checked.USAGE;
        }
        Path target = verify.bundle;
        if (target == null) {
            err.print(USAGE);
            return Checked.USAGE;
        }
        if (!Files.exists(target)) {
            err.println("There is no file or folder \"" + Plain.text(target.toString())
                    + "\": name the evidence bundle, a ZIP file or the folder it was unpacked to.");
            return Checked.USAGE;
        }
        Checked checked = AuditVerifier.bundle(
                target,
                verify.key,
                verify.held,
                new Outside(Map.of(), verify.witnesses, verify.stamps),
                Progress.none());
        if (verify.json) {
            out.print(Report.json(checked));
        } else {
            Report.lines(checked).forEach(line -> out.println(line.text()));
        }
        return checked.exitCode();
    }

    private void read(String[] arguments) throws Misused {
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("-")) {
                if (bundle != null) {
                    throw new Misused("one bundle at a time");
                }
                bundle = Path.of(argument);
                if (!Files.exists(bundle)) {
                    throw new Misused("there is no \"" + argument + "\"");
                }
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new Misused("\"" + argument + "\" is no option, or lacks its value");
            }
            option(argument, arguments[++i]);
        }
    }

    private void option(String name, String value) throws Misused {
        switch (name) {
            case "--key" -> key = key(name, value);
            case "--witness" -> witnesses.add(key(name, value));
            case "--tsa" -> {
                try {
                    stamps = TimeStampTrust.read(Path.of(value));
                } catch (IOException unreadable) {
                    throw new Misused("--tsa: " + unreadable.getMessage());
                }
            }
            case "--since" -> {
                try {
                    held = HeldHeads.read(Path.of(value));
                } catch (IOException unreadable) {
                    throw new Misused("--since: " + unreadable.getMessage());
                }
            }
            case "-o", "--output" -> {
                if (!value.equals("json") && !value.equals("text")) {
                    throw new Misused("-o is text or json");
                }
                json = value.equals("json");
            }
            default -> throw new Misused("there is no option \"" + name + "\"");
        }
    }

    private static VerifierKey key(String option, String value) throws Misused {
        try {
            Path file = Path.of(value);
            return VerifierKey.parse(Files.isRegularFile(file) ? Files.readString(file) : value);
        } catch (IOException | IllegalArgumentException none) {
            throw new Misused(option + ": " + none.getMessage());
        }
    }
}
