package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Leeway;
import dev.portreeve.policy.access.NarrowCondition.Bound;
import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.access.Remember.Scope;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.session.SessionConfig;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What remembered yeses promise, whatever keeps them: from the vote that gives one to the last call that runs under it. */
abstract class StandingContract {
    static final Pepper PEPPER = Pepper.of(new byte[Pepper.BYTES]);
    static final String SHOWN = "{\"amount\":100,\"to\":\"alice\"}";
    private static final Remember TERMS = new Remember(Duration.ofHours(2), Set.of(Scope.SESSION, Scope.KEY), null, 50);
    private static final ApprovalConfig CONFIG =
            new ApprovalConfig(List.of(), Duration.ZERO, Duration.ofMinutes(15), Duration.ofMinutes(5));

    abstract ApprovalStore store();

    abstract AuditLog audit();

    abstract List<String> leaves();

    abstract void letTimePass(Duration time);

    private @Nullable Tickets shared;

    final Tickets tickets() {
        Tickets tickets = shared;
        if (tickets == null) {
            tickets = new Tickets(store(), audit(), PEPPER);
            shared = tickets;
        }
        return tickets;
    }

    static Approvals approvals(Tickets tickets) {
        return new Approvals(tickets, CONFIG, new ApprovalLinks(URI.create("https://agents.example.com/"), PEPPER));
    }

    final Approvals approvals() {
        return approvals(tickets());
    }

    static ApprovalGate gate(Tickets tickets) {
        return new ApprovalGate(
                tickets,
                CONFIG,
                ApprovalContract.notices(),
                People.NOBODY,
                SessionConfig.DEFAULT,
                ChangedCalls.REFUSED,
                "v1",
                UUID::randomUUID);
    }

    static Rule rule(String id, @Nullable Remember remember) {
        return new Rule(id, Rule.Effect.REQUIRE_APPROVAL, Rule.Who.ANYBODY, Selectors.tools("*"), null, List.of(), null)
                .with(Leeway.remembering(remember));
    }

    static Decision.Ask ask(Rule... rules) {
        return new Decision.Ask(List.of(rules), List.of());
    }

    static Decision.Ask ask() {
        return ask(rule("pay", TERMS));
    }

    static ToolCall pay(String arguments) {
        return Calls.tool(Calls.BOT, Calls.WRITE, arguments);
    }

    private static Subject in(String session) {
        return Calls.BOT.through(new Entrance("", null, session));
    }

    /** How the call ends at the gate; empty if it may run. */
    final Optional<CallOutcome> attempt(Tickets tickets, ToolCall call, Decision decision) {
        try (AuditTrail trail = audit().open("acme", call.id().value(), new Facts())) {
            gate(tickets).require(call, call.content(), decision, ticket -> {}, () -> true, trail);
            trail.conclude(new Facts().put("outcome", "passed")).await();
            return Optional.empty();
        } catch (CallEnded ended) {
            return Optional.of(ended.outcome());
        }
    }

    final boolean runs(ToolCall call, Decision decision) {
        return attempt(tickets(), call, decision).isEmpty();
    }

    final boolean runs(String arguments) {
        return runs(pay(arguments), ask());
    }

    final UUID asked(ToolCall call, Decision decision) {
        return assertInstanceOf(
                        CallOutcome.AwaitingApproval.class,
                        attempt(tickets(), call, decision).orElseThrow())
                .ticket();
    }

    static Wish wish(@Nullable Duration lasting, @Nullable Scope scope, @Nullable String when) {
        return new Wish(lasting, scope, when, Map.of(), null);
    }

    static Vote yes() {
        return new Vote("ann", Vote.Choice.APPROVE, null, Vote.Channel.API);
    }

    static Ballot ballot(Vote vote, Wish wish) {
        return new Ballot(vote, null, null, wish);
    }

    static Vote no() {
        return new Vote("bob", Vote.Choice.DENY, "not this", Vote.Channel.API);
    }

    /** A yes to the call that is shown, remembered so, and used once by the call itself. */
    final StandingApproval remember(ToolCall call, Decision decision, Wish wish) {
        UUID ticket = asked(call, decision);
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", ticket, ballot(yes(), wish)));
        assertTrue(runs(call, decision), "its own yes");
        return approvals()
                .remembered()
                .of(approvals().find("acme", ticket).orElseThrow())
                .orElseThrow();
    }

