package dev.portreeve.policy.access;

import static dev.portreeve.policy.access.Decision.Match.CONDITION_ERROR;
import static dev.portreeve.policy.access.Decision.Match.CONDITION_FALSE;
import static dev.portreeve.policy.access.Decision.Match.MATCHED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.audit.InMemoryJournal;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallId;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TaskCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTest {
    private static Rule tools(String id, Effect effect, @Nullable String when, String... tools) {
        return new Rule(id, effect, Who.ANYBODY, List.of(), List.of(tools), when, List.of(), null);
    }

    private static Rule models(String id, Effect effect, @Nullable String when, String... models) {
        return new Rule(id, effect, Who.ANYBODY, List.of(models), List.of(), when, List.of(), null);
    }

    private static Rule asking(String id, List<String> approvers, @Nullable Duration timeout) {
        return new Rule(id, Effect.REQUIRE_APPROVAL, Who.ANYBODY, List.of(), List.of("*"), null, approvers, timeout);
    }

    private static GovernedCall write(String arguments) {
        return Calls.tool(Calls.BOT, Calls.WRITE, arguments);
    }

    private static Decision.Match verdict(String when, String arguments) {
        AccessPolicy policy = AccessPolicy.of(List.of(tools("r", Effect.ALLOW, when, "*")));
        return policy.decide(write(arguments)).verdicts().getFirst().matched();
    }

    private static Rule ofKey(String id, Effect effect, String key) {
        Who who = new Who(null, null, null, null, key);
        return new Rule(id, effect, who, List.of(), List.of("*"), null, List.of(), null);
    }

    private static Decision decide(Subject subject, Rule... rules) {
        return AccessPolicy.of(List.of(rules)).decide(Calls.tool(subject, Calls.WRITE, "{}"));
    }

    @Test
    void whatIsSaidOfAKeyHoldsForThoseBelowItAndOneBelowGetsNothingForItself() {
        String root = Calls.BOT.keyId();
        Subject child = new Subject("acme", null, Subject.Kind.AGENT, "bot", "child0000000")
                .by(new Delegation(List.of(root), List.of(Confines.NONE)));
        Subject grandchild = new Subject("acme", null, Subject.Kind.AGENT, "bot", "grand0000000")
                .by(new Delegation(List.of(root, "child0000000"), List.of(Confines.NONE, Confines.NONE)));
        Rule all = tools("all", Effect.ALLOW, null, "*");
        for (Subject below : List.of(child, grandchild)) {
            assertInstanceOf(Decision.Permit.class, decide(below, ofKey("root", Effect.ALLOW, root)));
            assertInstanceOf(Decision.Deny.class, decide(below, all, ofKey("root", Effect.DENY, root)));
            assertInstanceOf(Decision.Ask.class, decide(below, all, ofKey("root", Effect.REQUIRE_APPROVAL, root)));
            assertInstanceOf(Decision.Deny.class, decide(below, ofKey("own", Effect.ALLOW, below.keyId())));
            assertInstanceOf(Decision.Deny.class, decide(below, all, ofKey("own", Effect.DENY, "child0000000")));
        }
    }

    @Test
    void aDelegatedCallMustBeWithinAllConfines() {
        Rule all = tools("all", Effect.ALLOW, null, "*");
        Confines writing = new Confines(null, List.of("*write*", "other"), null, null, null);
        Confines nothing = new Confines(null, List.of(), null, null, null);
        Confines models = new Confines(List.of(), null, null, null, null);
        assertInstanceOf(Decision.Permit.class, decide(below(writing), all));
        assertInstanceOf(Decision.Permit.class, decide(below(writing, models), all));
        for (List<Confines> way : List.of(List.of(nothing), List.of(writing, nothing), List.of(nothing, writing))) {
            Decision.Deny denied = assertInstanceOf(
                    Decision.Deny.class, decide(below(way.toArray(Confines[]::new)), all), way.toString());
            assertEquals(Denial.Reason.OUTSIDE_DELEGATION, denied.denial().reason());
        }
        AccessPolicy policy = AccessPolicy.of(List.of(all));
        assertTrue(policy.mayUse(below(writing), Calls.WRITE));
        assertFalse(policy.mayUse(below(nothing), Calls.WRITE), "lists show what calls may");
    }

    private static Subject below(Confines... confines) {
        List<String> above = Collections.nCopies(confines.length, "above0000000");
        return Calls.BOT.by(new Delegation(above, List.of(confines)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "args.amount > 500                    | {\"amount\":501}                  | MATCHED",
                "args.amount > 500                    | {\"amount\":500}                  | CONDITION_FALSE",
                "args.amount > 500                    | {\"amount\":500.5}                | MATCHED",
                "args.amount == 500                   | {\"amount\":5e2}                  | MATCHED",
                "args.amount > 9007199254740992       | {\"amount\":9007199254740993}     | MATCHED",
                "args.amount < 1e300                  | {\"amount\":1e400}                | CONDITION_ERROR",
                "args.amount < 1                      | {\"amount\":1e400}                | CONDITION_ERROR",
                "args.amount == 1                     | {\"amount\":0.10000000000000000001} | CONDITION_ERROR",
                "args.list.all(x, x < 2)              | {\"list\":[1,1e400]}              | CONDITION_ERROR",
                "args.list[0] == 1                    | {\"list\":[1,1e400]}              | MATCHED",
                "args.obj.x == 1                      | {\"obj\":{\"x\":1,\"y\":1e400}}   | MATCHED",
                "args.obj == {'x': 1}                  | {\"obj\":{\"x\":1e400}}            | CONDITION_ERROR",
                "has(args.amount)                     | {\"amount\":1e400}                | MATCHED",
                "args.amount > 500                    | {\"amount\":\"501\"}              | CONDITION_ERROR",
                "args.amount > 500                    | {}                                | CONDITION_ERROR",
                "!has(args.amount)                    | {}                                | MATCHED",
                "args.x == null                       | {\"x\":null}                      | MATCHED",
                "args.x                               | {\"x\":null}                      | CONDITION_ERROR",
                "args.x                               | {\"x\":\"true\"}                  | CONDITION_ERROR",
                "args.x                               | {\"x\":true}                      | MATCHED",
                "args.a.b[1] == 'é'                   | {\"a\":{\"b\":[0,\"é\"]}}         | MATCHED",
                "args.path.matches('^/tmp/[a-z]+$')   | {\"path\":\"/tmp/abc\"}           | MATCHED",
                "args.n / 0 == 1                      | {\"n\":1}                         | CONDITION_ERROR",
                "path.under(args.path, '/workspace')  | {\"path\":\"/workspace/a\"}       | MATCHED",
                "path.under(args.path, '/workspace')  | {\"path\":7}                      | CONDITION_ERROR",
                "path.under(args.path, args.path)     | {\"path\":\"/a/..\"}              | CONDITION_ERROR",
                "url.host(args.url) == 'api.example.com' | {\"url\":\"https://api.example.com/x\"} | MATCHED",
                "url.host(args.url) != 'evil.com'     | {\"url\":\"https://a@evil.com\"}  | CONDITION_ERROR",
                "subject.tenant == 'acme' && subject.team == 'support' && subject.kind == 'agent' | {} | MATCHED",
                "subject.member == 'triage-bot' && subject.key == 'k00000000001' | {}     | MATCHED",
                "call.kind == 'tool' && call.name == 'files__write_file' && call.server == 'files' | {} | MATCHED"
            })
    void conditionsReadTheCall(String when, String arguments, Decision.Match expected) {
        assertEquals(expected, verdict(when, arguments));
    }

    @Test
    void conditionsReadCostAndTokens() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                models("cheap", Effect.ALLOW, "call.max_cost_micros <= 2 && call.max_output_tokens <= 1000", "*")));
        Price price = Price.perCall(new NanoUsd(2_000), "test");
        assertInstanceOf(
                Decision.Permit.class, policy.decide(Calls.llm(Calls.BOT, "fast", new Estimate(1, 1000, price))));
        assertInstanceOf(
                Decision.Deny.class, policy.decide(Calls.llm(Calls.BOT, "fast", new Estimate(1, 1001, price))));
        Price dearer = Price.perCall(new NanoUsd(2_001), "test");
        assertInstanceOf(Decision.Deny.class, policy.decide(Calls.llm(Calls.BOT, "fast", new Estimate(1, 1, dearer))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "args.amount >        | 14 | mismatched input",
                "arg.amount > 1       |  1 | undeclared reference to 'arg'",
                "subject.role == 'x'  |  1 | undeclared reference to 'subject'",
                "1                    |  1 | expected type 'bool' but found 'int'",
                "path.under(args.x)   | 11 | found no matching overload for 'path.under'",
                "path.above(args.x)   | 11 | undeclared reference to 'path'"
            })
    void namesRuleColumnAndReasonOfABadCondition(String when, int column, String message) {
        InvalidPolicy refused =
                assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(tools("r", Effect.ALLOW, when, "*"))));
        InvalidPolicy.Problem problem = refused.problems().getFirst();
        assertEquals("r", problem.ruleId());
        assertEquals("when", problem.member());
        assertTrue(
                refused.problems().stream().anyMatch(p -> p.message().contains(message)),
                refused.problems().toString());
        assertTrue(
                refused.problems().stream().anyMatch(p -> p.column() == column),
                refused.problems().toString());
    }

    @Test
    void reportsAllProblemsTogether() {
        InvalidPolicy refused = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(
                        tools("a", Effect.ALLOW, "foo", "*"),
                        tools("a", Effect.ALLOW, null, "*"),
                        models("b", Effect.REQUIRE_APPROVAL, null, "*"),
                        tools("c", Effect.ALLOW, "true" + " && true".repeat(1000), "*"))));
        assertEquals(
                List.of("a", "a", "b", "c"),
                refused.problems().stream().map(InvalidPolicy.Problem::ruleId).toList());
        assertTrue(refused.getMessage().contains("rule \"b\", models: approvals are for tools"));
    }

    @Test
    void everyRuleThatAsksMustBeSatisfied() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                asking("leads", List.of("ann", "bob"), Duration.ofMinutes(5)),
                asking("finance", List.of("bob", "eve"), null),
                asking("anyone", List.of(), Duration.ofMinutes(1))));
        Decision.Ask ask = assertInstanceOf(Decision.Ask.class, policy.decide(write("{}")));
        assertEquals(List.of("bob"), ask.approvers());
        assertEquals("leads,finance,anyone", ask.ruleIds());
        assertEquals(Duration.ofMinutes(1), ask.timeout(Duration.ofMinutes(15)));
        assertEquals(Duration.ofSeconds(30), ask.timeout(Duration.ofSeconds(30)));
    }

    @Test
    void rulesThatNobodyCanSatisfyTogetherDeny() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(asking("a", List.of("ann"), null), asking("b", List.of("bob"), null)));
        Decision.Deny deny = assertInstanceOf(Decision.Deny.class, policy.decide(write("{}")));
        assertEquals(Denial.Reason.FORBIDDEN, deny.denial().reason());
        assertTrue(deny.denial().detail().contains("\"a\", \"b\""));
    }

    @Test
    void theVersionNamesTheRulesAndNotTheirOrder() {
        Rule one = tools("one", Effect.ALLOW, "args.x == 1", "a", "b");
        Rule two = asking("two", List.of("ann"), Duration.ofMinutes(5));
        String version = AccessPolicy.of(List.of(one, two)).version();
        assertEquals(version, AccessPolicy.of(List.of(two, one)).version());
        assertEquals(
                version,
                AccessPolicy.of(List.of(tools("one", Effect.ALLOW, "args.x == 1", "b", "a"), two))
                        .version());
        assertNotEquals(
                version,
                AccessPolicy.of(List.of(tools("one", Effect.ALLOW, "args.x == 2", "a", "b"), two))
                        .version());
        assertNotEquals(version, AccessPolicy.of(List.of(one)).version());
        PolicyDocument document = AccessPolicy.of(List.of(one)).document();
        assertEquals(
                "{\"rules\":[{\"approvers\":[],\"effect\":\"allow\",\"id\":\"one\",\"models\":[],\"tools\":[\"a\",\"b\"],"
                        + "\"when\":\"args.x == 1\"}],\"v\":1}",
                document.text());
    }

    @Test
    void listsHideOnlyWhatNoArgumentCouldUnlock() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                tools("read", Effect.ALLOW, null, "files__read_*"),
                tools("some", Effect.ALLOW, "args.x == 1", "files__write_file"),
                tools("ask", Effect.REQUIRE_APPROVAL, null, "bank__*"),
                tools("never", Effect.DENY, null, "files__read_secret"),
                tools("rarely", Effect.DENY, "args.x == 2", "files__read_file"),
                new Rule(
                        "others",
                        Effect.ALLOW,
                        new Who(null, null, "ann", null, null),
                        List.of("*"),
                        List.of("web__*"),
                        null,
                        List.of(),
                        null)));
        assertTrue(mayUse(policy, "files", "read_file"));
        assertTrue(mayUse(policy, "files", "write_file"));
        assertTrue(mayUse(policy, "bank", "transfer"));
        assertFalse(mayUse(policy, "files", "read_secret"));
        assertFalse(mayUse(policy, "files", "delete_file"));
        assertFalse(mayUse(policy, "web", "fetch"));
        assertFalse(policy.mayUse(Calls.BOT, new Resource.Model("fast")));
        Subject ann = new Subject("acme", null, Subject.Kind.USER, "ann", "k00000000002");
        assertTrue(policy.mayUse(ann, new Resource.Model("fast")));
    }

    private static boolean mayUse(AccessPolicy policy, String server, String tool) {
        return policy.mayUse(Calls.BOT, new Resource.Tool(server, tool, ""));
    }

    @Test
    void aModelsNameIsNoToolsName() {
        AccessPolicy policy =
                AccessPolicy.of(List.of(models("m", Effect.ALLOW, null, "files__*", "files__write_file")));
        assertInstanceOf(Decision.Deny.class, policy.decide(write("{}")));
    }

    @Test
    void requireRecordsTheDecisionAndItsReasons() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                tools("maybe", Effect.ALLOW, "args.x == 2", "*"),
                tools("broken", Effect.ALLOW, "args.y == 2", "*"),
                tools("never", Effect.DENY, null, "files__*")));
        InMemoryJournal journal = new InMemoryJournal();
        GovernedCall call = write("{\"x\":1}");
        try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
            CallEnded ended = assertThrows(CallEnded.class, () -> policy.require(call, trail));
            CallOutcome.Denied denied = assertInstanceOf(CallOutcome.Denied.class, ended.outcome());
            assertEquals(
                    new Denial(Denial.Stage.ACCESS, Denial.Reason.FORBIDDEN, "forbidden by rule \"never\""),
                    denied.denial());
        }
        String leaf = new String(journal.records().getFirst().leaf(), StandardCharsets.UTF_8);
        assertTrue(leaf.contains("\"decision\":\"deny\""), leaf);
        assertTrue(leaf.contains("\"policy_version\":\"" + policy.version() + "\""), leaf);
        assertTrue(
                leaf.contains("\"rules\":[{\"effect\":\"allow\",\"id\":\"broken\",\"match\":\"condition-error\"},"
                        + "{\"effect\":\"deny\",\"id\":\"never\",\"match\":\"matched\"},"
                        + "{\"effect\":\"allow\",\"id\":\"maybe\",\"match\":\"condition-false\"}]"),
                leaf);
    }

    @Test
    void aRecordOfManyRulesStaysSmall() throws CallEnded {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rules.add(tools("rule-" + i, Effect.ALLOW, i == 150 ? null : "args.x == " + i, "files__*"));
        }
        AccessPolicy policy = AccessPolicy.of(rules);
        InMemoryJournal journal = new InMemoryJournal();
        GovernedCall call = write("{\"x\":-1}");
        try (AuditTrail trail = new AuditLog(journal).open("acme", call.id().value(), new Facts())) {
            assertInstanceOf(Decision.Permit.class, policy.require(call, trail));
        }
        String leaf = new String(journal.records().getFirst().leaf(), StandardCharsets.UTF_8);
        assertTrue(leaf.contains("\"rules_left_out\":136"), leaf);
        assertTrue(leaf.contains("\"id\":\"rule-150\",\"match\":\"matched\""), leaf);
    }

    @Test
    void manyRulesAreDecidedAlikeWithAndWithoutTheIndex() {
        AccessPolicy policy = AccessPolicy.of(List.of(
                tools("exact", Effect.ALLOW, null, "files__write_file"),
                tools("pattern", Effect.DENY, "args.x == 1", "files__*"),
                tools("other", Effect.DENY, null, "files__read_file")));
        assertEquals(
                List.of(
                        new Decision.RuleVerdict("exact", Effect.ALLOW, MATCHED),
                        new Decision.RuleVerdict("pattern", Effect.DENY, CONDITION_FALSE)),
                policy.decide(write("{\"x\":2}")).verdicts());
        assertEquals(
                List.of(
                        new Decision.RuleVerdict("exact", Effect.ALLOW, MATCHED),
                        new Decision.RuleVerdict("pattern", Effect.DENY, CONDITION_ERROR)),
                policy.decide(write("{}")).verdicts());
    }

    private static Decision later(Rule... rules) {
        return AccessPolicy.of(List.of(rules))
                .decide(new TaskCall(
                        new CallId(UUID.randomUUID()),
                        Calls.BOT,
                        Calls.WRITE,
                        "tasks/get",
                        new CallId(UUID.randomUUID()),
                        Content.EMPTY,
                        new Estimate(0, 0, Price.perCall(NanoUsd.ZERO, "test")),
                        true,
                        Deadline.in(Duration.ofSeconds(30)),
                        Correlation.NONE));
    }

    /** What is about arguments was judged when the task was begun; who loses the tool loses its tasks. */
    @Test
    void aTaskIsAskedAboutByWhoMayUseItsTool() {
        Rule some = tools("some", Effect.ALLOW, "args.amount > 500", "files__*");
        Rule notAll = tools("not-all", Effect.DENY, "args.amount > 900", "files__*");
        Decision decided = later(some, notAll);
        assertInstanceOf(Decision.Permit.class, decided);
        assertEquals(
                List.of(Decision.Match.NOT_TESTED, Decision.Match.NOT_TESTED),
                decided.verdicts().stream().map(Decision.RuleVerdict::matched).toList());
        assertInstanceOf(Decision.Deny.class, later(some, tools("none", Effect.DENY, null, "files__*")));
        assertInstanceOf(Decision.Deny.class, later(tools("other", Effect.ALLOW, null, "notes__*")));
        assertInstanceOf(Decision.Ask.class, later(asking("ask", List.of(), null)), "nobody is asked again");
    }
}
