package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.Webhook;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whom the names of rules mean, and from when on they are asked at which hour. */
final class PeopleTest {
    private static final Secret SECRET = new Secret("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    private static final URI DESK = URI.create("https://desk.example.com/");
    private static final OrganisationConfig ORGANISATION = new OrganisationConfig(List.of(
            new OrganisationConfig.Tenant(
                    "acme",
                    List.of(),
                    List.of(new OrganisationConfig.Team(
                            "support",
                            List.of(),
                            List.of(user("ann", List.of("lead"), List.of()), user("bob", List.of(), List.of())),
                            List.of())),
                    List.of(
                            user("otto", List.of("oncall"), List.of("00:00-24:00 UTC")),
                            user("nina", List.of("oncall", "lead"), List.of("Mon-Fri 18:00-08:00 UTC"))),
                    List.of()),
            new OrganisationConfig.Tenant(
                    "evil", List.of(), List.of(), List.of(user("mallory", List.of("oncall"), List.of())), List.of())));

    private static OrganisationConfig.Member user(String id, List<String> roles, List<String> hours) {
        return new OrganisationConfig.Member(id, List.of(), List.of(), null, null, roles, hours);
    }

    private static People at(String time) {
        ApprovalConfig config = new ApprovalConfig(
                List.of(new Webhook(DESK, SECRET, "desk")),
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                null,
                List.of("Mon-Fri 08:00-18:00 UTC"),
                null,
                null);
        return People.of(ORGANISATION, config, InstantSource.fixed(Instant.parse(time)));
    }

    private static Rule rule(List<String> approvers, Rule.Escalation... steps) {
        return new Rule(
                "r",
                Rule.Effect.REQUIRE_APPROVAL,
                Rule.Who.ANYBODY,
                Selectors.tools("*"),
                null,
                approvers,
                null,
                null,
                List.of(steps));
    }

    private static Map<String, Duration> seats(String time, Rule rule) {
        return at(time).seats("acme", "bot", List.of(rule)).stream()
                .collect(Collectors.toMap(Seat::person, Seat::after));
    }

    private static final String MONDAY_NOON = "2026-11-23T12:00:00Z";
    private static final String MONDAY_NIGHT = "2026-11-23T22:00:00Z";
    private static final String SUNDAY = "2026-11-22T12:00:00Z";

    @Test
    void aRoleMeansTheUsersOfTheTenantThatHaveIt() {
        assertEquals(
                Map.of("otto", Duration.ZERO, "nina", Duration.ZERO), seats(MONDAY_NOON, rule(List.of("role:oncall"))));
        assertEquals(
                Map.of("ann", Duration.ZERO, "nina", Duration.ZERO), seats(MONDAY_NOON, rule(List.of("role:lead"))));
        assertEquals(Map.of(), seats(MONDAY_NOON, rule(List.of("role:nobody"))));
    }

    @Test
    void aSystemIsThatOfTheConfiguration() {
        assertEquals(Map.of("external:desk", Duration.ZERO), seats(SUNDAY, rule(List.of("external:desk"))));
        assertEquals(Map.of(), seats(SUNDAY, rule(List.of("external:other"))));
    }

    @Test
    void whoIsThereIsAskedAtOnceWhenTheOthersAreNot() {
        Rule rule = rule(
                List.of("team:support"),
                new Rule.Escalation(Duration.ofMinutes(10), List.of("nina")),
                new Rule.Escalation(Duration.ofMinutes(30), List.of("otto")));
        Duration now = Duration.ZERO;
        assertEquals(
                Map.of("ann", now, "bob", now, "nina", Duration.ofMinutes(10), "otto", Duration.ofMinutes(30)),
                seats(MONDAY_NOON, rule));
        assertEquals(
                Map.of("ann", now, "bob", now, "nina", now, "otto", Duration.ofMinutes(20)), seats(MONDAY_NIGHT, rule));
        assertEquals(Map.of("ann", now, "bob", now, "nina", now, "otto", now), seats(SUNDAY, rule));
    }

    @Test
    void whereNobodyIsThereTheTimesStay() {
        Rule rule = rule(List.of("ann"), new Rule.Escalation(Duration.ofMinutes(10), List.of("bob")));
        assertEquals(Map.of("ann", Duration.ZERO, "bob", Duration.ofMinutes(10)), seats(SUNDAY, rule));
    }

    @Test
    void aSystemNeedsASecretAndAnIdOfItsOwn() {
        Webhook desk = new Webhook(DESK, SECRET, "desk");
        Webhook people = new Webhook(URI.create("https://people.example.com/"), SECRET);
        List<Webhook> sharing = List.of(desk, people);
        assertThrows(IllegalArgumentException.class, () -> new ApprovalConfig(sharing, null, null, null));
        List<Webhook> twice = List.of(desk, new Webhook(DESK, new Secret("whsec_" + "A".repeat(32)), "desk"));
        assertThrows(IllegalArgumentException.class, () -> new ApprovalConfig(twice, null, null, null));
        assertThrows(IllegalArgumentException.class, () -> new Webhook(DESK, SECRET, "Desk 1"));
    }
}