    final StandingApproval remember(Wish wish) {
        return remember(pay(SHOWN), ask(), wish);
    }

    private String refusal(UUID ticket, Wish wish) {
        return assertInstanceOf(VoteResult.NotRemembered.class, approvals().decide("acme", ticket, ballot(yes(), wish)))
                .why();
    }

    final long records(String kind) {
        return leaves().stream()
                .filter(leaf -> leaf.contains("\"kind\":\"" + kind + "\""))
                .count();
    }

    @Test
    void theSameCallRunsAgainWithoutAskingAndAnotherDoesNot() {
        StandingApproval standing = remember(wish(Duration.ofMinutes(30), Scope.KEY, null));
        assertEquals(
                "args.amount == 100 && args.to == \"alice\"", standing.grant().condition());
        assertEquals(0, standing.uses(), "its own ticket goes first");
        for (int i = 0; i < 3; i++) {
            assertTrue(runs(" {\"to\":\"alice\", \"amount\":1e2}"));
        }
        assertFalse(runs("{\"amount\":101,\"to\":\"alice\"}"));
        assertFalse(runs("{\"amount\":100,\"to\":\"mallory\"}"));
        assertFalse(runs("{\"amount\":100,\"to\":\"alice\",\"cc\":\"mallory\"}"), "an argument nobody was shown");
        assertFalse(runs("{\"amount\":100}"));
        StandingApproval used =
                approvals().remembered().find("acme", standing.id()).orElseThrow();
        assertEquals(3, used.uses());
        assertEquals(1, records("approval.remembered"));
        List<String> calls = leaves().stream()
                .filter(leaf -> leaf.contains("\"kind\":\"call.")
                        && leaf.contains(standing.id().toString()))
                .toList();
        assertEquals(3, calls.size());
        assertTrue(calls.getFirst().contains("\"approver\":\"ann\""), calls.getFirst());
        for (String leaf : leaves()) {
            assertFalse(leaf.contains("alice"), leaf);
        }
    }

    @Test
    void theApproverSaysHowFarItGoes() {
        remember(wish(null, null, "args.amount <= 500 && args.to == \"alice\""));
        assertTrue(runs("{\"amount\":500,\"to\":\"alice\"}"));
        assertFalse(runs("{\"amount\":500.01,\"to\":\"alice\"}"));
        assertFalse(runs("{\"amount\":\"5\",\"to\":\"alice\"}"), "what cannot be compared is asked about");
        assertFalse(runs("{\"amount\":5,\"to\":\"alice\",\"x\":1}"));
        UUID more = asked(pay("{\"amount\":7,\"to\":\"bob\"}"), ask());
        Wish bounded = new Wish(null, null, null, Map.of("amount", new Bound.AtMost("50")), 2);
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", more, ballot(yes(), bounded)));
        assertTrue(runs("{\"amount\":7,\"to\":\"bob\"}"));
        assertTrue(runs("{\"amount\":50,\"to\":\"bob\"}"));
        assertTrue(runs("{\"amount\":49,\"to\":\"bob\"}"));
        assertFalse(runs("{\"amount\":48,\"to\":\"bob\"}"), "two uses, and no more");
    }

