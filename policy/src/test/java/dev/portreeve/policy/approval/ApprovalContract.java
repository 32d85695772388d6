package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.AuditLog;
import dev.portreeve.audit.AuditTrail;
import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.Decision;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Correlation;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.EarlierRound;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.call.TextRun;
import dev.portreeve.policy.call.ToolCall;
import dev.portreeve.policy.key.Pepper;
import dev.portreeve.policy.notice.AnswerReader;
import dev.portreeve.policy.notice.DeadLetter;
import dev.portreeve.policy.notice.NoticeDelivery;
import dev.portreeve.policy.notice.Outbox;
import dev.portreeve.policy.notice.SignedText;
import dev.portreeve.policy.notice.Way;
import dev.portreeve.policy.notice.Webhook;
import dev.portreeve.policy.notice.WebhookChannel;
import dev.portreeve.policy.notice.WebhookSecret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What tickets promise, whatever keeps them: from the call that asks to the one that may run. */
abstract class ApprovalContract {
    static final Secret SECRET = new Secret("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    static final String HOOK = "https://hooks.example.com/approve";
    private static final String ARGUMENTS = "{\"path\":\"/workspace/a\",\"text\":\"hi\"}";
    private static final Pepper PEPPER = Pepper.of(new byte[Pepper.BYTES]);

    private static final OrganisationConfig ORGANISATION = new OrganisationConfig(List.of(
            new OrganisationConfig.Tenant(
                    "acme",
                    List.of(),
                    List.of(
                            new OrganisationConfig.Team(
                                    "support", List.of(), members("ann", "bob"), members("triage-bot")),
                            new OrganisationConfig.Team("leads", List.of(), members("lea", "leo"), List.of())),
                    members("carla", "dave"),
                    List.of()),
            new OrganisationConfig.Tenant(
                    "evil",
                    List.of(),
                    List.of(new OrganisationConfig.Team("support", List.of(), members("mallory"), List.of())),
                    List.of(),
                    List.of())));

    private static List<OrganisationConfig.Member> members(String... ids) {
        return Stream.of(ids)
                .map(id -> new OrganisationConfig.Member(id, List.of()))
                .toList();
    }

    private People people = new People(ORGANISATION, List.of());

    static final ApprovalLinks LINKS = new ApprovalLinks(URI.create("https://agents.example.com/"), PEPPER);

    abstract ApprovalStore store();

    abstract Outbox outbox();

    abstract AuditLog audit();

    /** The leaves of the tenant acme, in order. */
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

    /** As after a restart: nothing in memory is left. */
    final void forgetEverythingInMemory() {
        shared = null;
    }

    final ApprovalConfig config(Duration hold) {
        return new ApprovalConfig(
                List.of(new Webhook(URI.create(HOOK), SECRET)), hold, Duration.ofMinutes(15), Duration.ofMinutes(5));
    }

    /** A gate before which few calls of a member may wait. */
    final ApprovalGate gate(int mostWaiting) {
        return gate(tickets(), mostWaiting);
    }

    final ApprovalGate gate(Tickets tickets, int mostWaiting) {
        ApprovalConfig usual = config(Duration.ZERO);
        ApprovalConfig config = new ApprovalConfig(
                usual.webhooks(),
                usual.hold(),
                usual.timeout(),
                usual.redeemWithin(),
                usual.money(),
                usual.veto(),
                List.of(),
                List.of(),
                null,
                List.of(),
                null,
                mostWaiting);
        return new ApprovalGate(tickets, config, notices(), people, "v1", UUID::randomUUID);
    }

    final ApprovalGate gate(Duration hold, String policyVersion) {
        return new ApprovalGate(tickets(), config(hold), notices(), people, policyVersion, UUID::randomUUID);
    }

    static ApprovalNotices notices() {
        return new ApprovalNotices(
                List.of(new Webhook(URI.create(HOOK), SECRET)),
                URI.create("https://agents.example.com/api/v1/approvals"),
                UUID::randomUUID);
    }

    final Approvals approvals() {
        return new Approvals(tickets(), config(Duration.ZERO), LINKS);
    }

    static Decision.Ask ask(String... approvers) {
        Rule rule = new Rule(
                "write-files",
                Rule.Effect.REQUIRE_APPROVAL,
                Rule.Who.ANYBODY,
                List.of(),
                List.of("*"),
                null,
                List.of(approvers),
                null);
        return new Decision.Ask(List.of(rule), List.of());
    }

    /** A rule that wants several people. */
    static Decision.Ask askFor(int quorum, String... approvers) {
        Rule rule = new Rule(
                "write-files",
                Rule.Effect.REQUIRE_APPROVAL,
                Rule.Who.ANYBODY,
                new Selectors(List.of(), List.of("*"), List.of(), List.of(), List.of()),
                null,
                List.of(approvers),
                null,
                quorum,
                List.of());
        return new Decision.Ask(List.of(rule), List.of());
    }

    static ToolCall write(String arguments) {
        return Calls.tool(Calls.BOT, Calls.WRITE, arguments);
    }

    /** How the call ends at the gate; empty if it may run. */
    final Optional<CallOutcome> attempt(ApprovalGate gate, ToolCall call, Decision decision) {
        return attempt(gate, call, call.content(), decision);
    }

    private Optional<CallOutcome> attempt(ApprovalGate gate, ToolCall call, Content input, Decision decision) {
        return attempt(gate, call, input, decision, () -> true);
    }

    private Optional<CallOutcome> attempt(
            ApprovalGate gate, ToolCall call, Content input, Decision decision, BooleanSupplier awaited) {
        try (AuditTrail trail = audit().open("acme", call.id().value(), new Facts())) {
            gate.require(call, input, decision, ticket -> {}, awaited, trail);
            trail.conclude(new Facts().put("outcome", "passed")).await();
            return Optional.empty();
        } catch (CallEnded ended) {
            return Optional.of(ended.outcome());
        }
    }

    final Optional<CallOutcome> attempt(String arguments) {
        return attempt(gate(Duration.ZERO, "v1"), write(arguments), ask());
    }

    static UUID ticket(Optional<CallOutcome> outcome) {
        return assertInstanceOf(CallOutcome.AwaitingApproval.class, outcome.orElseThrow())
                .ticket();
    }

    static Denial denial(Optional<CallOutcome> outcome) {
        return assertInstanceOf(CallOutcome.Denied.class, outcome.orElseThrow()).denial();
    }

    static Vote vote(String approver, Vote.Choice choice) {
        return new Vote(approver, choice, "looked at it", Vote.Channel.API);
    }

    final void approve(UUID ticket) {
        assertInstanceOf(
                VoteResult.Decided.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
    }

    private long records(String kind) {
        return leaves().stream()
                .filter(leaf -> leaf.contains("\"kind\":\"" + kind + "\""))
                .count();
    }

    @Test
    void aPermittedCallNeedsNoTicket() {
        assertEquals(
                Optional.empty(), attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), new Decision.Permit(List.of())));
        assertEquals(List.of(), approvals().list("acme", null, 10));
    }

