package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.session.SessionConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The state machine alone: which arrows there are, and that there are no others. */
class TicketLifeTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:00:00Z");
    private static final TicketState.Word WORD = new TicketState.Word("ann", null, NOW);
    private static final UUID CALL = UUID.randomUUID();
    private static final Veto VETO = new Veto(Duration.ofHours(1), SessionConfig.DEFAULT);
    private static final TicketRequest REQUEST = new TicketRequest(
            "acme",
            "bot",
            "k00000000001",
            Calls.WRITE,
            Calls.arguments("{}"),
            "write",
            Stream.of("ann", "bob", "carla")
                    .map(name -> Seat.of(name, Duration.ZERO))
                    .toList(),
            2,
            "v1");

    private static final List<TicketState> STATES = List.of(
            new TicketState.Requested(),
            new TicketState.PartiallyApproved(List.of("ann")),
            new TicketState.Approved(List.of("ann", "bob"), WORD, NOW.plusSeconds(60)),
            new TicketState.Redeemed(List.of("ann", "bob"), WORD, CALL),
            new TicketState.Denied(WORD, NOW.plusSeconds(60)),
            new TicketState.Expired(false),
            new TicketState.Withdrawn(WORD));

    private static Ticket ticket(TicketState state, Instant readAt) {
        return new Ticket(UUID.randomUUID(), REQUEST, state, CALL, NOW, NOW.plusSeconds(60), readAt);
    }

    private static Vote vote(String by, Vote.Choice choice) {
        return new Vote(by, choice, null, Vote.Channel.API);
    }

    private static Stream<TicketState> next(Ticket ticket) {
        Stream<TicketState> votes = Stream.of("ann", "bob", "carla", "bot", "eve")
                .flatMap(by -> Stream.of(Vote.Choice.values()).map(choice -> vote(by, choice)))
                .flatMap(vote -> switch (TicketLife.vote(ticket, vote, Duration.ofMinutes(1), VETO)) {
                    case VoteResult.Decided decided ->
                        Stream.of(decided.ticket().state());
                    case VoteResult.Counted counted ->
                        Stream.of(counted.ticket().state());
                    default -> Stream.empty();
                });
        Stream<TicketState> others = Stream.of(
                        java.util.Optional.ofNullable(TicketLife.redeem(ticket, CALL)),
                        java.util.Optional.ofNullable(TicketLife.carry(ticket, UUID.randomUUID(), CALL)),
                        java.util.Optional.ofNullable(TicketLife.expire(ticket, false)),
                        java.util.Optional.ofNullable(TicketLife.withdraw(ticket, "maria", null)))
                .flatMap(java.util.Optional::stream);
        return Stream.concat(votes, others);
    }

    private static Set<String> reached(TicketState from, Instant readAt) {
        Set<String> names = new TreeSet<>();
        next(ticket(from, readAt)).forEach(state -> names.add(state.name().code()));
        return names;
    }

    @Test
    void inTimeTheseArrowsAreThereAndNoOthers() {
        Map<String, Set<String>> arrows = Map.of(
                "pending", Set.of("partially_approved", "denied", "withdrawn"),
                "partially_approved", Set.of("approved", "denied", "withdrawn"),
                "approved", Set.of("redeemed", "withdrawn"));
        for (TicketState state : STATES) {
            String name = state.name().code();
            assertEquals(new LinkedHashSet<>(arrows.getOrDefault(name, Set.of())), reached(state, NOW), name);
        }
    }

    @Test
    void afterItsTimeALivingTicketOnlyExpires() {
        for (TicketState state : STATES) {
            boolean living = ticket(state, NOW).isLiving();
            assertEquals(living ? Set.of("expired") : Set.of(), reached(state, NOW.plusSeconds(60)), state.toString());
        }
    }

    @Test
    void oneYesSufficesWhereOneIsAskedFor() {
        TicketRequest one =
                new TicketRequest("acme", "bot", "k", Calls.WRITE, Calls.arguments("{}"), "write", List.of(), 1, "v1");
        Ticket ticket =
                new Ticket(UUID.randomUUID(), one, new TicketState.Requested(), CALL, NOW, NOW.plusSeconds(60), NOW);
        VoteResult result = TicketLife.vote(ticket, vote("ann", Vote.Choice.APPROVE), Duration.ofMinutes(5), VETO);
        TicketState.Approved approved = assertInstanceOf(
                TicketState.Approved.class,
                assertInstanceOf(VoteResult.Decided.class, result).ticket().state());
        assertEquals(NOW.plusSeconds(300), approved.redeemBefore());
    }

    @Test
    void aYesGoesOnOnlyFromTheRoundThatHasIt() {
        Ticket ticket = ticket(new TicketState.Redeemed(List.of("ann", "bob"), WORD, CALL), NOW);
        UUID next = UUID.randomUUID();
        assertNull(TicketLife.carry(ticket, next, CALL));
        assertEquals(new TicketState.Redeemed(List.of("ann", "bob"), WORD, next), TicketLife.carry(ticket, CALL, next));
    }

    @Test
    void aCallerIsToldOnce() {
        assertEquals(
                new TicketState.Expired(true), TicketLife.expire(ticket(new TicketState.Expired(false), NOW), true));
        assertNull(TicketLife.expire(ticket(new TicketState.Expired(true), NOW), true));
        assertEquals(
                new TicketState.Expired(true),
                TicketLife.expire(ticket(new TicketState.Requested(), NOW.plusSeconds(60)), true));
    }
}