    @Test
    void whatTheRulesDoNotAllowIsRefusedAndNothingIsSaid() {
        Remember strict = new Remember(Duration.ofMinutes(10), Set.of(Scope.SESSION), List.of("/to"), 5);
        UUID ticket = asked(pay(SHOWN), ask(rule("pay", TERMS), rule("strict", strict)));
        assertTrue(refusal(ticket, wish(Duration.ofMinutes(11), null, null)).contains("at most 10 minutes"));
        assertTrue(refusal(ticket, wish(null, Scope.KEY, null)).contains("session only"));
        assertTrue(refusal(ticket, new Wish(null, null, null, Map.of(), 6)).contains("at most 5 calls"));
        assertTrue(refusal(ticket, wish(null, null, "args.amount <=")).contains("column"));
        assertTrue(refusal(ticket, wish(null, null, "args.amount > 100")).contains("call that was shown"));
        assertTrue(refusal(ticket, wish(null, null, "subject.member == 'x'")).contains("args and now"));
        assertTrue(refusal(ticket, wish(null, null, "true) || (true")).contains("column"));
        assertEquals(
                TicketState.Name.PENDING,
                approvals().find("acme", ticket).orElseThrow().state().name());
        UUID none = asked(pay("{\"n\":1}"), ask(rule("pay", TERMS), rule("never", null)));
        assertTrue(refusal(none, wish(null, null, null)).contains("does not let"));
        assertNull(RememberOffer.of(approvals().find("acme", none).orElseThrow()));
        assertInstanceOf(
                VoteResult.Decided.class, approvals().decide("acme", ticket, ballot(yes(), wish(null, null, "true"))));
        Decision.Ask both = ask(rule("pay", TERMS), rule("strict", strict));
        assertTrue(runs(pay(SHOWN), both));
        assertTrue(runs(pay("{\"amount\":7000,\"to\":\"alice\"}"), both));
        assertFalse(
                runs(pay("{\"amount\":100,\"to\":\"bob\"}"), both), "the rule keeps it, whatever the approver says");
        assertInstanceOf(
                VoteResult.NotRemembered.class,
                approvals().decide("acme", asked(pay("{\"n\":2}"), ask()), ballot(no(), wish(null, null, null))));
    }

    @Test
    void whatSeveralPeopleMustApproveIsAskedEachTime() {
        Rule two = new Rule(
                        "two",
                        Rule.Effect.REQUIRE_APPROVAL,
                        Rule.Who.ANYBODY,
                        Selectors.tools("*"),
                        null,
                        List.of(),
                        null,
                        2,
                        List.of())
                .with(Leeway.remembering(TERMS));
        UUID ticket = asked(pay(SHOWN), ask(rule("pay", TERMS), two));
        assertTrue(refusal(ticket, wish(null, null, null)).contains("several people"));
    }