    @Test
    void aYesIsUsedOnce() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        assertEquals(ticket, ticket(attempt(ARGUMENTS)));
        approve(ticket);
        assertEquals(Optional.empty(), attempt(ARGUMENTS));
        UUID next = ticket(attempt(ARGUMENTS));
        assertNotEquals(ticket, next);
        assertEquals(
                TicketState.Name.REDEEMED,
                approvals().find("acme", ticket).orElseThrow().state().name());
        assertEquals(2, records("approval.requested"));
        assertEquals(1, records("approval.decided"));
        assertEquals(1, records("approval.redeemed"));
    }

    private static ToolCall next(ToolCall round, UUID ticket, String arguments) {
        ToolCall call = write(arguments);
        return new ToolCall(
                call.id(),
                call.subject(),
                call.resource(),
                call.arguments(),
                call.content(),
                call.estimate(),
                false,
                call.deadline(),
                Correlation.NONE,
                false,
                new EarlierRound(ticket, round.id()));
    }

    @Test
    void aYesGoesOnFromRoundToRoundAndNowhereElse() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        approve(ticket);
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        ToolCall first = write(ARGUMENTS);
        assertEquals(Optional.empty(), attempt(gate, first, ask()));
        ToolCall second = next(first, ticket, ARGUMENTS);
        assertEquals(Optional.empty(), attempt(gate, second, ask()));
        assertEquals(Optional.empty(), attempt(gate, next(second, ticket, ARGUMENTS), ask()));
        assertNotEquals(ticket, ticket(attempt(gate, next(first, ticket, ARGUMENTS), ask())), "used by the second");
        assertEquals(1, records("approval.decided"));
        assertEquals(3, records("approval.redeemed"));
    }

    @Test
    void aYesDoesNotGoOnToAnotherCallOrUnderAnotherPolicy() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        approve(ticket);
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        ToolCall first = write(ARGUMENTS);
        assertEquals(Optional.empty(), attempt(gate, first, ask()));
        assertNotEquals(ticket, ticket(attempt(gate, next(first, ticket, "{\"path\":\"/workspace/b\"}"), ask())));
        assertNotEquals(ticket, ticket(attempt(gate(Duration.ZERO, "v2"), next(first, ticket, ARGUMENTS), ask())));
        assertEquals(Optional.empty(), attempt(gate, next(first, ticket, ARGUMENTS), ask()), "it is still there");
    }

    @Test
    void recordsNameTheTicketAndNoArgument() {
        UUID ticket = ticket(attempt("{\"path\":\"/workspace/very-private\"}"));
        approve(ticket);
        assertEquals(Optional.empty(), attempt("{\"path\":\"/workspace/very-private\"}"));
        List<String> leaves = leaves();
        for (String leaf : leaves) {
            assertFalse(leaf.contains("very-private"), leaf);
        }
        assertTrue(
                leaves.stream().filter(leaf -> leaf.contains(ticket.toString())).count() >= 3, leaves.toString());
        String decided = leaves.stream()
                .filter(leaf -> leaf.contains("approval.decided"))
                .findFirst()
                .orElseThrow();
        assertTrue(decided.contains("\"approver\":\"ann\""), decided);
        assertTrue(decided.contains("\"reason\":\"looked at it\""), decided);
        assertTrue(decided.contains("\"latency_ms\":"), decided);
    }

    @Test
    void anotherSpellingOfTheSameValueIsTheSameCall() {
        UUID ticket = ticket(attempt("{\"a\":1,\"b\":\"é\"}"));
        assertEquals(ticket, ticket(attempt("{ \"b\":\"\\u00e9\", \"a\":1.0 }")));
    }

    @Test
    void whateverDiffersNeedsItsOwnYes() {
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        Subject other = new Subject("acme", "support", Subject.Kind.AGENT, "other-bot", "k00000000002");
        Subject otherKey = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "k00000000002");
        Subject otherTenant = new Subject("evil", "support", Subject.Kind.AGENT, "triage-bot", "k00000000001");
        Resource.Tool redefined = new Resource.Tool("files", "write_file", "e".repeat(64));
        Resource.Tool renamed = new Resource.Tool("files", "write_fil", "d".repeat(64));
        Set<UUID> tickets = new java.util.HashSet<>();
        UUID approved = ticket(attempt(ARGUMENTS));
        tickets.add(approved);
        approve(approved);
        List<Optional<CallOutcome>> outcomes = List.of(
                attempt(gate, write(ARGUMENTS.replace("hi", "ho")), ask()),
                attempt(gate, Calls.tool(other, Calls.WRITE, ARGUMENTS), ask()),
                attempt(gate, Calls.tool(otherKey, Calls.WRITE, ARGUMENTS), ask()),
                attempt(gate, Calls.tool(otherTenant, Calls.WRITE, ARGUMENTS), ask()),
                attempt(gate, Calls.tool(Calls.BOT, renamed, ARGUMENTS), ask()));
        outcomes.forEach(outcome -> tickets.add(ticket(outcome)));
        assertEquals(6, tickets.size());
        assertEquals(Optional.empty(), attempt(ARGUMENTS));
        tickets.add(ticket(attempt(gate, Calls.tool(Calls.BOT, redefined, ARGUMENTS), ask())));
        tickets.add(ticket(attempt(gate(Duration.ZERO, "v2"), write(ARGUMENTS), ask())));
        assertEquals(8, tickets.size());
    }

    @Test
    void noMoreCallsOfAMemberWaitThanMay() {
        ApprovalGate gate = gate(2);
        UUID first = ticket(attempt(gate, write("{\"n\":1}"), ask()));
        UUID second = ticket(attempt(gate, write("{\"n\":2}"), askFor(2, "ann", "bob")));
        approvals().decide("acme", second, vote("ann", Vote.Choice.APPROVE));
        Denial refused = denial(attempt(gate, write("{\"n\":3}"), ask()));
        assertEquals(Denial.Reason.TOO_MANY_WAITING, refused.reason());
        assertEquals(
                "2 calls of triage-bot wait for people, and no more may: withdraw some, or wait until they are decided",
                refused.detail());
        assertEquals(2, records("approval.requested"));
        assertEquals(first, ticket(attempt(gate, write("{\"n\":1}"), ask())), "it waits already");
        Subject other = new Subject("acme", "support", Subject.Kind.AGENT, "other-bot", "k00000000002");
        Subject otherTenant = new Subject("evil", "support", Subject.Kind.AGENT, "triage-bot", "k00000000001");
        ticket(attempt(gate, Calls.tool(other, Calls.WRITE, ARGUMENTS), ask()));
        ticket(attempt(gate, Calls.tool(otherTenant, Calls.WRITE, ARGUMENTS), ask()));
    }

    @Test
    void whatIsDecidedWithdrawnOrOverMakesRoom() {
        ApprovalGate gate = gate(1);
        approve(ticket(attempt(gate, write("{\"n\":1}"), ask())));
        UUID second = ticket(attempt(gate, write("{\"n\":2}"), ask()));
        assertEquals(
                Denial.Reason.TOO_MANY_WAITING,
                denial(attempt(gate, write("{\"n\":3}"), ask())).reason());
        assertInstanceOf(Withdrawal.Done.class, approvals().withdraw("acme", second, "maria", null));
        ticket(attempt(gate, write("{\"n\":3}"), ask()));
        letTimePass(Duration.ofMinutes(16));
        ticket(attempt(gate, write("{\"n\":4}"), ask()));
    }

    @Test
    void whatGuardrailsRewroteIsWhatIsApproved() {
        ToolCall call = write("{\"to\":\"joe@example.com\",\"n\":1}");
        Content masked = new Content(List.of(new TextRun("/to", "[email]")));
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        UUID ticket = ticket(attempt(gate, call, masked, ask()));
        Arguments kept =
                approvals().find("acme", ticket).orElseThrow().request().arguments();
        assertEquals("{\"n\":1,\"to\":\"[email]\"}", new String(kept.canonical(), StandardCharsets.UTF_8));
        approve(ticket);
        assertNotEquals(ticket, ticket(attempt(gate, call, ask())));
        assertEquals(Optional.empty(), attempt(gate, call, masked, ask()));
    }

    @Test
    void aNoRefusesTheSameCallForAWhileWithoutAskingAnew() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        VoteResult result = approvals().decide("acme", ticket, vote("ann", Vote.Choice.DENY));
        assertEquals(
                TicketState.Name.DENIED,
                assertInstanceOf(VoteResult.Decided.class, result)
                        .ticket()
                        .state()
                        .name());
        for (int i = 0; i < 2; i++) {
            Denial denial = denial(attempt(ARGUMENTS));
            assertEquals(Denial.Stage.APPROVAL, denial.stage());
            assertEquals(Denial.Reason.APPROVAL_DENIED, denial.reason());
            assertEquals("approval " + ticket + " was denied by ann: looked at it", denial.detail());
        }
        letTimePass(Duration.ofMinutes(50));
        assertEquals(Denial.Reason.APPROVAL_DENIED, denial(attempt(ARGUMENTS)).reason());
        assertNotEquals(ticket, ticket(attempt(ARGUMENTS.replace("hi", "ho"))), "another call is another question");
        letTimePass(Duration.ofMinutes(11));
        assertNotEquals(ticket, ticket(attempt(ARGUMENTS)));
    }

    @Test
    void aNoRefusesTheSameCallOfItsSessionAsLongAsThatLives() {
        UUID denied = ticket(attemptIn("s1"));
        approvals().decide("acme", denied, vote("ann", Vote.Choice.DENY));
        assertRefused(denied, attemptIn("s2"));
        letTimePass(Duration.ofHours(2));
        assertRefused(denied, attemptIn("s1"));
        assertRefused(denied, attemptIn(""));
        UUID other = ticket(attemptIn("s2"));
        assertRefused(denied, attemptIn("s1"));
        approve(other);
        forgetEverythingInMemory();
        assertRefused(denied, attemptIn("s1"));
        assertEquals(Optional.empty(), attemptIn("s2"), "another session's question was answered otherwise");
        letTimePass(Duration.ofHours(20));
        assertRefused(denied, attemptIn("s1"));
        letTimePass(Duration.ofHours(20));
        assertRefused(denied, attemptIn("s1"));
        letTimePass(Duration.ofHours(25));
        assertNotEquals(denied, ticket(attemptIn("s1")), "a session that was silent so long is over");
    }

    @Test
    void aNoToACallWithoutASessionHoldsForATime() {
        UUID denied = ticket(attemptIn(""));
        approvals().decide("acme", denied, vote("ann", Vote.Choice.DENY));
        assertRefused(denied, attemptIn("s1"));
        letTimePass(Duration.ofHours(2));
        assertNotEquals(denied, ticket(attemptIn("")));
    }

    @Test
    void aNoIsLiftedByWhoMayDecideAndBecomesNoYes() {
        UUID denied = ticket(attemptIn("s1"));
        assertInstanceOf(Lifting.NothingHolds.class, approvals().lift("acme", denied, "ann", null));
        approvals().decide("acme", denied, vote("ann", Vote.Choice.DENY));
        assertInstanceOf(Lifting.NotAllowed.class, approvals().lift("acme", denied, "triage-bot", null));
        assertInstanceOf(Lifting.Unknown.class, approvals().lift("evil", denied, "mallory", null));
        assertRefused(denied, attemptIn("s1"));
        Ticket lifted = assertInstanceOf(
                        Lifting.Done.class, approvals().lift("acme", denied, "bob", "the plan changed"))
                .ticket();
        assertEquals(TicketState.Name.DENIED, lifted.state().name());
        assertInstanceOf(Lifting.NothingHolds.class, approvals().lift("acme", denied, "bob", null));
        assertInstanceOf(
                VoteResult.AlreadyDecided.class, approvals().decide("acme", denied, vote("ann", Vote.Choice.APPROVE)));
        assertNotEquals(denied, ticket(attemptIn("s1")), "the same call asks anew");
        assertEquals(1, records("approval.lifted"));
    }

    private Optional<CallOutcome> attemptIn(String session) {
        Subject caller = Calls.BOT.through(new Entrance("", null, session));
        return attempt(gate(Duration.ZERO, "v1"), Calls.tool(caller, Calls.WRITE, ARGUMENTS), ask());
    }

    private static void assertRefused(UUID denied, Optional<CallOutcome> outcome) {
        assertEquals(
                "approval " + denied + " was denied by ann: looked at it",
                denial(outcome).detail());
    }

    @Test
    void aNoCannotBeGoneRoundByAnotherKeyOrWhenRulesOrTheToolChange() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        approvals().decide("acme", ticket, vote("ann", Vote.Choice.DENY));
        Subject otherKey = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "k00000000002");
        Subject otherMember = new Subject("acme", "support", Subject.Kind.AGENT, "other-bot", "k00000000003");
        Resource.Tool redefined = new Resource.Tool("files", "write_file", "e".repeat(64));
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        List<Optional<CallOutcome>> outcomes = List.of(
                attempt(gate, Calls.tool(otherKey, Calls.WRITE, ARGUMENTS), ask()),
                attempt(gate, Calls.tool(Calls.BOT, redefined, ARGUMENTS), ask()),
                attempt(gate(Duration.ZERO, "v2"), write(ARGUMENTS), ask()),
                attempt(gate, write(" " + ARGUMENTS + " "), askFor(2, "ann", "bob")));
        outcomes.forEach(outcome -> {
            assertEquals(Denial.Reason.APPROVAL_DENIED, denial(outcome).reason());
            assertEquals(
                    "approval " + ticket + " was denied by ann: looked at it",
                    denial(outcome).detail());
        });
        assertEquals(1, records("approval.requested"));
        assertNotEquals(ticket, ticket(attempt(gate, Calls.tool(otherMember, Calls.WRITE, ARGUMENTS), ask())));
    }

    @Test
    void anExpiredTicketIsToldOnceAndThenAskedAnew() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        letTimePass(Duration.ofMinutes(16));
        assertEquals(Denial.Reason.APPROVAL_EXPIRED, denial(attempt(ARGUMENTS)).reason());
        assertEquals(1, records("approval.expired"));
        assertNotEquals(ticket, ticket(attempt(ARGUMENTS)));
    }

    @Test
    void theSweeperEndsTicketsAndTheirCallersStillLearnOfIt() {
        UUID first = ticket(attempt(ARGUMENTS));
        UUID second = ticket(attempt("{}"));
        approve(second);
        assertEquals(0, approvals().expireDue());
        letTimePass(Duration.ofMinutes(6));
        assertEquals(1, approvals().expireDue());
        letTimePass(Duration.ofMinutes(10));
        assertEquals(1, approvals().expireDue());
        assertEquals(0, approvals().expireDue());
        assertEquals(2, records("approval.expired"));
        assertEquals(
                TicketState.Name.EXPIRED,
                approvals().find("acme", first).orElseThrow().state().name());
        assertEquals(Denial.Reason.APPROVAL_EXPIRED, denial(attempt("{}")).reason());
        assertNotEquals(second, ticket(attempt("{}")));
    }

    @Test
    void aYesMustBeUsedInTime() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        approve(ticket);
        letTimePass(Duration.ofMinutes(6));
        assertEquals(Denial.Reason.APPROVAL_EXPIRED, denial(attempt(ARGUMENTS)).reason());
    }

    @Test
    void theFirstVoteDecides() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        approve(ticket);
        VoteResult again = approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE));
        assertEquals(
                TicketState.Name.APPROVED,
                assertInstanceOf(VoteResult.AlreadyDecided.class, again)
                        .ticket()
                        .state()
                        .name());
        VoteResult late = approvals().decide("acme", ticket, vote("bob", Vote.Choice.DENY));
        assertEquals(
                TicketState.Name.APPROVED,
                assertInstanceOf(VoteResult.AlreadyDecided.class, late)
                        .ticket()
                        .state()
                        .name());
        assertEquals(Optional.empty(), attempt(ARGUMENTS));
        VoteResult used = approvals().decide("acme", ticket, vote("bob", Vote.Choice.DENY));
        assertEquals(
                TicketState.Name.REDEEMED,
                assertInstanceOf(VoteResult.AlreadyDecided.class, used)
                        .ticket()
                        .state()
                        .name());
        assertEquals(1, records("approval.decided"));
    }

    @Test
    void onlyThoseTheRuleNamesDecideAndNeverTheRequester() {
        UUID open = ticket(attempt(ARGUMENTS));
        assertEquals(VoteResult.Why.REQUESTER, refusal(open, "triage-bot"));
        UUID named = ticket(attempt(gate(Duration.ZERO, "v1"), write("{}"), ask("ann", "triage-bot")));
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(named, "bob"));
        assertEquals(VoteResult.Why.REQUESTER, refusal(named, "triage-bot"));
        approve(named);
        assertEquals(
                new VoteResult.Unknown(),
                approvals().decide("acme", UUID.randomUUID(), vote("ann", Vote.Choice.APPROVE)));
        assertEquals(new VoteResult.Unknown(), approvals().decide("evil", open, vote("ann", Vote.Choice.APPROVE)));
        assertEquals(1, records("approval.decided"));
    }

    @Test
    void asManyPeopleSayYesAsTheStrictestRuleWantsAndEachCountsOnce() {
        Decision.Ask ask = askFor(2, "ann", "bob", "carla", "triage-bot");
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        UUID ticket = ticket(attempt(gate, write(ARGUMENTS), ask));
        Ticket counted = assertInstanceOf(
                        VoteResult.Counted.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)))
                .ticket();
        assertEquals(new TicketState.PartiallyApproved(List.of("ann")), counted.state());
        assertEquals(ticket, ticket(attempt(gate, write(ARGUMENTS), ask)), "one yes is not enough");
        assertInstanceOf(
                VoteResult.CountedBefore.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
        assertEquals(VoteResult.Why.REQUESTER, refusal(ticket, "triage-bot"));
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(ticket, "dave"));
        assertEquals(
                List.of(ticket),
                approvals().list("acme", TicketState.Name.PARTIALLY_APPROVED, 10).stream()
                        .map(Ticket::id)
                        .toList());
        assertEquals(List.of(), approvals().list("acme", TicketState.Name.PENDING, 10));
        Ticket decided = assertInstanceOf(
                        VoteResult.Decided.class,
                        approvals().decide("acme", ticket, vote("carla", Vote.Choice.APPROVE)))
                .ticket();
        assertEquals(List.of("ann", "carla"), decided.yes());
        assertEquals(Optional.empty(), attempt(gate, write(ARGUMENTS), ask));
        assertEquals(
                List.of("ann", "carla"),
                approvals().find("acme", ticket).orElseThrow().yes());
        assertEquals(2, records("approval.decided"));
        assertEquals(
                1,
                leaves().stream()
                        .filter(leaf -> leaf.contains("\"state\":\"partially_approved\""))
                        .count());
        assertEquals(1, records("approval.redeemed"));
    }

    @Test
    void aNoEndsWhatOthersSaidYesToAndOnesOwnYesToo() {
        Decision.Ask ask = askFor(2, "ann", "bob", "carla");
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        for (String mind : List.of("bob", "ann")) {
            String arguments = "{\"by\":\"" + mind + "\"}";
            UUID ticket = ticket(attempt(gate, write(arguments), ask));
            assertInstanceOf(
                    VoteResult.Counted.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
            assertInstanceOf(
                    VoteResult.Decided.class, approvals().decide("acme", ticket, vote(mind, Vote.Choice.DENY)));
            assertInstanceOf(
                    VoteResult.AlreadyDecided.class,
                    approvals().decide("acme", ticket, vote("carla", Vote.Choice.APPROVE)));
            Denial denial = denial(attempt(gate, write(arguments), ask));
            assertEquals("approval " + ticket + " was denied by " + mind + ": looked at it", denial.detail());
        }
    }

    @Test
    void aPartialApprovalExpiresLikeAnyOther() {
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        Decision.Ask ask = askFor(2, "ann", "bob");
        UUID ticket = ticket(attempt(gate, write(ARGUMENTS), ask));
        assertInstanceOf(
                VoteResult.Counted.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
        letTimePass(Duration.ofMinutes(16));
        assertInstanceOf(
                VoteResult.Expired.class, approvals().decide("acme", ticket, vote("bob", Vote.Choice.APPROVE)));
        assertEquals(1, approvals().expireDue());
        assertEquals(
                Denial.Reason.APPROVAL_EXPIRED,
                denial(attempt(gate, write(ARGUMENTS), ask)).reason());
    }

    @Test
    void aKeyThatTheRequestersKeyMadeDoesNotMakeTheRequesterAnother() {
        Subject child = new Subject("acme", "support", Subject.Kind.AGENT, "triage-bot", "k00000000009")
                .by(new Delegation(List.of("k00000000001"), List.of(Confines.NONE)));
        UUID ticket = ticket(attempt(
                gate(Duration.ZERO, "v1"), Calls.tool(child, Calls.WRITE, ARGUMENTS), ask("triage-bot", "ann")));
        assertEquals(VoteResult.Why.REQUESTER, refusal(ticket, "triage-bot"));
    }

    private static Decision.Ask asking(Rule... rules) {
        return new Decision.Ask(List.of(rules), List.of());
    }

    private static Rule rule(String id, int quorum, List<String> approvers, Rule.Escalation... escalate) {
        return new Rule(
                id,
                Rule.Effect.REQUIRE_APPROVAL,
                Rule.Who.ANYBODY,
                new Selectors(List.of(), List.of("*"), List.of(), List.of(), List.of()),
                null,
                approvers,
                null,
                quorum,
                List.of(escalate));
    }

    @Test
    void aTeamIsItsUsersInTheTenantOfTheCall() {
        Decision.Ask ask = asking(rule("team", 1, List.of("team:support")));
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
        assertEquals(
                List.of("ann", "bob"),
                approvals().find("acme", ticket).orElseThrow().deciders());
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(ticket, "carla"));
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(ticket, "mallory"));
        approve(ticket);
        assertEquals(Optional.empty(), attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
    }

    @Test
    void rulesThatAskTogetherAreSatisfiedByPeopleWhomEachOfThemMeans() {
        Decision.Ask ask = asking(rule("team", 1, List.of("team:support")), rule("named", 1, List.of("bob", "carla")));
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
        assertEquals(
                List.of("bob"), approvals().find("acme", ticket).orElseThrow().deciders());
    }

    @Test
    void whatNobodyCouldApproveIsRefusedAndNeverOpenToEverybody() {
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        for (Decision.Ask ask : List.of(
                asking(rule("gone", 1, List.of("nobody-here"))),
                asking(rule("other-tenant", 1, List.of("mallory"))),
                asking(rule("empty-team", 1, List.of("team:nobody"))),
                asking(rule("agents-are-no-people", 1, List.of("triage-bot"))),
                asking(rule("too-few", 3, List.of("team:support"))),
                asking(rule("support", 1, List.of("team:support")), rule("leads", 1, List.of("team:leads"))))) {
            Denial denial = denial(attempt(gate, write(ARGUMENTS), ask));
            assertEquals(Denial.Reason.FORBIDDEN, denial.reason(), denial.detail());
            assertEquals(Denial.Stage.APPROVAL, denial.stage());
        }
        assertEquals(List.of(), approvals().list("acme", null, 10));
    }

    @Test
    void whenNobodyDecidesMorePeopleMayAndAreToldAndTheQuorumStays() {
        Decision.Ask ask = asking(rule(
                "write",
                2,
                List.of("team:support"),
                new Rule.Escalation(Duration.ofMinutes(5), List.of("team:leads")),
                new Rule.Escalation(Duration.ofMinutes(10), List.of("carla"))));
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        UUID ticket = ticket(attempt(gate, write(ARGUMENTS), ask));
        Escalations escalations = new Escalations(tickets(), notices());
        assertEquals(0, escalations.runOnce());
        assertEquals(VoteResult.Why.NOT_NOW, refusal(ticket, "lea"));
        letTimePass(Duration.ofMinutes(6));
        assertEquals(1, escalations.runOnce());
        assertEquals(0, escalations.runOnce());
        assertEquals(VoteResult.Why.NOT_NOW, refusal(ticket, "carla"));
        assertInstanceOf(
                VoteResult.Counted.class, approvals().decide("acme", ticket, vote("lea", Vote.Choice.APPROVE)));
        letTimePass(Duration.ofMinutes(5));
        assertEquals(1, escalations.runOnce());
        assertEquals(0, escalations.runOnce());
        assertEquals(
                Set.of("ann", "bob", "lea", "leo", "carla"),
                Set.copyOf(approvals().find("acme", ticket).orElseThrow().deciders()));
        assertInstanceOf(
                VoteResult.Decided.class, approvals().decide("acme", ticket, vote("carla", Vote.Choice.APPROVE)));
        assertEquals(Optional.empty(), attempt(gate, write(ARGUMENTS), ask));
        assertEquals(2, records("approval.escalated"));
        List<String> bodies = outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)).stream()
                .map(due -> new String(due.body(), StandardCharsets.UTF_8))
                .toList();
        assertEquals(List.of(), bodies, "nobody needs to hear of a ticket that is decided");
    }

    @Test
    void noticesSayWhoIsAskedNowAndWhoLater() {
        Rule rule = rule("write", 1, List.of("ann"), new Rule.Escalation(Duration.ofMinutes(5), List.of("lea")));
        assertTrue(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), asking(rule))
                .isPresent());
        letTimePass(Duration.ofMinutes(6));
        assertEquals(1, new Escalations(tickets(), notices()).runOnce());
        List<String> bodies = outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)).stream()
                .map(due -> new String(due.body(), StandardCharsets.UTF_8))
                .sorted()
                .toList();
        assertEquals(2, bodies.size());
        assertTrue(
                bodies.getFirst().startsWith("{\"type\":\"approval.escalated\"")
                        && bodies.getFirst().contains("\"approvers\":[\"ann\",\"lea\"],\"later\":[],\"quorum\":1"),
                bodies.getFirst());
        assertTrue(
                bodies.getLast().contains("\"approvers\":[\"ann\"],\"later\":[{\"approver\":\"lea\",\"from\":\""),
                bodies.getLast());
    }

    @Test
    void aDeputyDecidesWhileSomebodyIsAwayAndTheirVotesAreOne() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        people = new People(
                ORGANISATION,
                List.of(
                        new ApprovalConfig.Deputy("acme/ann", "acme/dave", today.minusDays(1), today.plusDays(1)),
                        new ApprovalConfig.Deputy("acme/bob", "acme/carla", today.minusDays(9), today.minusDays(8)),
                        new ApprovalConfig.Deputy("acme/bob", "acme/mallory", today, today)));
        Decision.Ask ask = asking(rule("write", 2, List.of("team:support")));
        ApprovalGate gate = gate(Duration.ZERO, "v1");
        UUID ticket = ticket(attempt(gate, write(ARGUMENTS), ask));
        assertEquals(VoteResult.Why.NOT_NOW, refusal(ticket, "carla"));
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(ticket, "mallory"));
        assertInstanceOf(
                VoteResult.Counted.class, approvals().decide("acme", ticket, vote("dave", Vote.Choice.APPROVE)));
        assertInstanceOf(
                VoteResult.CountedBefore.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
        assertInstanceOf(
                VoteResult.Decided.class, approvals().decide("acme", ticket, vote("bob", Vote.Choice.APPROVE)));
        assertTrue(leaves().stream().anyMatch(leaf -> leaf.contains("\"stands_for\":\"ann\"")));
        people = new People(ORGANISATION, List.of());
        assertEquals(
                Optional.empty(),
                attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask),
                "deputies come and go, and a yes stays");
    }

    @Test
    void aDeputyOfOneTenantIsNobodyInAnotherWhateverTheyAreCalled() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        Decision.Ask ask = asking(rule("write", 1, List.of("team:support")));
        List<ApprovalConfig.Deputy> elsewhere = List.of(
                new ApprovalConfig.Deputy("evil/ann", "evil/dave", today, today.plusDays(1)),
                new ApprovalConfig.Deputy("evil/ann", "acme/dave", today, today.plusDays(1)),
                new ApprovalConfig.Deputy("acme/ann", "evil/dave", today, today.plusDays(1)),
                new ApprovalConfig.Deputy("ann", "dave", today, today.plusDays(1)));
        people = new People(ORGANISATION, elsewhere);
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
        assertEquals(VoteResult.Why.NOT_NAMED, refusal(ticket, "dave"));
    }

    @Test
    void whoStandsInForSeveralPeopleVotesForTheOneWhoIsAwayNow() {
        LocalDate today = LocalDate.now(ZoneOffset.UTC);
        people = new People(
                ORGANISATION,
                List.of(
                        new ApprovalConfig.Deputy("acme/ann", "acme/dave", today.minusDays(9), today.minusDays(8)),
                        new ApprovalConfig.Deputy("acme/ann", "acme/dave", today.plusDays(8), today.plusDays(9)),
                        new ApprovalConfig.Deputy("acme/bob", "acme/dave", today.minusDays(1), today.plusDays(1))));
        Decision.Ask ask = asking(rule("write", 2, List.of("team:support")));
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
        assertInstanceOf(
                VoteResult.Counted.class, approvals().decide("acme", ticket, vote("dave", Vote.Choice.APPROVE)));
        assertInstanceOf(
                VoteResult.CountedBefore.class, approvals().decide("acme", ticket, vote("bob", Vote.Choice.APPROVE)));
        assertTrue(leaves().stream().anyMatch(leaf -> leaf.contains("\"stands_for\":\"bob\"")));
        assertInstanceOf(
                VoteResult.Decided.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
    }

    @Test
    void aYesIsWorthNothingOnceThoseWhoCouldGiveItAreOthers() {
        Decision.Ask ask = asking(rule("write", 1, List.of("team:support")));
        UUID ticket = ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask));
        approve(ticket);
        people = new People(
                new OrganisationConfig(List.of(new OrganisationConfig.Tenant(
                        "acme",
                        List.of(),
                        List.of(new OrganisationConfig.Team("support", List.of(), members("bob"), List.of())),
                        members("ann"),
                        List.of()))),
                List.of());
        assertNotEquals(ticket, ticket(attempt(gate(Duration.ZERO, "v1"), write(ARGUMENTS), ask)));
    }

    @Test
    void theLastCallOfTheToolThatWasApprovedIsAtHandToCompare() {
        UUID first = ticket(attempt("{\"n\":1}"));
        UUID second = ticket(attempt("{\"n\":2}"));
        Ticket open = approvals().find("acme", second).orElseThrow();
        assertEquals(Optional.empty(), approvals().lastUsed(open));
        approve(first);
        assertEquals(Optional.empty(), attempt("{\"n\":1}"));
        assertEquals(Optional.of(first), approvals().lastUsed(open).map(Ticket::id));
        assertEquals(
                Optional.empty(),
                approvals().lastUsed(approvals().find("acme", first).orElseThrow()));
    }

    @Test
    void aWithdrawnTicketLeadsToNothingAndTheCallMayAskAnew() {
        UUID waiting = ticket(attempt("{\"n\":1}"));
        UUID approved = ticket(attempt("{\"n\":2}"));
        approve(approved);
        for (UUID ticket : List.of(waiting, approved)) {
            Withdrawal.Done done =
                    assertInstanceOf(Withdrawal.Done.class, approvals().withdraw("acme", ticket, "maria", "a mistake"));
            assertEquals("a mistake", done.ticket().reason());
            assertInstanceOf(Withdrawal.TooLate.class, approvals().withdraw("acme", ticket, "maria", null));
            assertInstanceOf(
                    VoteResult.AlreadyDecided.class,
                    approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
        }
        assertEquals(2, records("approval.withdrawn"));
        assertNotEquals(waiting, ticket(attempt("{\"n\":1}")));
        assertNotEquals(approved, ticket(attempt("{\"n\":2}")));
        assertEquals(new Withdrawal.Unknown(), approvals().withdraw("evil", waiting, "maria", null));
    }

    @Test
    void whatWasUsedOrDeniedOrIsOverCannotBeWithdrawn() {
        UUID used = ticket(attempt("{\"n\":1}"));
        approve(used);
        assertEquals(Optional.empty(), attempt("{\"n\":1}"));
        UUID denied = ticket(attempt("{\"n\":2}"));
        approvals().decide("acme", denied, vote("ann", Vote.Choice.DENY));
        UUID over = ticket(attempt("{\"n\":3}"));
        letTimePass(Duration.ofMinutes(16));
        for (UUID ticket : List.of(used, denied, over)) {
            assertInstanceOf(Withdrawal.TooLate.class, approvals().withdraw("acme", ticket, "maria", null));
        }
        assertEquals(0, records("approval.withdrawn"));
    }

    @Test
    void aHeldCallHearsThatItsTicketWasWithdrawnAndDoesNotAskAgain() throws InterruptedException {
        ApprovalGate gate = gate(Duration.ofSeconds(30), "v1");
        AtomicReference<Optional<CallOutcome>> outcome = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            outcome.set(attempt(gate, write(ARGUMENTS), ask()));
            ended.countDown();
        });
        org.awaitility.Awaitility.await()
                .until(() -> !approvals().list("acme", null, 10).isEmpty());
        UUID ticket = approvals().list("acme", null, 10).getFirst().id();
        approvals().withdraw("acme", ticket, "maria", null);
        ended.await();
        Denial denial = denial(outcome.get());
        assertEquals(Denial.Reason.APPROVAL_WITHDRAWN, denial.reason());
        assertEquals("approval " + ticket + " was withdrawn by maria", denial.detail());
        assertEquals(1, approvals().list("acme", null, 10).size());
    }

    @Test
    void aYesThatComesWhenOtherRulesAreInForceRunsNothing() throws InterruptedException {
        AtomicBoolean inForce = new AtomicBoolean(true);
        ApprovalGate gate = gate(Duration.ofSeconds(30), "v0").under("v1", inForce::get, () -> true);
        AtomicReference<Optional<CallOutcome>> outcome = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            outcome.set(attempt(gate, write(ARGUMENTS), ask()));
            ended.countDown();
        });
        org.awaitility.Awaitility.await()
                .until(() -> !approvals().list("acme", null, 10).isEmpty());
        UUID ticket = approvals().list("acme", null, 10).getFirst().id();
        assertEquals(
                "v1", approvals().find("acme", ticket).orElseThrow().request().policyVersion());
        inForce.set(false);
        approve(ticket);
        ended.await();
        Denial denial = denial(outcome.get());
        assertEquals(Denial.Reason.APPROVAL_WITHDRAWN, denial.reason());
        assertTrue(denial.detail().contains("since it came and approval " + ticket + " waited"), denial.detail());
        assertEquals(0, records("approval.redeemed"));
        UUID anew = ticket(attempt(gate(Duration.ZERO, "v2"), write(ARGUMENTS), ask()));
        assertNotEquals(ticket, anew);
        assertEquals(1, records("approval.withdrawn"));
    }

    private VoteResult.Why refusal(UUID ticket, String approver) {
        VoteResult result = approvals().decide("acme", ticket, vote(approver, Vote.Choice.APPROVE));
        return assertInstanceOf(VoteResult.NotAllowed.class, result).why();
    }

    @Test
    void aVoteThatComesTooLateChangesNothing() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        letTimePass(Duration.ofMinutes(16));
        for (int i = 0; i < 2; i++) {
            assertInstanceOf(
                    VoteResult.Expired.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.APPROVE)));
            approvals().expireDue();
        }
        assertEquals(0, records("approval.decided"));
    }

    @Test
    void listsAreByTenantAndStateNewestFirst() {
        UUID first = ticket(attempt("{\"n\":1}"));
        UUID second = ticket(attempt("{\"n\":2}"));
        approve(first);
        assertEquals(
                Set.of(first, second),
                Set.copyOf(approvals().list("acme", null, 10).stream()
                        .map(Ticket::id)
                        .toList()));
        assertEquals(
                List.of(second),
                approvals().list("acme", TicketState.Name.PENDING, 10).stream()
                        .map(Ticket::id)
                        .toList());
        assertEquals(1, approvals().list("acme", null, 1).size());
        assertEquals(List.of(), approvals().list("evil", null, 10));
        assertEquals(Optional.empty(), approvals().find("evil", first));
    }

    @Test
    void pagesHaveEachTicketOnceWhateverComesMeanwhile() {
        List<UUID> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            asked.addFirst(ticket(attempt("{\"n\":" + i + "}")));
            letTimePass(Duration.ofSeconds(1));
        }
        TicketPage first = approvals().page(List.of("acme", "evil"), new TicketFilter.Waiting(), null, 2);
        assertEquals(asked.subList(0, 2), ids(first));
        ticket(attempt("{\"n\":\"comes meanwhile\"}"));
        List<UUID> seen = new ArrayList<>(ids(first));
        TicketPlace next = first.next();
        while (next != null) {
            TicketPlace read = TicketPlace.parse(next.toString());
            assertEquals(next, read);
            TicketPage page = approvals().page(List.of("acme", "evil"), new TicketFilter.Waiting(), read, 2);
            seen.addAll(ids(page));
            next = page.next();
        }
        assertEquals(asked, seen);
        assertThrows(IllegalArgumentException.class, () -> TicketPlace.parse("2026-11-22_" + asked.getFirst()));
    }

    @Test
    void aPersonsListHasWhatWaitsForThem() {
        UUID anybodys = ticket(attempt("{\"n\":1}"));
        letTimePass(Duration.ofSeconds(1));
        UUID anns = ticket(attempt(gate(Duration.ZERO, "v1"), write("{\"n\":2}"), ask("ann")));
        letTimePass(Duration.ofSeconds(1));
        UUID both = ticket(attempt(gate(Duration.ZERO, "v1"), write("{\"n\":3}"), askFor(2, "ann", "bob")));
        assertEquals(List.of(both, anns, anybodys), waitingFor("ann"));
        assertEquals(List.of(both, anybodys), waitingFor("bob"));
        approvals().decide("acme", both, vote("ann", Vote.Choice.APPROVE));
        assertEquals(List.of(both, anybodys), waitingFor("bob"));
        approve(anns);
        assertEquals(List.of(both, anybodys), waitingFor("ann"));
        assertEquals(List.of(), waitingFor("triage-bot"), "nobody decides about their own");
        letTimePass(Duration.ofMinutes(16));
        assertEquals(List.of(), waitingFor("ann"), "what is over waits no longer");
    }

    private List<UUID> waitingFor(String person) {
        return ids(approvals().page(List.of("acme"), new TicketFilter.WaitingFor(person), null, 10));
    }

    private static List<UUID> ids(TicketPage page) {
        return page.tickets().stream().map(Ticket::id).toList();
    }

    @Test
    void aHeldCallGoesOnWhenSomebodySaysYes() throws InterruptedException {
        ApprovalGate gate = gate(Duration.ofSeconds(30), "v1");
        AtomicReference<Optional<CallOutcome>> outcome = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            outcome.set(attempt(gate, write(ARGUMENTS), ask()));
            ended.countDown();
        });
        org.awaitility.Awaitility.await()
                .until(() -> !approvals().list("acme", null, 10).isEmpty());
        approve(approvals().list("acme", null, 10).getFirst().id());
        ended.await();
        assertEquals(Optional.empty(), outcome.get());
        assertEquals(1, records("approval.redeemed"));
    }

    @Test
    void aYesIsNotUsedForACallerThatIsGone() throws InterruptedException {
        ApprovalGate gate = gate(Duration.ofMinutes(10), "v1");
        ToolCall call = write(ARGUMENTS);
        UUID ticket = ticket(attempt(gate, call, call.content(), ask(), () -> false));
        approve(ticket);
        assertEquals(ticket, ticket(attempt(gate, call, call.content(), ask(), () -> false)));
        assertEquals(0, records("approval.redeemed"));
        assertEquals(Optional.empty(), attempt(gate, write(ARGUMENTS), ask()));
        assertEquals(1, records("approval.redeemed"));
    }

    @Test
    void whoSaysTheSameAgainTakesThePlaceOfTheCallThatWaits() throws InterruptedException {
        ApprovalGate gate = gate(Duration.ofMinutes(10), "v1");
        BlockingQueue<Optional<CallOutcome>> first = new ArrayBlockingQueue<>(1);
        BlockingQueue<Optional<CallOutcome>> second = new ArrayBlockingQueue<>(1);
        Thread.ofVirtual().start(() -> first.add(attempt(gate, write(ARGUMENTS), ask())));
        org.awaitility.Awaitility.await()
                .until(() -> !approvals().list("acme", null, 10).isEmpty());
        UUID ticket = approvals().list("acme", null, 10).getFirst().id();
        Thread.ofVirtual().start(() -> second.add(attempt(gate, write(ARGUMENTS), ask())));
        // Whichever of the two came to wait first hears that it waits no longer, and which that is makes no difference.
        org.awaitility.Awaitility.await().until(() -> first.size() + second.size() == 1);
        assertEquals(ticket, ticket(first.isEmpty() ? second.take() : first.take()));
        approve(ticket);
        org.awaitility.Awaitility.await().until(() -> first.size() + second.size() == 1);
        assertEquals(Optional.empty(), first.isEmpty() ? second.take() : first.take());
        assertEquals(1, records("approval.redeemed"));
    }

    @Test
    void aHeldCallHearsOfADecisionMadeElsewhere() throws InterruptedException {
        ApprovalGate gate = gate(Duration.ofSeconds(30), "v1");
        AtomicReference<Optional<CallOutcome>> outcome = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            outcome.set(attempt(gate, write(ARGUMENTS), ask()));
            ended.countDown();
        });
        org.awaitility.Awaitility.await()
                .until(() -> !approvals().list("acme", null, 10).isEmpty());
        UUID ticket = approvals().list("acme", null, 10).getFirst().id();
        forgetEverythingInMemory();
        assertInstanceOf(VoteResult.Decided.class, approvals().decide("acme", ticket, vote("ann", Vote.Choice.DENY)));
        ended.await();
        assertEquals(Denial.Reason.APPROVAL_DENIED, denial(outcome.get()).reason());
    }

    @Test
    void aNoticeIsOwedWithTheTicketAndSentSigned() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        List<byte[]> bodies = new ArrayList<>();
        NoticeDelivery delivery = delivery((url, headers, body) -> {
            assertEquals(URI.create(HOOK), url);
            assertEquals(
                    WebhookSecret.Verification.GENUINE,
                    WebhookSecret.of(SECRET)
                            .verify(
                                    headers.get("webhook-id"),
                                    headers.get("webhook-timestamp"),
                                    headers.get("webhook-signature"),
                                    body,
                                    java.time.Instant.now()));
            bodies.add(body);
            return new WebhookChannel.Delivery.Answered(204);
        });
        assertEquals(1, delivery.runOnce());
        assertEquals(0, delivery.runOnce());
        String body = new String(bodies.getFirst(), StandardCharsets.UTF_8);
        assertTrue(body.startsWith("{\"type\":\"approval.requested\",\"timestamp\":\""), body);
        assertTrue(
                body.contains("\"data\":{\"ticket\":\"" + ticket
                        + "\",\"tenant\":\"acme\",\"requester\":\"triage-bot\",\"tool\":\"files__write_file\",\"arguments\":"
                        + ARGUMENTS + ",\"arguments_sha256\":\""),
                body);
        assertTrue(
                body.contains(
                        "\"decision_url\":\"https://agents.example.com/api/v1/approvals/" + ticket + "/decision\"}}"),
                body);
    }

    private NoticeDelivery delivery(WebhookChannel channel) {
        List<Webhook> webhooks = config(Duration.ZERO).webhooks();
        SignedDecisions decisions = new SignedDecisions(webhooks, java.time.InstantSource.system());
        return NoticeDelivery.byWebhook(
                outbox(),
                channel,
                webhooks,
                new ReceiverAnswers(approvals(), decisions),
                java.time.InstantSource.system(),
                new Random(1));
    }

    /** Answers each message with this body, signed as the message was, unless something else is said. */
    private NoticeDelivery answering(String body, String id, Duration age, Secret secret) {
        return delivery((url, headers, unused) -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            String signedAs = id.isEmpty() ? headers.get("webhook-id") : id;
            long at = java.time.Instant.now().minus(age).getEpochSecond();
            return new WebhookChannel.Delivery.Answered(
                    200,
                    new SignedText(
                            signedAs,
                            String.valueOf(at),
                            WebhookSecret.of(secret).sign(signedAs, at, bytes),
                            bytes));
        });
    }

    private static String decision(UUID ticket, String decision) {
        return "{\"ticket\":\"" + ticket + "\",\"decision\":\"" + decision
                + "\",\"approver\":\"ann\",\"reason\":\"ok\"}";
    }

    @Test
    void aReceiverDecidesInItsVeryAnswer() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        assertEquals(
                1,
                answering(decision(ticket, "approve"), "", Duration.ZERO, SECRET)
                        .runOnce());
        Ticket approved = approvals().find("acme", ticket).orElseThrow();
        assertEquals(TicketState.Name.APPROVED, approved.state().name());
        assertEquals("ann", approved.decidedBy());
        assertTrue(leaves().stream().anyMatch(leaf -> leaf.contains("\"channel\":\"webhook\"")));
        assertEquals(Optional.empty(), attempt(ARGUMENTS));
    }

    @Test
    void anAnswerThatIsNotSignedForThisMessageAndTicketCountsForNothing() {
        UUID other = ticket(attempt("{\"path\":\"/other\"}"));
        assertEquals(
                1,
                delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(204))
                        .runOnce());
        Secret stranger = new Secret("whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        String text = "{\"path\":\"/n\",\"text\":\"NUMBER\"}";
        List<java.util.function.Function<UUID, NoticeDelivery>> attacks = List.of(
                ticket -> answering(decision(other, "approve"), "", Duration.ZERO, SECRET),
                ticket -> answering(decision(ticket, "approve"), "", Duration.ofMinutes(6), SECRET),
                ticket -> answering(decision(ticket, "approve"), "msg_" + other, Duration.ZERO, SECRET),
                ticket -> answering(decision(ticket, "approve"), "", Duration.ZERO, stranger),
                ticket -> answering("{\"decision\":\"approve\",\"approver\":\"ann\"}", "", Duration.ZERO, SECRET),
                ticket -> answering(
                        decision(ticket, "approve").replace("}", ",\"decision\":\"deny\"}"), "", Duration.ZERO, SECRET),
                ticket -> answering(
                        decision(ticket, "approve").replace("}", ",\"arguments\":{}}"), "", Duration.ZERO, SECRET),
                ticket ->
                        answering(decision(ticket, "approve").replace("ann", "triage-bot"), "", Duration.ZERO, SECRET),
                ticket -> answering(
                        decision(ticket, "approve").replace("ann", "external:desk"), "", Duration.ZERO, SECRET),
                ticket -> answering("\u0000 not json", "", Duration.ZERO, SECRET),
                ticket -> delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(
                        200,
                        new SignedText("", "", "", decision(ticket, "approve").getBytes(StandardCharsets.UTF_8)))),
                // What was said to it, signature and all, thrown back.
                ticket -> delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(
                        200,
                        new SignedText(
                                String.valueOf(headers.get("webhook-id")),
                                String.valueOf(headers.get("webhook-timestamp")),
                                String.valueOf(headers.get("webhook-signature")),
                                body))));
        for (int i = 0; i < attacks.size(); i++) {
            UUID ticket = ticket(attempt(text.replace("NUMBER", String.valueOf(i))));
            assertEquals(1, attacks.get(i).apply(ticket).runOnce(), "attack " + i);
            assertEquals(
                    TicketState.Name.PENDING,
                    approvals().find("acme", ticket).orElseThrow().state().name(),
                    "attack " + i);
        }
        assertEquals(
                TicketState.Name.PENDING,
                approvals().find("acme", other).orElseThrow().state().name());
        assertEquals(0, records("approval.decided"));
    }

    @Test
    void aSystemDecidesAsItselfAndForNobodyElse() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        Webhook desk = new Webhook(URI.create(HOOK), SECRET, "desk");
        SignedDecisions decisions = new SignedDecisions(List.of(desk), java.time.InstantSource.system());
        java.util.function.Function<String, SignedDecisions.Worth> say = body -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            long at = java.time.Instant.now().getEpochSecond();
            String signature = WebhookSecret.of(SECRET).sign("msg_x", at, bytes);
            return decisions.sent(ticket, new SignedText("msg_x", String.valueOf(at), signature, bytes));
        };
        SignedDecisions.Worth.Genuine itself = assertInstanceOf(
                SignedDecisions.Worth.Genuine.class,
                say.apply("{\"ticket\":\"" + ticket + "\",\"decision\":\"deny\"}"));
        assertEquals("external:desk", itself.vote().approver());
        SignedDecisions.Worth.Refused asAnn =
                assertInstanceOf(SignedDecisions.Worth.Refused.class, say.apply(decision(ticket, "deny")));
        assertEquals(SignedDecisions.Why.NOT_ITS_VOICE, asAnn.why());
    }

    @Test
    void aNoticeIsTriedAgainWithLongerAndLongerWaits() {
        assertTrue(attempt(ARGUMENTS).isPresent());
        List<Integer> statuses = new ArrayList<>(List.of(500, 302));
        NoticeDelivery delivery = delivery((url, headers, body) -> statuses.isEmpty()
                ? new WebhookChannel.Delivery.Unanswered("connection refused")
                : new WebhookChannel.Delivery.Answered(statuses.removeFirst()));
        assertEquals(1, delivery.runOnce());
        assertEquals(0, delivery.runOnce());
        letTimePass(Duration.ofSeconds(7));
        assertEquals(1, delivery.runOnce());
        letTimePass(Duration.ofMinutes(4));
        assertEquals(0, delivery.runOnce());
        letTimePass(Duration.ofMinutes(3));
        assertEquals(1, delivery.runOnce());
        letTimePass(Duration.ofMinutes(20));
        // The ticket is over by now, so nobody needs to hear of it.
        assertEquals(0, delivery.runOnce());
        letTimePass(Duration.ofHours(2));
        assertEquals(0, delivery.runOnce());
    }

    @Test
    void aReceiverThatIsGoneIsLeftInPeace() {
        assertTrue(attempt(ARGUMENTS).isPresent());
        NoticeDelivery delivery = delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(410));
        assertEquals(1, delivery.runOnce());
        letTimePass(Duration.ofMinutes(10));
        assertEquals(0, delivery.runOnce());
    }

    @Test
    void whatNobodyTookStaysToBeLookedAtAndIsSentAgainWhenSomebodySaysSo() {
        UUID ticket = ticket(attempt(ARGUMENTS));
        assertEquals(List.of(), outbox().dead(10));
        NoticeDelivery refusing = delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(410));
        assertEquals(1, refusing.runOnce());
        DeadLetter dead = outbox().dead(10).getFirst();
        assertEquals(ticket, dead.ticket());
        assertEquals("webhook", dead.way());
        assertEquals(HOOK, dead.endpoint());
        assertEquals(1, dead.attempts());
        assertTrue(String.valueOf(dead.error()).contains("410"), dead.toString());
        assertFalse(outbox().resend(UUID.randomUUID()));
        assertTrue(outbox().resend(dead.id()));
        assertFalse(outbox().resend(dead.id()), "it is owed, and not dead");
        assertEquals(List.of(), outbox().dead(10));
        assertEquals(
                1,
                delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(204))
                        .runOnce());
        assertEquals(List.of(), outbox().dead(10));
        assertTrue(attempt("{\"path\":\"/b\"}").isPresent());
        letTimePass(Duration.ofMinutes(16));
        assertEquals(0, refusing.runOnce());
        assertEquals(List.of(), outbox().dead(10), "of a ticket that is over nobody needs to hear");
    }

    @Test
    void whatIsSentOrGivenUpIsForgottenAfterAWhileAndWhatIsDueIsNot() {
        assertTrue(attempt(ARGUMENTS).isPresent());
        assertEquals(0, outbox().forget(Duration.ZERO));
        NoticeDelivery delivery = delivery((url, headers, body) -> new WebhookChannel.Delivery.Answered(410));
        assertEquals(1, delivery.runOnce());
        assertEquals(0, outbox().forget(Duration.ofDays(7)));
        letTimePass(Duration.ofDays(8));
        assertEquals(1, outbox().forget(Duration.ofDays(7)));
        assertEquals(0, outbox().forget(Duration.ofDays(7)));
    }

    @Test
    void aNoticeForAForgottenReceiverIsGivenUp() {
        assertTrue(attempt(ARGUMENTS).isPresent());
        NoticeDelivery delivery = NoticeDelivery.byWebhook(
                outbox(),
                (url, headers, body) -> {
                    throw new AssertionError("nothing may be sent to " + url + Map.copyOf(headers));
                },
                List.of(),
                AnswerReader.NOBODY,
                java.time.InstantSource.system(),
                new Random(1));
        assertEquals(1, delivery.runOnce());
        letTimePass(Duration.ofMinutes(10));
        assertEquals(0, delivery.runOnce());
    }

    @Test
    void aClaimedNoticeIsNobodyElsesUntilItsLeaseEnds() {
        assertTrue(attempt(ARGUMENTS).isPresent());
        Outbox.Due first =
                outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)).getFirst();
        assertEquals(List.of(), outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)));
        letTimePass(Duration.ofMinutes(6));
        Outbox.Due second =
                outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)).getFirst();
        assertEquals(2, second.attempt());
        // The first claimer comes back late: its word no longer counts.
        outbox().delivered(first);
        letTimePass(Duration.ofMinutes(6));
        assertEquals(
                3,
                outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5))
                        .getFirst()
                        .attempt());
    }

    @Test
    void aDecidedTicketIsNoNewsAnyMore() {
        approve(ticket(attempt(ARGUMENTS)));
        assertEquals(List.of(), outbox().claim(Way.WEBHOOK, 10, Duration.ofMinutes(5)));
    }

    @Test
    void aDeniedDecisionNeverPasses() {
        Denial denial = new Denial(Denial.Stage.ACCESS, Denial.Reason.NOT_GRANTED, "no rule permits this");
        assertEquals(
                denial, denial(attempt(gate(Duration.ZERO, "v1"), write("{}"), new Decision.Deny(denial, List.of()))));
        assertThrows(CallEnded.class, () -> {
            var call = Calls.llm(Calls.BOT, "fast");
            try (AuditTrail trail = audit().open("acme", call.id().value(), new Facts())) {
                gate(Duration.ZERO, "v1").require(call, call.content(), ask(), ticket -> {}, () -> true, trail);
            }
        });
    }

    private Approvals.Bundled together(Vote vote, UUID... tickets) {
        Map<UUID, String> shown = new LinkedHashMap<>();
        for (UUID ticket : tickets) {
            shown.put(
                    ticket,
                    approvals()
                            .find("acme", ticket)
                            .map(found -> found.arguments().digest())
                            .orElse("none"));
        }
        return approvals().decide("acme", shown, vote);
    }

    private TicketState.Name stateOf(UUID ticket) {
        return approvals().find("acme", ticket).orElseThrow().state().name();
    }

    @Test
    void severalTicketsOfOneRequesterAreDecidedTogetherEachWithItsOwnRecord() {
        UUID one = ticket(attempt("{\"n\":1}"));
        UUID two = ticket(attempt("{\"n\":2}"));
        UUID three = ticket(attempt("{\"n\":3}"));
        Approvals.Bundled decided = together(vote("ann", Vote.Choice.APPROVE), two, one, three);
        assertTrue(decided.taken());
        assertEquals(List.of(two, one, three), List.copyOf(decided.results().keySet()));
        assertEquals(3, records("approval.decided"));
        assertEquals(Optional.empty(), attempt("{\"n\":2}"));
        assertEquals(Optional.empty(), attempt("{\"n\":1}"));
        assertTrue(together(vote("ann", Vote.Choice.APPROVE), one, two, three).taken(), "a repeat");
        assertFalse(together(vote("ann", Vote.Choice.DENY), one, two, three).taken());
        assertEquals(3, records("approval.decided"));
    }

    @Test
    void aBundleIsOneVoteOfOnePersonAboutEach() {
        Decision.Ask ask = asking(rule("two", 2, List.of("ann", "bob")));
        UUID one = ticket(attempt(gate(Duration.ZERO, "v1"), write("{\"n\":1}"), ask));
        UUID two = ticket(attempt(gate(Duration.ZERO, "v1"), write("{\"n\":2}"), ask));
        assertTrue(together(vote("ann", Vote.Choice.APPROVE), one, two).taken());
        assertTrue(together(vote("ann", Vote.Choice.APPROVE), one, two).taken(), "and no other by saying it again");
        assertTrue(find(one).isWaiting() && find(two).isWaiting());
        approvals().decide("acme", two, vote("bob", Vote.Choice.DENY));
        assertFalse(together(vote("bob", Vote.Choice.APPROVE), one, two).taken());
        assertTrue(find(one).isWaiting(), "nor is the other approved then");
        assertTrue(together(vote("bob", Vote.Choice.APPROVE), one).taken());
        assertFalse(find(one).isWaiting());
    }

    private Ticket find(UUID ticket) {
        return approvals().find("acme", ticket).orElseThrow();
    }

    @Test
    void whereOneCannotBeDecidedNoneIs() {
        UUID one = ticket(attempt("{\"n\":1}"));
        UUID named = ticket(attempt(gate(Duration.ZERO, "v1"), write("{\"n\":2}"), ask("bob")));
        Approvals.Bundled refused = together(vote("ann", Vote.Choice.APPROVE), one, named);
        assertFalse(refused.taken());
        assertInstanceOf(VoteResult.NotAllowed.class, refused.results().get(named));
        assertFalse(together(vote("ann", Vote.Choice.APPROVE), one, UUID.randomUUID())
                .taken());
        UUID denied = ticket(attempt("{\"n\":3}"));
        approvals().decide("acme", denied, vote("ann", Vote.Choice.DENY));
        assertFalse(together(vote("ann", Vote.Choice.APPROVE), one, denied).taken());
        assertFalse(approvals()
                .decide("acme", Map.of(one, "of something else"), vote("ann", Vote.Choice.APPROVE))
                .taken());
        assertEquals(TicketState.Name.PENDING, stateOf(one));
        assertEquals(TicketState.Name.PENDING, stateOf(named));
        assertEquals(1, records("approval.decided"));
        letTimePass(Duration.ofMinutes(16));
        UUID fresh = ticket(attempt("{\"n\":4}"));
        assertFalse(together(vote("ann", Vote.Choice.APPROVE), fresh, named).taken());
        assertTrue(together(vote("ann", Vote.Choice.DENY), fresh).taken());
    }

    @Test
    void ticketsOfSeveralRequestersOrTooManyAreNoBundle() {
        Subject other = new Subject("acme", "support", Subject.Kind.AGENT, "other-bot", "k00000000002");
        UUID mine = ticket(attempt("{}"));
        UUID others = ticket(attempt(gate(Duration.ZERO, "v1"), Calls.tool(other, Calls.WRITE, "{}"), ask()));
        assertThrows(IllegalArgumentException.class, () -> together(vote("ann", Vote.Choice.APPROVE), mine, others));
        assertThrows(IllegalArgumentException.class, () -> together(vote("ann", Vote.Choice.APPROVE)));
        UUID[] many = Stream.generate(UUID::randomUUID).limit(51).toArray(UUID[]::new);
        assertThrows(IllegalArgumentException.class, () -> together(vote("ann", Vote.Choice.APPROVE), many));
    }
}
