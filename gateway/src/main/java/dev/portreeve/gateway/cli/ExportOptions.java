package dev.portreeve.gateway.cli;

import dev.portreeve.audit.export.Selection;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which records are meant. */
final class ExportOptions {
    @Option(names = "--tenant", description = "only this one's records (default: all)")
    private @Nullable String tenant;

    @Option(names = "--since", paramLabel = "INDEX", description = "from this index on", defaultValue = "0")
    private long since;

    @Option(names = "--from", paramLabel = "TIME", description = "2026-10-01, or 2026-10-01T12:00:00Z; UTC")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "up to this time, which is not included")
    private @Nullable String to;

    /** @throws CliFailure it is none; says why */
    Selection selection() {
        try {
            return new Selection(tenant, since, time("--from", from), time("--to", to));
        } catch (IllegalArgumentException none) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(none.getMessage()), none);
        }
    }

    private static @Nullable Instant time(String option, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return text.indexOf('T') < 0
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : Instant.parse(text);
        } catch (DateTimeException none) {
            throw new IllegalArgumentException(
                    option + " \"" + text + "\" is no time: write 2026-10-01 or 2026-10-01T12:00:00Z", none);
        }
    }
}
