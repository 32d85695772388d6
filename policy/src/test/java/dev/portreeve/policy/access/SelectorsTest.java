package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.GovernedCall;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.Subject;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules are about beside names and subjects: servers, views, times, networks, and keys that keys made. */
class SelectorsTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private static final Rule ALL = rule("all", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"));

    private static Rule rule(String id, Effect effect, Who who, Selectors about) {
        return new Rule(id, effect, who, about, null, List.of(), null);
    }

    private static Who from(String... networks) {
        return new Who(null, null, null, null, null, null, List.of(networks));
    }

    private static Who below(String keys) {
        return new Who(null, null, null, null, null, keys, List.of());
    }

    private static boolean permits(Subject subject, Resource resource, Instant at, Rule... rules) {
        GovernedCall call = resource instanceof Resource.Tool tool
                ? Calls.tool(subject, tool, "{}")
                : Calls.context(subject, (Resource.OfServer) resource, "{}");
        return AccessPolicy.of(List.of(rules)).decide(call, at, Set::of) instanceof Decision.Permit;
    }

    private static Subject at(String view, @Nullable String address) {
        return Calls.BOT.through(new Entrance(view, address == null ? null : InetAddress.ofLiteral(address), ""));
    }

    @Test
    void serversNameAllThatTheyOffer() {
        Rule hub = rule("hub", Effect.ALLOW, Who.ANYBODY, Selectors.servers("git*"));
        assertTrue(permits(Calls.BOT, new Resource.Tool("github", "read", ""), NOON, hub));
        assertTrue(permits(Calls.BOT, new Resource.Prompt("gitlab", "greet"), NOON, hub));
        assertTrue(permits(Calls.BOT, new Resource.ServerResource("github", "mcp+github+repo://x"), NOON, hub));
        // The slug counts, not how a name looks that another server chose.
        Rule endings = rule("endings", Effect.ALLOW, Who.ANYBODY, Selectors.servers("*hub"));
        assertTrue(!permits(Calls.BOT, new Resource.Tool("files", "my_hub__read", ""), NOON, hub, endings));
    }

    @Test
    void aViewIsTheOneACallCameInBy() {
        Rule reading =
                rule("reading", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*").by("read*"));
        assertTrue(permits(at("reading", null), Calls.WRITE, NOON, reading));
        assertTrue(!permits(at("writing", null), Calls.WRITE, NOON, reading));
        Rule anyView =
                rule("any", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*").by("*"));
        assertTrue(!permits(at("", null), Calls.WRITE, NOON, anyView), "/mcp itself is no view");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.200.3.4, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.168.1.77, 192.168.1.77, true",
        "192.168.1.77, 192.168.1.78, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
    })
    void networksAreRangesOfTheCallersAddress(String range, String address, boolean inside) {
        assertEquals(
                inside, permits(at("", address), Calls.WRITE, NOON, rule("n", Effect.ALLOW, from(range), ALL.about())));
        assertEquals(
                !inside,
                permits(at("", address), Calls.WRITE, NOON, ALL, rule("n", Effect.DENY, from(range), ALL.about())));
    }

    @Test
    void anAddressThatNobodyKnowsCountsAgainstTheCaller() {
        Who office = from("10.0.0.0/8");
        assertTrue(!permits(at("", null), Calls.WRITE, NOON, rule("n", Effect.ALLOW, office, ALL.about())));
        assertTrue(!permits(at("", null), Calls.WRITE, NOON, ALL, rule("n", Effect.DENY, office, ALL.about())));
    }

    @Test
    void whatIsSaidOfKeysBelowAKeyIsNotSaidOfThatKey() {
        String root = Calls.BOT.keyId();
        Subject child = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "child0000000")
                .by(new Delegation(List.of(root), List.of(Confines.NONE)));
        for (String keys : List.of(root, "*")) {
            Rule never = rule("never", Effect.DENY, below(keys), ALL.about());
            assertTrue(permits(Calls.BOT, Calls.WRITE, NOON, ALL, never));
            assertTrue(!permits(child, Calls.WRITE, NOON, ALL, never));
        }
        assertTrue(permits(child, Calls.WRITE, NOON, ALL, rule("other", Effect.DENY, below("child*"), ALL.about())));
        InvalidPolicy more = assertThrows(
                InvalidPolicy.class,
                () -> AccessPolicy.of(List.of(rule("more", Effect.ALLOW, below("*"), ALL.about()))));
        assertTrue(
                more.getMessage().contains("who.delegated-by: a key that a key made may not do more"),
                more.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        // Friday, and Berlin is one hour ahead in winter.
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-11-20T06:59:59Z, false",
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-11-20T07:00:00Z, true",
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-11-20T16:59:59Z, true",
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-11-20T17:00:00Z, false",
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-11-21T12:00:00Z, false",
        // Two in summer.
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-07-17T06:00:00Z, true",
        "Mon-Fri 08:00-18:00 Europe/Berlin, 2026-07-17T16:00:00Z, false",
        // The day belongs to the zone: it is Saturday in Auckland already.
        "Sat 00:00-24:00 Pacific/Auckland, 2026-11-20T12:00:00Z, true",
        // Past midnight it is still Friday's window, and Saturday has none.
        "Fri 22:00-06:00 UTC, 2026-11-20T23:00:00Z, true",
        "Fri 22:00-06:00 UTC, 2026-11-21T05:59:00Z, true",
        "Fri 22:00-06:00 UTC, 2026-11-20T05:00:00Z, false",
        "Fri 22:00-06:00 UTC, 2026-11-21T22:30:00Z, false",
        "Sat-Sun 00:00-24:00 UTC, 2026-11-22T23:59:59Z, true",
        "Fri-Mon 12:00-13:00 UTC, 2026-11-23T12:30:00Z, true",
        "Fri-Mon 12:00-13:00 UTC, 2026-11-24T12:30:00Z, false",
        "12:00-13:00 UTC, 2026-11-24T12:30:00Z, true",
        // Clocks were put forward from two to three: that hour was not, and half past three is in the window.
        "Sun 01:30-03:30 Europe/Berlin, 2026-03-29T00:30:00Z, true",
        "Sun 01:30-03:30 Europe/Berlin, 2026-03-29T01:29:59Z, true",
        "Sun 01:30-03:30 Europe/Berlin, 2026-03-29T01:30:00Z, false",
        // And back from three to two: half past two came twice, and both times are in it.
        "Sun 02:00-03:00 Europe/Berlin, 2026-10-25T00:30:00Z, true",
        "Sun 02:00-03:00 Europe/Berlin, 2026-10-25T01:30:00Z, true",
        "Sun 02:00-03:00 Europe/Berlin, 2026-10-25T02:00:00Z, false",
    })
    void timesAreWhatAClockOnTheWallShows(String window, Instant at, boolean inside) {
        String quoted = window;
        assertEquals(
                inside,
                permits(
                        Calls.BOT,
                        Calls.WRITE,
                        at,
                        rule("t", Effect.ALLOW, Who.ANYBODY, ALL.about().at(quoted))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "08:00-18:00",
                "Mon-Fri 08:00-18:00",
                "Mon-Fri 8:00-18:00 UTC",
                "Mon-Fri 08:00-24:01 UTC",
                "Mon-Fri 08:61-18:00 UTC",
                "Mon-Fri 08:00-08:00 UTC",
                "Mo-Fr 08:00-18:00 UTC",
                "Day 08:00-18:00 UTC",
                "Mon-Fri 08:00-18:00 Europe/Berln",
                "Mon-Fri 08:00-18:00 +99:00",
                ""
            })
    void aWindowThatIsNoneIsSaid(String window) {
        Rule rule = rule("t", Effect.ALLOW, Who.ANYBODY, ALL.about().at("00:00-24:00 UTC", window));
        InvalidPolicy invalid = assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule)));
        assertEquals("times[1]", invalid.problems().getFirst().member());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "example.com", "10.0.0", "::/129", "10.0.0.0/-1"})
    void aNetworkThatIsNoneIsSaid(String range) {
        Rule rule = rule("n", Effect.ALLOW, from(range), ALL.about());
        InvalidPolicy invalid = assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule)));
        assertEquals("who.networks[0]", invalid.problems().getFirst().member());
    }

    @Test
    void whatTheIndexFindsIsWhatTryingEachRuleFinds() {
        Random random = new Random(7);
        String[] parts = {"a", "ab", "files", "b", "*", "x*", ""};
        for (int round = 0; round < 200; round++) {
            List<Rule> rules = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                String tool = pick(random, parts) + "__" + pick(random, parts);
                Selectors about = random.nextInt(4) == 0
                        ? Selectors.servers(pick(random, parts))
                        : Selectors.tools(tool, pick(random, parts) + "*");
                rules.add(rule("r" + i, Effect.DENY, randomly(random), about));
            }
            Subject subject = new Subject("acme", "support", Subject.Kind.AGENT, "bot", "child0000000")
                    .by(new Delegation(List.of("k1"), List.of(Confines.NONE)));
            Resource tool = new Resource.Tool(pick(random, parts), pick(random, parts), "");
            List<CompiledRule> compiled = new PolicyCompiler().compile(rules);
            List<String> expected = compiled.stream()
                    .filter(rule -> rule.names().have(tool) && rule.isAbout(subject, NOON))
                    .map(rule -> rule.rule().id())
                    .toList();
            List<String> found = new RuleIndex(compiled)
                    .about(subject, tool).stream()
                            .filter(rule -> rule.isAbout(subject, NOON))
                            .map(rule -> rule.rule().id())
                            .toList();
            assertEquals(expected, found);
        }
        assertInstanceOf(
                Decision.Deny.class, AccessPolicy.of(List.of()).decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}")));
    }

    private static Who randomly(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> new Who(null, null, null, "bot", null);
            case 1 -> new Who(null, null, "bot", null, null);
            case 2 -> new Who(null, "support", null, null, null);
            case 3 -> new Who("acme", null, null, null, null);
            case 4 -> new Who("acme", "support", null, "bot", "k1");
            case 5 -> new Who(null, null, null, null, "child0000000");
            case 6 -> new Who("other", null, null, null, null);
            default -> Who.ANYBODY;
        };
    }

    private static String pick(Random random, String[] some) {
        return some[random.nextInt(some.length)];
    }

    @ParameterizedTest
    @CsvSource({"ticket-7, true", "ticket-, true", "other, false", "'', false"})
    void sessionsAreNamedByCallers(String session, boolean about) {
        Who who = new Who(null, null, null, null, null, null, List.of(), List.of("ticket-*"));
        AccessPolicy policy = AccessPolicy.of(List.of(
                new Rule("all", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"), null, List.of(), null),
                new Rule("r", Effect.DENY, who, Selectors.tools("*"), null, List.of(), null)));
        Subject caller = Calls.BOT.through(new Entrance("", null, session));
        assertEquals(about, policy.decide(Calls.tool(caller, Calls.WRITE, "{}")) instanceof Decision.Deny, session);
        CallSketch unnamed = new CallSketch(Calls.BOT, Calls.WRITE, null, null, null, false, Map.of(), null, null);
        assertEquals(List.of("session name"), policy.reconsider(unnamed).missing());
    }
}
