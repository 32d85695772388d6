package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file may say of budgets. */
class BudgetCheckTest {
    private static final String FILE = """
            providers: [ { id: p, base-url: "http://127.0.0.1:1/v1" } ]
            models: [ { name: fast, route: { targets: [ { model: p/x } ] } } ]
            tool-servers: [ { slug: files, url: "http://127.0.0.1:1/mcp", price-per-call: 0.01 }, { slug: free, url: "http://127.0.0.1:1/mcp" } ]
            organisation:
              tenants: [ { id: t, budgets: [ %s ] } ]
            """;

    private static List<String> problems(String budgets) {
        BadConfig bad = assertThrows(
                BadConfig.class, () -> ConfigFile.parse("f.yaml", FILE.formatted(budgets), Path.of("."), name -> null));
        return bad.problems().stream().map(ConfigProblem::toString).toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ window: daily }                                   | a budget needs limit-usd",
                "{ limit-usd: 1, limit-tokens: 5 }                   | a budget counts one thing",
                "{ limit-tokens: 5, tools: [files__read] }           | write limit-requests or limit-usd",
                "{ limit-tokens: 0.5 }                               | is not a whole number",
                "{ limit-tokens: -5 }                                | at least 0",
                "{ limit-requests: 9999999999999999999 }             | is not a whole number",
                "{ limit: 5 }                                        | limit and currency belong together",
                "{ limit: 5, currency: euro }                        | write three letters such as EUR",
                "{ limit: 5, currency: USD }                         | write dollars as limit-usd",
                "{ limit: 5, currency: EUR }                         | add it to organisation.rates",
                "{ limit-usd: 1, tool-servers: [free] }              | write limit-requests, or price-per-call",
                "{ limit-usd: 1, tools: [free__read] }               | write limit-requests, or price-per-call",
                "{ limit-usd: -1 }                                   | at least 0",
                "{ limit-usd: 9999999999 }                           | beyond nine billion",
                "{ limit-usd: 1, window: rolling }                   | write rolling: 5h instead of window",
                "{ limit-usd: 1, window: daily, rolling: 5h }        | leave one of both out",
                "{ limit-usd: 1, rolling: 1s }                       | at least 1m and at most 366d",
                "{ limit-usd: 1, from: 2026-13-01 }                  | is not a day such as 2026-12-31",
                "{ limit-usd: 1, from: 2026-02-01, until: 2026-01-01 } | would never apply",
                "{ limit-usd: 1, models: [fats] }                    | did you mean \"fast\"",
                "{ limit-usd: 1, tools: [files_read] }               | is not of the form slug__tool",
                "{ limit-usd: 1, tools: [file__read] }               | did you mean \"files\"",
                "{ limit-usd: 1, tool-servers: [filse] }             | did you mean \"files\"",
                "{ limit-requests: 5, when-short: shrink }           | a request counts one however short its answer is",
                "{ limit-usd: 1, tools: [files__read], when-short: shrink } | a tool's call cannot be made shorter",
                "{ limit-usd: 1, when-short: shrnik }                | did you mean \"shrink\"",
                "{ limit-usd: 1, least-output: 5 }                   | write when-short: shrink too",
                "{ limit-usd: 1, soft: true, when-short: shrink }    | so no call needs to shrink",
                "{ limit-usd: 1, window: daily, soft: true, rollover: 1 } | so nothing needs to roll over",
                "{ limit-usd: 1, when-short: shrink, least-output: 0 } | between 1 and 10000000",
                "{ limit-usd: 1, name: daily }                       | names a window",
                "'{ limit-usd: 1, name: a }, { limit-usd: 2, name: a }' | there are two budgets with the id \"a\"",
            })
    void whatCouldNeverBoundAnythingIsRefusedWithWhatToWriteInstead(String budgets, String said) {
        List<String> problems = problems(budgets);
        assertEquals(1, problems.size(), problems::toString);
        assertTrue(problems.getFirst().contains(said), problems::toString);
    }

    private static List<String> rated(String rates, String budget) {
        try {
            GatewayConfig unused = ConfigFile.parse(
                    "f.yaml",
                    "organisation: { rates: [ " + rates + " ], tenants: [ { id: t, budgets: [ " + budget + " ] } ] }",
                    Path.of("."),
                    name -> null);
            return List.of();
        } catch (BadConfig bad) {
            return bad.problems().stream().map(ConfigProblem::toString).toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{ currency: EUR, per-usd: 0.9, date: 2026-05-01 }, { currency: EUR, per-usd: 0.8, date: 2126-05-01 }' | ",
                "{ currency: EUR, per-usd: 0.9, date: 2126-05-01 }  | add an earlier one to organisation.rates",
                "'{ currency: EUR, per-usd: 0.9, date: 2026-05-01 }, { currency: EUR, per-usd: 0.8, date: 2026-05-01 }' "
                        + "| there are two rates with the id \"EUR 2026-05-01\"",
                "{ currency: EUR, per-usd: 0, date: 2026-05-01 }    | per-usd is above 0",
                "{ currency: EUR, per-usd: 1e999999, date: 2026-05-01 }  | is not a decimal number",
                "{ currency: EUR, per-usd: 0.0000000000001, date: 2026-05-01 }  | is not a decimal number",
                "{ currency: EUR, per-usd: 0.9, date: 2026-02-29 }  | is not a day",
                "{ currency: EUR, per-usd: 0.9, date: 0001-01-01 }  | between 1971",
                "{ currency: EUR, per-usd: 0.9 }                    | date",
                "{ currency: EUR, date: 2026-05-01 }                | per-usd",
                "{ currency: eur, per-usd: 0.9, date: 2026-05-01 }  | three letters",
            })
    void ratesAreDatedAndCountable(String rates, String said) {
        List<String> problems = rated(rates, "{ limit: 5, currency: EUR }");
        if (said == null) {
            assertEquals(List.of(), problems);
        } else {
            assertTrue(problems.stream().anyMatch(each -> each.contains(said)), problems::toString);
        }
    }

    /** Nothing is counted before its first day. */
    @Test
    void aBudgetOfLaterNeedsARateOfLater() {
        String later = "{ currency: EUR, per-usd: 0.9, date: 2126-05-01 }";
        assertEquals(List.of(), rated(later, "{ limit: 5, currency: EUR, from: 2126-05-01 }"));
        assertEquals(
                1, rated(later, "{ limit: 5, currency: EUR, from: 2126-04-30 }").size());
    }

    @Test
    void modelsAndToolsMayBePatterns() throws BadConfig {
        GatewayConfig read = ConfigFile.parse(
                "f.yaml",
                FILE.formatted("{ limit-usd: 1, models: [\"p/*\", fast], tools: [\"*__read\", files__write],"
                        + " tags: [night], per: session, from: 2028-02-29, until: 2028-02-29 }"),
                Path.of("."),
                name -> null);
        assertEquals(
                "2028-02-29",
                String.valueOf(read.organisation()
                        .tenants()
                        .getFirst()
                        .budgets()
                        .getFirst()
                        .until()));
    }
}