    @Test
    void itIsForOneKeyOneToolOneDefinitionAndTheseRules() {
        remember(wish(null, Scope.KEY, "true"));
        assertTrue(runs(SHOWN));
        Subject otherKey = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "k00000000002");
        Subject other = new Subject("acme", "support", Subject.Kind.AGENT, "other", "k00000000001");
        Resource.Tool changed = new Resource.Tool("files", "write_file", "e".repeat(64));
        Resource.Tool another = new Resource.Tool("files", "write_fil", "d".repeat(64));
        assertFalse(runs(Calls.tool(otherKey, Calls.WRITE, SHOWN), ask()), "another key of the same member");
        assertFalse(runs(Calls.tool(other, Calls.WRITE, SHOWN), ask()));
        assertFalse(runs(Calls.tool(Calls.BOT, changed, SHOWN), ask()));
        assertFalse(runs(Calls.tool(Calls.BOT, another, SHOWN), ask()));
        assertFalse(runs(pay(SHOWN), ask(rule("pay", TERMS), rule("more", TERMS))), "another rule asks too");
        assertFalse(runs(pay(SHOWN), ask(rule("paid", TERMS))));
        Remember less = new Remember(Duration.ofHours(1), TERMS.scopes(), null, 50);
        assertFalse(runs(pay(SHOWN), ask(rule("pay", less))), "the rule changed");
        assertFalse(runs(pay(SHOWN), ask(rule("pay", null))));
        assertTrue(runs(SHOWN), "and it is still there");
    }

    @Test
    void oneForASessionIsForThatSession() {
        ToolCall first = Calls.tool(in("s1"), Calls.WRITE, SHOWN);
        StandingApproval standing = remember(first, ask(), wish(null, null, "true"));
        assertEquals("s1", standing.grant().session(), "the narrowest, where nothing is said");
        assertTrue(runs(Calls.tool(in("s1"), Calls.WRITE, SHOWN), ask()));
        assertFalse(runs(Calls.tool(in("s2"), Calls.WRITE, SHOWN), ask()));
        assertFalse(runs(pay(SHOWN), ask()), "no name is no way in");
    }

    @Test
    void oneForACallerWithoutASessionIsForCallsWithoutASession() {
        StandingApproval standing = remember(wish(null, Scope.SESSION, "true"));
        assertEquals("", standing.grant().session());
        assertTrue(runs(SHOWN));
        assertFalse(runs(Calls.tool(in("s1"), Calls.WRITE, SHOWN), ask()));
    }

    @Test
    void oneForTheKeyIsForAllItsSessions() {
        remember(wish(null, Scope.KEY, "true"));
        assertTrue(runs(Calls.tool(in("s1"), Calls.WRITE, SHOWN), ask()));
        assertTrue(runs(Calls.tool(in("s2"), Calls.WRITE, SHOWN), ask()));
    }

    @Test
    void itEndsWithItsTimeAndThatIsARecord() {
        StandingApproval standing = remember(wish(Duration.ofMinutes(30), Scope.KEY, "true"));
        letTimePass(Duration.ofMinutes(29));
        assertTrue(runs(SHOWN));
        assertEquals(0, approvals().remembered().expireDue());
        letTimePass(Duration.ofMinutes(2));
        assertFalse(runs(SHOWN), "before anybody swept");
        assertEquals(List.of(), approvals().remembered().list("acme", false, 10));
        assertEquals(1, approvals().remembered().expireDue());
        assertEquals(0, approvals().remembered().expireDue());
        assertEquals(
                StandingApproval.State.EXPIRED,
                approvals().remembered().list("acme", true, 10).getFirst().state());
        assertEquals(1, records("approval.lapsed"));
        assertInstanceOf(
                StandingApprovals.Revocation.TooLate.class,
                approvals().remembered().revoke("acme", standing.id(), "maria", null));
    }

    @Test
    void itCanBeTakenBackAtAnyTime() {
        StandingApproval standing = remember(wish(null, Scope.KEY, "true"));
        assertTrue(runs(SHOWN));
        assertInstanceOf(
                StandingApprovals.Revocation.Unknown.class,
                approvals().remembered().revoke("evil", standing.id(), "mallory", null));
        StandingApproval revoked = assertInstanceOf(
                        StandingApprovals.Revocation.Done.class,
                        approvals().remembered().revoke("acme", standing.id(), "maria", "enough"))
                .standing();
        assertEquals("maria", revoked.end().by());
        assertEquals(1, revoked.uses());
        assertFalse(runs(SHOWN));
        assertEquals(1, records("approval.revoked"));
        assertInstanceOf(
                StandingApprovals.Revocation.TooLate.class,
                approvals().remembered().revoke("acme", standing.id(), "maria", null));
    }

    @Test
    void aNoEndsThoseThatCoverTheCallAndNoOthers() {
        remember(wish(null, Scope.KEY, "args.amount <= 500"));
        remember(pay("{\"n\":1}"), ask(), wish(null, Scope.KEY, null));
        ToolCall elsewhere = Calls.tool(in("s9"), Calls.WRITE, "{\"amount\":300,\"to\":\"bob\"}");
        Decision.Ask stricter = ask(rule("pay", TERMS), rule("more", null));
        UUID denied = asked(elsewhere, stricter);
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", denied, no()));
        assertFalse(runs(SHOWN), "what the no covers has ended");
        assertTrue(runs("{\"n\":1}"));
        assertEquals(1, records("approval.revoked"));
    }

    @Test
    void aNoToTheVeryCallHoldsAgainstAWiderYes() {
        UUID denied = asked(pay("{\"amount\":300,\"to\":\"bob\"}"), ask());
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", denied, no()));
        remember(wish(null, Scope.KEY, "true"));
        assertTrue(runs(SHOWN));
        assertFalse(runs("{\"amount\":300,\"to\":\"bob\"}"));
    }

    @Test
    void whatWaitedForTheSameAnswerWaitsNoLonger() {
        UUID waiting = asked(pay("{\"amount\":300,\"to\":\"bob\"}"), ask());
        remember(wish(null, Scope.KEY, "true"));
        assertTrue(runs("{\"amount\":300,\"to\":\"bob\"}"));
        assertEquals(
                TicketState.Name.WITHDRAWN,
                approvals().find("acme", waiting).orElseThrow().state().name());
    }

    @Test
    void anApproverIsOfferedTheNarrowest() {
        Ticket ticket = approvals().find("acme", asked(pay(SHOWN), ask())).orElseThrow();
        RememberOffer offer = Objects.requireNonNull(RememberOffer.of(ticket));
        assertEquals("args.amount == 100 && args.to == \"alice\"", offer.when());
        assertEquals(Duration.ofHours(2), offer.terms().atMost());
        assertEquals(
                "args.amount >= 0 && args.amount <= 200 && args.to == \"alice\"",
                RememberOffer.condition(ticket, Map.of("amount", new Bound.AtMost("200"))));
        assertEquals(List.of(), approvals().remembered().list("acme", true, 10));
    }

    private static Rule auto(String id, String when) {
        return rule(id, null).with(Leeway.autoApproving(when));
    }

    @Test
    void whatEachAskingRuleApprovesItselfRunsAndIsRecordedBeforeItDoes() {
        Decision.Ask ask = ask(auto("small", "args.amount <= 50"));
        assertTrue(runs(pay("{\"amount\":50}"), ask));
        assertEquals(1, records("approval.by_rule"));
        assertEquals(List.of(), approvals().list("acme", null, 10), "nobody was asked");
        String closed = leaves().stream()
                .filter(leaf -> leaf.contains("\"approved_by_rules\":\"small\""))
                .findFirst()
                .orElseThrow();
        assertTrue(closed.contains("\"kind\":\"call."), closed);
        for (String asked : List.of("{\"amount\":51}", "{\"amount\":\"5\"}", "{}", "{\"amount\":1e400}")) {
            assertFalse(runs(pay(asked), ask), asked);
        }
    }

    @Test
    void aRuleThatSaysNothingOfItOrWantsSeveralPeopleAsksAllTheSame() {
        assertFalse(runs(pay("{\"amount\":1}"), ask(auto("small", "true"), rule("strict", null))));
        assertFalse(runs(pay("{\"amount\":2}"), ask(auto("small", "true"), auto("none", "false"))));
        assertTrue(runs(pay("{\"amount\":3}"), ask(auto("small", "true"), auto("all", "true"))));
        Rule two = new Rule(
                        "two",
                        Rule.Effect.REQUIRE_APPROVAL,
                        Rule.Who.ANYBODY,
                        Selectors.tools("*"),
                        null,
                        List.of(),
                        null,
                        2,
                        List.of())
                .with(Leeway.autoApproving("true"));
        assertFalse(runs(pay("{\"amount\":4}"), ask(two)));
        assertEquals(1, records("approval.by_rule"));
    }

    @Test
    void aNoHoldsAgainstARuleThatWouldApproveTheSameCallItself() {
        UUID ticket = asked(pay("{\"amount\":9}"), ask(rule("small", null)));
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", ticket, no()));
        Decision.Ask ask = ask(auto("small", "args.amount <= 50"));
        Optional<CallOutcome> outcome = attempt(tickets(), pay("{\"amount\":9}"), ask);
        assertTrue(outcome.isPresent() && outcome.get().toString().contains("denied by bob"), outcome.toString());
        assertTrue(runs(pay("{\"amount\":8}"), ask));
        assertEquals(1, records("approval.by_rule"));
    }

    @Test
    void aNoEndsThemHoweverManyTheCallerHasUnderOtherKeys() {
        Decision.Ask forKey = ask(rule("pay", new Remember(null, Set.of(Scope.KEY), null, 50)));
        for (int i = 0; i < 51; i++) {
            Subject key = new Subject("acme", null, Calls.BOT.kind(), Calls.BOT.member(), "key" + (100_000_000 + i));
            remember(Calls.tool(key, Calls.WRITE, SHOWN), forKey, wish(null, Scope.KEY, "true"));
        }
        assertEquals(51, approvals().remembered().list("acme", false, 500).size());
        UUID other = asked(Calls.tool(Calls.BOT, Calls.WRITE, SHOWN.replace("100", "7")), ask(rule("other", null)));
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", other, no()));
        assertEquals(0, approvals().remembered().list("acme", false, 500).size());
    }
}
