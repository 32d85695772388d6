package dev.portreeve.gateway.cli;

import dev.portreeve.audit.AuditEvent;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.Assurance;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.Finding;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Outside;
import dev.portreeve.audit.verify.Verification;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.DatabaseBeside;
import dev.portreeve.gateway.database.EvidenceFiles;
import dev.portreeve.gateway.report.ControlMap;
import dev.portreeve.gateway.report.ReportPeriod;
import dev.portreeve.gateway.report.ReportReading;
import dev.portreeve.gateway.report.ReportSource;
import dev.portreeve.gateway.report.ReportText;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve audit report}: what the records say for one framework and one period. Reads the database itself, past a running server, or an evidence bundle. */
@Command(
        name = "report",
        description =
                "what the records of a period are evidence for: a document for one framework, verified while it is made",
        mixinStandardHelpOptions = true)
public final class AuditReportCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String madeBy;
    private final InstantSource clock;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Option(
            names = "--framework",
            paramLabel = "NAME",
            description = "eu-ai-act, iso-42001, soc-2 or nist-ai-rmf",
            required = true)
    private String framework = "";

    @Option(names = "--period", paramLabel = "2026-Q4", description = "a year, a quarter or a month (UTC)")
    private @Nullable String period;

    @Option(names = "--from", paramLabel = "2026-11-01", description = "in place of --period: a day (UTC) or a time")
    private @Nullable String begin;

    @Option(names = "--to", paramLabel = "2026-12-01", description = "not included")
    private @Nullable String to;

    @Option(names = "--tenant", description = "one tenant, and what concerns the whole instance; default: all tenants")
    private @Nullable String tenant;

    @Option(
            names = "--bundle",
            paramLabel = "BUNDLE",
            description = "make it from an evidence bundle in place of the database: needs nothing else")
    private @Nullable Path bundle;

    @Option(names = "--format", defaultValue = "html", description = "html, md or json (default: html)")
    private Format format = Format.html;

    @Option(names = "--out", paramLabel = "FILE", description = "a new file; default: print it")
    private @Nullable Path out;

    @Option(names = "--key", paramLabel = "KEY", description = "the log's public key, from a source you trust")
    private @Nullable String keyText;

    /** What the records were read from; {@code null} for the database. */
    private ReportSource.@Nullable Bundle from;

    /** How a report is written. */
    enum Format {
        html,
        md,
        json
    }

    /** @param madeBy names this program in the report */
    public AuditReportCommand(Terminal terminal, String madeBy, InstantSource clock) {
        this.terminal = terminal;
        this.madeBy = madeBy;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        Instant now = clock.instant();
        ControlMap map = ControlMap.builtIn();
        ControlMap.Framework chosen = map.framework(framework)
                .orElseThrow(() -> new CliFailure(
                        CliFailure.USAGE,
                        "there is no framework \"" + framework + "\": "
                                + map.frameworks().stream()
                                        .map(ControlMap.Framework::id)
                                        .collect(Collectors.joining(", "))));
        ReportPeriod time = period(now);
        ReportReading reading = new ReportReading(chosen, time, Progress.none());
        Checked checked = bundle == null ? database(reading) : offline(bundle, reading);
        Verification found = checked.verification();
        requireTenant(reading);
        ReportSource source = new ReportSource(map, chosen, time, now, madeBy, tenant, from, verified(checked));
        ObjectNode figures = reading.figures();
        write(
                switch (format) {
                    case html -> ReportText.html(source, figures);
                    case md -> ReportText.markdown(source, figures);
                    case json -> source.json(figures).toPrettyString() + "\n";
                });
        return end(found, reading.records());
    }

    private Checked database(ReportReading reading) {
        DataDirectory directory = server.dataDirectory(terminal);
        VerifierKey key = keyText == null ? AuditCommand.ownKey(directory) : AuditCommand.key(keyText);
        List<String> only = tenant == null ? List.of() : List.of(AuditEvent.INSTANCE, tenant);
        try (DatabaseBeside database = DatabaseBeside.open(SqlCommand.databaseConfig(server, terminal), directory)) {
            Verification found = new AuditVerifier(key, reading)
                    .database(database.app().dataSource(), EvidenceFiles.heads(directory), only);
            return Assurance.ofDatabase(found, key, HeldHeads.none(), only.isEmpty());
        }
    }

    /** All of the bundle is verified, what is asked for is counted. */
    private Checked offline(Path file, ReportReading reading) {
        VerifyOptions.requireBundle(file);
        VerifierKey key =
                keyText == null ? AuditCommand.published(server.dataDirectory(terminal)) : AuditCommand.key(keyText);
        Checked checked = AuditVerifier.bundle(
                file,
                key,
                HeldHeads.none(),
                Outside.NOTHING,
                tenant == null ? reading : new OneTenant(reading, tenant),
                asked -> from = new ReportSource.Bundle(
                        String.valueOf(file.toAbsolutePath().getFileName()), asked));
        if (from == null || checked.verification().trees().isEmpty()) {
            throw new CliFailure(
                    CliFailure.NO,
                    "no report can be made from '" + file + "': "
                            + checked.verification().findings().stream()
                                    .map(Finding::toString)
                                    .collect(Collectors.joining("; ")));
        }
        return checked;
    }

    /** What of a reading concerns one tenant, and the whole instance. */
    private record OneTenant(Progress reading, String tenant) implements Progress {
        @Override
        public void checked(String whose, long records, long of) {
            reading.checked(whose, records, of);
        }

        @Override
        public void read(String whose, long index, byte[] leaf) {
            if (concerns(whose)) {
                reading.read(whose, index, leaf);
            }
        }

        @Override
        public void confirmed(String whose, SignedNote head) {
            if (concerns(whose)) {
                reading.confirmed(whose, head);
            }
        }

        private boolean concerns(String whose) {
            return whose.equals(tenant) || whose.equals(AuditEvent.INSTANCE);
        }
    }

    private ReportPeriod period(Instant now) {
        try {
            boolean named = period != null;
            if (named == (begin != null || to != null)) {
                throw new IllegalArgumentException("say which time: --period 2026-Q4, or --from and --to");
            }
            ReportPeriod time = named
                    ? ReportPeriod.parse(String.valueOf(period))
                    : ReportPeriod.between(orMissing("--from", begin), orMissing("--to", to));
            if (!time.from().isBefore(now)) {
                throw new IllegalArgumentException(
                        "the period " + time.name() + " has not begun: it begins at " + time.from());
            }
            return time;
        } catch (IllegalArgumentException wrong) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static String orMissing(String option, @Nullable String value) {
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing");
        }
        return value;
    }

    private void requireTenant(ReportReading reading) {
        if (tenant != null && !reading.tenants().contains(tenant)) {
            throw new CliFailure(
                    CliFailure.NO,
                    "tenant \"" + tenant + "\" has no records" + (bundle == null ? "" : " in '" + bundle + "'"));
        }
    }

    private static ReportSource.Verified verified(Checked checked) {
        return new ReportSource.Verified(
                checked.verification().verdict(),
                String.valueOf(checked.key()),
                checked.verification().findings().stream()
                        .map(Finding::toString)
                        .toList(),
                checked.assurance().unproved());
    }

    private void write(String report) {
        Path file = out;
        if (file == null) {
            terminal.out().print(report);
            terminal.out().flush();
            return;
        }
        try {
            Files.writeString(file, report, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException there) {
            throw new CliFailure(CliFailure.USAGE, "'" + file + "' is there already: name a new file", there);
        } catch (IOException failed) {
            throw new CliFailure(
                    CliFailure.UNREACHABLE, "the report cannot be written: " + failed.getMessage(), failed);
        }
    }

    private int end(Verification found, long records) {
        String where = out == null ? "" : ", in " + out;
        if (found instanceof Verification.Intact) {
            terminal.note(records + " records of the period, verified while they were read" + where);
            return 0;
        }
        terminal.note(
                records + " records of the period" + where + "; THEY COULD NOT BE VERIFIED, and the report says so:");
        found.findings().forEach(finding -> terminal.note("  " + finding));
        return CliFailure.NO;
    }
}
