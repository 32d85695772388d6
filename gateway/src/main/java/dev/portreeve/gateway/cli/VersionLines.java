package dev.portreeve.gateway.cli;

import tools.jackson.databind.JsonNode;

/** How versions of the rules are shown to people. */
final class VersionLines {
    /** Where the admin API has them. */
    static final String PATH = "/api/v1/policy/versions";

    private VersionLines() {}

    /** What of one version a page has in one line. */
    static String summary(JsonNode version) {
        JsonNode copyOf = version.path("copy_of");
        return "version " + version.path("number").asLong() + ", "
                + version.path("state").asString() + ": "
                + version.path("rules").asLong() + " rules, made by "
                + version.path("author").asString() + " at "
                + version.path("drafted_at").asString()
                + " from version " + version.path("parent").asLong()
                + (copyOf.isNumber() ? ", with the rules of version " + copyOf.asLong() : "")
                + " (" + version.path("reason").asString() + ")";
    }

    /** Rule by rule. */
    static void printDiff(Terminal terminal, JsonNode diff) {
        int lines = 0;
        for (JsonNode rule : diff.path("added")) {
            terminal.good("+ " + rule.path("id").asString());
            members(terminal, rule);
            lines++;
        }
        for (JsonNode rule : diff.path("removed")) {
            terminal.bad("- " + rule.path("id").asString());
            members(terminal, rule);
            lines++;
        }
        for (JsonNode rule : diff.path("changed")) {
            terminal.line("~ " + rule.path("id").asString());
            for (JsonNode member : rule.path("members")) {
                terminal.line("    " + member.path("name").asString() + ": " + value(member.path("before")) + " -> "
                        + value(member.path("after")));
            }
            lines++;
        }
        if (lines == 0) {
            terminal.line("no rule is different");
        }
    }

    private static void members(Terminal terminal, JsonNode rule) {
        rule.path("members")
                .properties()
                .forEach(member -> terminal.line(
                        "    " + member.getKey() + ": " + member.getValue().asString()));
    }

    private static String value(JsonNode value) {
        return value.isString() ? value.asString() : "(nothing)";
    }

    /** @return how many there are */
    static int printProblems(Terminal terminal, JsonNode problems) {
        if (!problems.isEmpty()) {
            terminal.bad("it would not be published now:");
        }
        problems.forEach(problem -> terminal.line("  " + problem.asString()));
        return problems.size();
    }
}
