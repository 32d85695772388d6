package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.HostedUse;
import dev.portreeve.policy.call.HostedUse.Fate;
import dev.portreeve.policy.call.HostedUse.Otherwise;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What rules say about tools that providers run by themselves. */
class HostedToolRulesTest {
    private static final Subject AGENT = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "k00000000001");

    private static Rule rule(String id, Effect effect, @Nullable String when, String... tools) {
        return new Rule(
                id,
                effect,
                new Rule.Who(null, "support", null, null, null),
                new Selectors(List.of(), List.of(), List.of(), List.of(), List.of(tools)),
                when,
                List.of(),
                null);
    }

    private static HostedUse use(String name, String definition, Otherwise otherwise) {
        String[] parts = name.split("/", 2);
        Arguments.Parsed parsed = Arguments.parse(definition.getBytes(StandardCharsets.UTF_8));
        return new HostedUse(
                new Resource.HostedTool(parts[0], parts[1]),
                parts[1],
                ((Arguments.Valid) parsed).arguments(),
                otherwise);
    }

    @ParameterizedTest
    @CsvSource({
        "web_search, web_search",
        "web_search_20250305, web_search",
        "web_search_2025_08_26, web_search",
        "web_search_preview, web_search",
        "web_search_preview_2025_03_11, web_search",
        "web_search_options, web_search",
        "computer_use_preview, computer_use",
        "code_execution_20250825, code_execution",
        "codeExecution, code_execution",
        "googleSearch, google_search",
        "googleSearchRetrieval, google_search",
        "urlContext, url_context",
        "mcp_servers, mcp",
        "mcp_toolset, mcp",
        "MCP, mcp",
        "tool_search_tool_regex_20251119, tool_search_tool_regex",
        "file_search, file_search",
    })
    void one_name_for_what_versions_and_dialects_call_by_many(String kind, String name) {
        assertEquals(name, Resource.HostedTool.canonical(kind));
    }

    @ParameterizedTest
    @CsvSource({
        // The tool, then what becomes of it where the model's route says strip, deny, pass.
        "openai/web_search, PASSED, PASSED, PASSED",
        "azure/web_search, STRIPPED, DENIED, PASSED",
        "azure/code_interpreter, PASSED, PASSED, PASSED",
        "openai/code_interpreter, STRIPPED, DENIED, STRIPPED",
        "openai/image_generation, STRIPPED, DENIED, PASSED",
    })
    void a_rule_comes_before_what_the_model_says(String name, Fate strip, Fate deny, Fate pass) {
        AccessPolicy policy = AccessPolicy.of(List.of(
                rule("search", Effect.ALLOW, null, "openai/web_search"),
                rule("code", Effect.ALLOW, null, "code_*"),
                rule("not-there", Effect.DENY, null, "openai/code_*")));
        assertEquals(strip, policy.fate(AGENT, use(name, "{}", Otherwise.STRIP)));
        assertEquals(deny, policy.fate(AGENT, use(name, "{}", Otherwise.DENY)));
        assertEquals(pass, policy.fate(AGENT, use(name, "{}", Otherwise.PASS)));
    }

    @ParameterizedTest
    @CsvSource({
        // Of connectors and other tools, where the model's route says rewrite.
        "openai/mcp, REWRITTEN",
        "openai/web_search, STRIPPED",
        "azure/mcp, PASSED",
        "other/mcp, STRIPPED",
    })
    void connectors_are_rewritten_where_no_rule_speaks_of_them(String name, Fate fate) {
        AccessPolicy policy = AccessPolicy.of(
                List.of(rule("yes", Effect.ALLOW, null, "azure/mcp"), rule("no", Effect.DENY, null, "other/mcp")));
        assertEquals(fate, policy.fate(AGENT, use(name, "{}", Otherwise.REWRITE)));
    }

    @Test
    void models_granted_by_pattern_grant_no_tools() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                new Rule("all", Effect.ALLOW, Rule.Who.ANYBODY, List.of("*"), List.of("*"), null, List.of(), null)));
        assertEquals(Fate.STRIPPED, policy.fate(AGENT, use("openai/web_search", "{}", Otherwise.STRIP)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"server_url\":\"https://mcp.example/sse\"}|PASSED",
                "{\"server_url\":\"https://mcp.example.evil/\"}|STRIPPED",
                "{\"connector_id\":\"mail\"}|STRIPPED",
                "{\"server_url\":7}|STRIPPED",
            })
    void conditions_read_the_tools_entry_and_count_against_the_caller(String definition, Fate fate) {
        AccessPolicy policy = AccessPolicy.of(
                List.of(rule("one", Effect.ALLOW, "url.host(args.server_url) == 'mcp.example'", "mcp")));
        assertEquals(fate, policy.fate(AGENT, use("openai/mcp", definition, Otherwise.STRIP)));
        AccessPolicy forbids =
                AccessPolicy.of(List.of(rule("not", Effect.DENY, "url.host(args.server_url) != 'mcp.example'", "mcp")));
        assertEquals(fate, forbids.fate(AGENT, use("openai/mcp", definition, Otherwise.PASS)));
    }

    @Test
    void conditions_know_the_caller_and_the_kind() {
        AccessPolicy policy = AccessPolicy.of(List.of(rule(
                "who",
                Effect.ALLOW,
                "subject.member == 'bot' && call.kind == 'hosted-tool' && call.name == 'openai/mcp'",
                "*")));
        assertEquals(Fate.PASSED, policy.fate(AGENT, use("openai/mcp", "{}", Otherwise.STRIP)));
        Subject other = new Subject("acme", "support", Subject.Kind.AGENT, "other", "k00000000002");
        assertEquals(Fate.STRIPPED, policy.fate(other, use("openai/mcp", "{}", Otherwise.STRIP)));
    }

    @Test
    void nobody_can_be_asked_about_them() {
        InvalidPolicy refused = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(rule("ask", Effect.REQUIRE_APPROVAL, null, "web_search"))));
        InvalidPolicy.Problem problem = refused.problems().getFirst();
        assertEquals("hosted-tools", problem.member());
        assertTrue(problem.message().contains("it runs inside the model call"), problem.message());
    }

    @Test
    void a_name_that_would_never_match_is_refused() {
        InvalidPolicy refused = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(rule("dated", Effect.DENY, null, "anthropic/web_search_20250305"))));
        assertEquals(
                "\"web_search_20250305\" is one of several names of \"web_search\", which is what rules name",
                refused.problems().getFirst().message());
    }

    @Test
    void they_are_in_the_policys_version_and_older_rules_keep_theirs() {
        Rule plain = new Rule("r", Effect.ALLOW, Rule.Who.ANYBODY, List.of("m"), List.of(), null, List.of(), null);
        assertTrue(!AccessPolicy.of(List.of(plain)).document().text().contains("hosted"));
        assertNotEquals(
                AccessPolicy.of(List.of(rule("r", Effect.ALLOW, null, "mcp"))).version(),
                AccessPolicy.of(List.of(rule("r", Effect.ALLOW, null, "web_search")))
                        .version());
    }
}
