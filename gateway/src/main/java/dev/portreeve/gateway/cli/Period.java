package dev.portreeve.gateway.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Of which time and of which tenant a command tells. */
final class Period {
    @Option(names = "--from", paramLabel = "2026-11-01", description = "a day (UTC) or a time; by default, this month")
    @Nullable
    String from;

    @Option(names = "--to", paramLabel = "2026-12-01", description = "not included; by default, now")
    @Nullable
    String to;

    @Option(names = "--tenant", description = "needed where there are several")
    @Nullable
    String tenant;

    /** For the end of an address that has a parameter already. */
    String query() {
        return parameter("from", from) + parameter("to", to) + parameter("tenant", tenant);
    }

    /** Nothing for what is not said. */
    static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
