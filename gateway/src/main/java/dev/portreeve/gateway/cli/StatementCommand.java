package dev.portreeve.gateway.cli;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code portreeve budgets statement}. */
@Command(
        name = "statement",
        description = "each call of a period and what it was charged, from the audit records",
        mixinStandardHelpOptions = true)
public final class StatementCommand implements Callable<Integer> {
    private static final List<String> COLUMNS = List.of(
            "at",
            "call",
            "team",
            "member",
            "key",
            "type",
            "resource",
            "provider",
            "upstream_model",
            "outcome",
            "settlement",
            "charged_usd",
            "basis",
            "input_tokens",
            "output_tokens",
            "price_version",
            "trace_id",
            "client_request_id",
            "record");
    private static final List<String> SHOWN =
            List.of("at", "member", "resource", "outcome", "charged_usd", "basis", "call");
    /** A table is for looking; files have no such bound. */
    private static final int MAX_SHOWN = 1000;

    private final Terminal terminal;

    @Mixin
    private final ServerOptions server = new ServerOptions();

    @Mixin
    private final Period period = new Period();

    @Parameters(paramLabel = "OWNER", arity = "0..1", description = "team:ID, member:ID or key:ID; all by default")
    private @Nullable String owner;

    @Option(names = "--format", defaultValue = "table", description = "table, csv or json (a line each)")
    private Format format = Format.table;

    /** How a statement is written. */
    enum Format {
        table,
        csv,
        json
    }

    public StatementCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Format wanted = server.json() ? Format.json : format;
        try (AdminClient client = server.connect(terminal)) {
            if (wanted == Format.csv) {
                terminal.line(String.join(",", COLUMNS));
            }
            List<List<String>> shown = new ArrayList<>();
            BigDecimal total = BigDecimal.ZERO;
            long calls = 0;
            String after = null;
            do {
                JsonNode page = client.get("/api/v1/statement?v=1" + period.query() + Period.parameter("owner", owner)
                        + Period.parameter("after", after));
                for (JsonNode row : page.path("rows")) {
                    calls++;
                    total = total.add(new BigDecimal(row.path("charged_usd").asString("0")));
                    write(row, wanted, shown);
                }
                after = page.path("next").isString() ? page.path("next").asString() : null;
            } while (after != null);
            if (wanted == Format.table) {
                terminal.table(
                        SHOWN.stream()
                                .map(name -> name.toUpperCase(Locale.ROOT))
                                .toList(),
                        shown);
            }
            terminal.note(calls + " calls, $" + total.toPlainString() + " in all"
                    + (wanted == Format.table && calls > MAX_SHOWN
                            ? "; the first " + MAX_SHOWN + " are shown, --format csv has all"
                            : ""));
            return 0;
        }
    }

    private void write(JsonNode row, Format format, List<List<String>> shown) {
        switch (format) {
            case json -> terminal.line(row.toString());
            case csv ->
                terminal.line(String.join(
                        ",",
                        COLUMNS.stream()
                                .map(name -> csv(row.path(name).asString("")))
                                .toList()));
            case table -> {
                if (shown.size() < MAX_SHOWN) {
                    shown.add(SHOWN.stream()
                            .map(name -> Terminal.orDash(row.path(name).asString("")))
                            .toList());
                }
            }
        }
    }

    /** As RFC 4180 wants it, and so that no spreadsheet takes a name for a formula. */
    static String csv(String value) {
        boolean formula = !value.isEmpty() && "=+-@\t\r".indexOf(value.charAt(0)) >= 0;
        String safe = formula ? "'" + value : value;
        boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }
}
