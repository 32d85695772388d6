package dev.portreeve.policy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Leeway;
import dev.portreeve.policy.access.Obligations;
import dev.portreeve.policy.access.Quota;
import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.approval.Ballot;
import dev.portreeve.policy.approval.Ticket;
import dev.portreeve.policy.approval.TicketState;
import dev.portreeve.policy.approval.Vote;
import dev.portreeve.policy.approval.VoteResult;
import dev.portreeve.policy.approval.Wish;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.call.Usage;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Approvers who change what they approve, within what rules let them, on a whole engine and a real database. */
final class EditedApprovalTest {
    private static final Subject BOT = new Subject("acme", null, Subject.Kind.AGENT, "bot", "keykeykey001");
    private static final String SHOWN = "{\"amount\":500,\"memo\":\"rent\",\"to\":\"x\"}";
    private static EngineFixture fixture;

    private final List<Approval> ran = new ArrayList<>();
    private final List<PolicyEngine> engines = new ArrayList<>();
    private PolicyEngine engine = start(pay("pay"));

    @BeforeAll
    static void open() {
        fixture = EngineFixture.open(journal -> journal);
    }

    @AfterAll
    static void closeAll() {
        fixture.close();
    }

    @AfterEach
    void close() {
        engines.forEach(PolicyEngine::close);
    }

    private static Rule rule(String id, Rule.Effect effect, @Nullable String when) {
        return new Rule(id, effect, Rule.Who.ANYBODY, List.of(), List.of("bank__*"), when, List.of(), null);
    }

    private static Rule pay(String id) {
        return rule(id, Rule.Effect.REQUIRE_APPROVAL, null).with(Leeway.editing("/amount", "/memo"));
    }

    private PolicyEngine start(Rule... rules) {
        OrganisationConfig organisation = new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                "acme",
                List.of(),
                List.of(),
                Stream.of("ann", "bob", "carla")
                        .map(id -> new OrganisationConfig.Member(id, List.of()))
                        .toList(),
                List.of(new OrganisationConfig.Member("bot", List.of())))));
        PolicyEngine started = PolicyEngine.create(
                new PolicyConfig(
                        organisation,
                        List.of(rules),
                        List.of(new GuardrailConfig(
                                "mail",
                                GuardrailConfig.Detector.PII,
                                Set.of(),
                                Set.of(),
                                GuardrailConfig.Action.MASK,
                                GuardrailConfig.FailureMode.CLOSED)),
                        new ApprovalConfig(List.of(), Duration.ZERO, Duration.ofMinutes(9), Duration.ofMinutes(9))),
                fixture.ground);
        engines.add(started);
        return started;
    }

    private static Resource.Tool tool(String name) {
        return new Resource.Tool("bank", name, "d".repeat(64));
    }

    private CallOutcome call(String tool, String arguments) {
        return call(Calls.tool(BOT, tool(tool), arguments));
    }

    private CallOutcome call(ToolCall call) {
        return engine.governor()
                .<EngineFixture.Words>govern(
                        call,
                        (cleared, out) -> {
                            ran.add(assertInstanceOf(Approval.class, cleared.approval()));
                            out.emit(new EngineFixture.Words("done"));
                            return Usage.NO_TOKENS;
                        },
                        words -> {});
    }

    private UUID asked(String tool, String arguments) {
        return assertInstanceOf(CallOutcome.AwaitingApproval.class, call(tool, arguments))
                .ticket();
    }

    private VoteResult edit(UUID ticket, String by, String arguments) {
        return engine.approvals().decide("acme", ticket, new Ballot(yes(by), null, Calls.arguments(arguments), null));
    }

    private static Vote yes(String by) {
        return new Vote(by, Vote.Choice.APPROVE, null, Vote.Channel.API);
    }

    private String refusal(UUID ticket, String arguments) {
        return assertInstanceOf(VoteResult.NotEdited.class, edit(ticket, "ann", arguments))
                .why();
    }

    private String running() {
        return new String(ran.getLast().arguments().canonical(), StandardCharsets.UTF_8);
    }

    private Ticket find(UUID ticket) {
        return engine.approvals().find("acme", ticket).orElseThrow();
    }

    @Test
    void what_the_approver_wrote_runs_and_the_record_has_both() {
        UUID ticket = asked("plain", SHOWN);
        assertInstanceOf(VoteResult.Decided.class, edit(ticket, "ann", SHOWN.replace("500", "100")));
        ToolCall repeat = Calls.tool(BOT, tool("plain"), SHOWN);
        assertInstanceOf(CallOutcome.Completed.class, call(repeat));
        assertEquals(SHOWN.replace("500", "100"), running());
        Approval.Edit edit =
                assertInstanceOf(Approval.Edit.class, ran.getFirst().edit());
        assertEquals("ann", edit.by());
        assertEquals(
                "[Change[pointer=/amount, before=500, after=100]]",
                edit.changes().toString());
        String decided = fixture.leaves(find(ticket).requestedByCall()).stream()
                .filter(leaf -> leaf.contains("approval.decided"))
                .findFirst()
                .orElseThrow();
        assertTrue(decided.contains("\"edited_by\":\"ann\"") && decided.contains("\"edited\":[\"/amount\"]"), decided);
        String used = fixture.leaves(repeat.id().value()).stream()
                .filter(leaf -> leaf.contains("approval.redeemed"))
                .findFirst()
                .orElseThrow();
        assertTrue(used.contains("\"edited\":[\"/amount\"]"), used);
        await().until(() -> fixture.leaves(repeat.id().value()).size() == 3);
        String closed = fixture.leaves(repeat.id().value()).getLast();
        assertTrue(closed.contains("\"edited\":{\"approver\":\"ann\""), closed);
        assertTrue(closed.contains("\"changed\":[\"/amount\"]"), closed);
        String hmac = decided.replaceAll(".*\"edited_arguments_hmac\":\"([0-9a-f]+)\".*", "$1");
        assertTrue(closed.contains(hmac), "the same digest in both");
        assertInstanceOf(CallOutcome.AwaitingApproval.class, call("plain", SHOWN), "once");
        assertInstanceOf(CallOutcome.AwaitingApproval.class, call("plain", SHOWN.replace("500", "100")));
    }

    @Test
    void only_what_each_rule_names_may_be_changed() {
        UUID ticket = asked("named", SHOWN);
        assertTrue(refusal(ticket, SHOWN.replace("\"x\"", "\"y\"")).contains("/to"));
        assertTrue(refusal(ticket, "{\"amount\":500,\"memo\":\"rent\"}").contains("/to"), "left out");
        assertTrue(refusal(ticket, SHOWN.replace("}", ",\"cc\":\"z\"}")).contains("/cc"), "put in");
        assertEquals(TicketState.Name.PENDING, find(ticket).state().name());
        engine = start(
                pay("pay"), rule("also", Rule.Effect.REQUIRE_APPROVAL, null).with(Leeway.editing("/memo")));
        UUID both = asked("both", SHOWN);
        assertTrue(refusal(both, SHOWN.replace("500", "1")).contains("/amount"));
        assertInstanceOf(VoteResult.Decided.class, edit(both, "ann", SHOWN.replace("rent", "lent")));
        engine = start(pay("pay"), rule("never", Rule.Effect.REQUIRE_APPROVAL, null));
        UUID none = asked("none", SHOWN);
        assertTrue(refusal(none, SHOWN.replace("500", "1")).contains("lets nobody change"));
        assertInstanceOf(
                VoteResult.Decided.class, edit(none, "ann", "{\"to\":\"x\",\"amount\":5e2,\"memo\":\"rent\"}"));
        assertEquals(null, find(none).edit(), "the same value is no change");
    }

    @Test
    void what_rules_forbid_mask_or_ask_others_about_holds_for_the_change() {
        engine = start(
                pay("pay"),
                rule("never", Rule.Effect.DENY, "args.amount > 1000"),
                rule("much", Rule.Effect.REQUIRE_APPROVAL, "args.amount > 800"),
                new Rule(
                        "masks",
                        Rule.Effect.MASK,
                        Rule.Who.ANYBODY,
                        Selectors.tools("bank__*"),
                        "args.memo.contains('secret')",
                        List.of(),
                        null,
                        Obligations.mask("/memo")),
                new Rule(
                        "few",
                        Rule.Effect.LIMIT,
                        Rule.Who.ANYBODY,
                        Selectors.tools("bank__*"),
                        "args.amount > 600",
                        List.of(),
                        null,
                        Obligations.limit(new Quota(5L, null, null, Duration.ofHours(1), null))));
        UUID ticket = asked("rules", SHOWN);
        assertTrue(refusal(ticket, SHOWN.replace("500", "700")).contains("limit of rule \"few\""));
        assertTrue(refusal(ticket, SHOWN.replace("500", "2000")).contains("\"never\""));
        assertTrue(refusal(ticket, SHOWN.replace("500", "1e400")).contains("never"), "counts against it");
        assertTrue(refusal(ticket, SHOWN.replace("500", "900")).contains("\"much\""));
        assertInstanceOf(VoteResult.Decided.class, edit(ticket, "ann", SHOWN.replace("rent", "a secret")));
        assertInstanceOf(CallOutcome.Completed.class, call("rules", SHOWN));
        assertEquals(SHOWN.replace("rent", "[masked]"), running());
    }

    @Test
    void a_guardrail_that_would_change_it_stops_it_and_the_yes_is_not_used() {
        UUID ticket = asked("guard", SHOWN);
        assertInstanceOf(VoteResult.Decided.class, edit(ticket, "ann", SHOWN.replace("rent", "to joe@example.com")));
        Denial denial =
                assertInstanceOf(CallOutcome.Denied.class, call("guard", SHOWN)).denial();
        assertTrue(denial.detail().contains("guardrail"), denial.detail());
        assertEquals(TicketState.Name.APPROVED, find(ticket).state().name());
        assertEquals(List.of(), ran);
    }

    @Test
    void where_several_must_agree_a_change_begins_anew_and_nobody_agrees_to_it_unseen() {
        engine = start(new Rule(
                        "two",
                        Rule.Effect.REQUIRE_APPROVAL,
                        Rule.Who.ANYBODY,
                        Selectors.tools("bank__*"),
                        null,
                        List.of("ann", "bob", "carla"),
                        null,
                        2,
                        List.of())
                .with(Leeway.editing("/amount")));
        UUID ticket = asked("two", SHOWN);
        assertInstanceOf(VoteResult.Counted.class, engine.approvals().decide("acme", ticket, yes("ann")));
        assertInstanceOf(VoteResult.Counted.class, edit(ticket, "bob", SHOWN.replace("500", "100")));
        assertEquals(List.of("bob"), find(ticket).yes(), "ann's yes was to something else");
        assertInstanceOf(VoteResult.Changed.class, engine.approvals().decide("acme", ticket, yes("ann")));
        Ballot old = new Ballot(yes("ann"), Calls.arguments(SHOWN).digest(), null, null);
        assertInstanceOf(VoteResult.Changed.class, engine.approvals().decide("acme", ticket, old));
        assertInstanceOf(CallOutcome.AwaitingApproval.class, call("two", SHOWN));
        Ballot seen = new Ballot(yes("ann"), find(ticket).arguments().digest(), null, null);
        assertInstanceOf(VoteResult.Decided.class, engine.approvals().decide("acme", ticket, seen));
        assertInstanceOf(CallOutcome.Completed.class, call("two", SHOWN));
        assertEquals(SHOWN.replace("500", "100"), running());
        UUID denied = asked("two", SHOWN.replace("500", "7"));
        edit(denied, "bob", SHOWN.replace("500", "8"));
        Vote no = new Vote("carla", Vote.Choice.DENY, null, Vote.Channel.API);
        assertInstanceOf(
                VoteResult.Decided.class, engine.approvals().decide("acme", denied, no), "a no is one to either");
    }

    @Test
    void a_change_and_a_yes_for_further_calls_go_together() {
        engine = start(rule("pay", Rule.Effect.REQUIRE_APPROVAL, null)
                .with(new Leeway(new Remember(null, null, null, null), List.of("/amount"))));
        UUID ticket = asked("together", SHOWN);
        Ballot ballot = new Ballot(
                yes("ann"),
                null,
                Calls.arguments(SHOWN.replace("500", "100")),
                new Wish(null, null, null, Map.of(), null));
        assertInstanceOf(VoteResult.Decided.class, engine.approvals().decide("acme", ticket, ballot));
        assertInstanceOf(CallOutcome.Completed.class, call("together", SHOWN));
        assertNotNull(ran.getLast().edit());
        assertInstanceOf(CallOutcome.Completed.class, call("together", SHOWN.replace("500", "100")));
        assertEquals(null, ran.getLast().edit());
        assertInstanceOf(CallOutcome.AwaitingApproval.class, call("together", SHOWN), "what was not agreed to");
    }

    @Test
    void the_requester_changes_nothing() {
        UUID ticket = asked("own", SHOWN);
        assertInstanceOf(VoteResult.NotAllowed.class, edit(ticket, "bot", SHOWN.replace("500", "1")));
        assertEquals(null, find(ticket).edit());
    }

    @Test
    void whatTheSessionDidBetweenTheChangeAndItsUseCounts() {
        engine = start(
                pay("pay"),
                rule("marks", Rule.Effect.LABEL, "args.memo == 'mark'", Obligations.label("marked")),
                rule("much", Rule.Effect.REQUIRE_APPROVAL, "args.amount < 200 && session.has('marked')"),
                rule("never", Rule.Effect.DENY, "args.amount < 100 && session.has('marked')"),
                rule(
                        "few",
                        Rule.Effect.LIMIT,
                        "args.amount > 600 && session.has('marked')",
                        Obligations.limit(new Quota(5L, null, null, Duration.ofHours(1), null))),
                rule(
                        "masks",
                        Rule.Effect.MASK,
                        "args.amount == 501 && session.has('marked')",
                        Obligations.mask("/memo")));
        List<String> wanted = List.of("150", "50", "700", "501", "499");
        List<UUID> tickets = new ArrayList<>();
        for (String amount : wanted) {
            UUID ticket = asked("later" + amount, SHOWN);
            assertInstanceOf(VoteResult.Decided.class, edit(ticket, "ann", SHOWN.replace("500", amount)));
            tickets.add(ticket);
        }
        UUID marking = asked("marking", SHOWN.replace("rent", "mark"));
        assertInstanceOf(VoteResult.Decided.class, engine.approvals().decide("acme", marking, yes("ann")));
        assertInstanceOf(CallOutcome.Completed.class, call("marking", SHOWN.replace("rent", "mark")));
        for (int i = 0; i < 4; i++) {
            CallOutcome outcome = call("later" + wanted.get(i), SHOWN);
            assertInstanceOf(CallOutcome.Denied.class, outcome, wanted.get(i));
            assertEquals(TicketState.Name.APPROVED, find(tickets.get(i)).state().name());
        }
        assertInstanceOf(CallOutcome.Completed.class, call("later499", SHOWN));
        assertEquals(2, ran.size());
    }

    private static Rule rule(String id, Rule.Effect effect, String when, Obligations obligations) {
        return new Rule(id, effect, Rule.Who.ANYBODY, Selectors.tools("bank__*"), when, List.of(), null, obligations);
    }
}
