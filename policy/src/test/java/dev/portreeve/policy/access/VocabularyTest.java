package dev.portreeve.policy.access;

import static dev.portreeve.policy.access.Decision.Match.CONDITION_ERROR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Calls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What conditions can say beside CEL's own, and what no condition can do to a decision. */
class VocabularyTest {
    private static final Instant FRIDAY = Instant.parse("2026-11-20T12:00:00Z");

    private static Match verdict(String when, String arguments) {
        Rule rule = new Rule("r", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"), when, List.of(), null);
        return AccessPolicy.of(List.of(rule, label("private"), label("untrusted")))
                .decide(Calls.tool(Calls.BOT, Calls.WRITE, arguments), FRIDAY, () -> Set.of("private"))
                .verdicts()
                .getFirst()
                .matched();
    }

    /** About nothing that is called here. */
    private static Rule label(String label) {
        return new Rule(
                "sets-" + label,
                Effect.LABEL,
                Who.ANYBODY,
                Selectors.tools("nothing__*"),
                null,
                List.of(),
                null,
                Obligations.label(label));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "true && session.has('privat'); when, column 20: no rule sets the label",
                "now.within('Mo-Fr 08:00-18:00', 'Europe/Berlin'); are no days",
                "now.within('Mon-Fri 08:00-18:00', 'Europe/Berln'); there is no timezone",
                "path.under(args.path, '/work/../x'); must be a plain path",
                "money(args.amount, 'EURO') > money(1, 'EUR'); a currency is three letters",
                "args.s.matches('(((a{1,100}){1,100}){1,100})'); too large",
            })
    void whatCouldNeverBeIsSaidWhenTheRulesAreRead(String when, String problem) {
        InvalidPolicy invalid = assertThrows(InvalidPolicy.class, () -> verdict(when, "{}"));
        assertTrue(invalid.getMessage().contains(problem), invalid.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "money(args.amount, args.currency) > money(500, 'EUR'); {'amount':501,'currency':'EUR'}; MATCHED",
                "money(args.amount, args.currency) > money(500, 'EUR'); {'amount':500,'currency':'EUR'}; CONDITION_FALSE",
                "money(args.amount, args.currency) > money('500', 'EUR'); {'amount':'500.01','currency':'eur'}; MATCHED",
                "money(args.amount, args.currency) <= money(500.5, 'EUR'); {'amount':500.5,'currency':'EUR'}; MATCHED",
                "money(args.amount, args.currency) < money(500, 'EUR'); {'amount':1,'currency':'USD'}; CONDITION_ERROR",
                "money(args.amount, args.currency) >= money(0, 'EUR'); {'amount':'1e9','currency':'EUR'}; CONDITION_ERROR",
                "money(args.amount, args.currency) >= money(0, 'EUR'); {'amount':true,'currency':'EUR'}; CONDITION_ERROR",
                "money(args.amount, args.currency) >= money(0, 'EUR'); {'amount':1,'currency':'EURO'}; CONDITION_ERROR",
                "repo.owner(args.repo) == 'acme'; {'repo':'acme/x'}; MATCHED",
                "repo.owner(args.repo) == 'acme'; {'repo':'https://github.com/acme/x'}; MATCHED",
                "repo.owner(args.repo) == 'acme'; {'repo':'evil/x'}; CONDITION_FALSE",
                "repo.owner(args.repo) == 'acme'; {'repo':'ACME/x'}; CONDITION_FALSE",
                "repo.owner(args.repo) == 'acme'; {'repo':'ACME/../evil/x'}; CONDITION_ERROR",
                "repo.owner(args.repo) == 'acme'; {'repo':'acme/..'}; CONDITION_ERROR",
                "repo.owner(args.repo) == 'acme'; {'repo':'acme%2F..%2Fevil/x'}; CONDITION_ERROR",
                "repo.owner(args.repo) == 'acme'; {'repo':'https://user@github.com/acme/x'}; CONDITION_ERROR",
                "glob(args.to, '*@acme.com'); {'to':'ann@acme.com'}; MATCHED",
                "glob(args.to, '*@acme.com'); {'to':'ann@acme.com.evil'}; CONDITION_FALSE",
                "now.within('Mon-Fri 08:00-18:00', 'Europe/Berlin'); {}; MATCHED",
                "now.within('Sat,Sun 00:00-24:00', 'Europe/Berlin'); {}; CONDITION_FALSE",
                "now.within(args.hours, 'Europe/Berlin'); {'hours':'Mo-Fr 08:00-18:00'}; CONDITION_ERROR",
                "now < timestamp('2026-12-24T00:00:00Z'); {}; MATCHED",
                "session.has('private'); {}; MATCHED",
                "session.has('private') && session.has('untrusted'); {}; CONDITION_FALSE",
            })
    void saysWhatItMeans(String when, String arguments, Match expected) {
        assertEquals(expected, verdict(when, arguments.replace('\'', '"')));
    }

    @Test
    void labelsThatCannotBeReadCountAgainstTheCaller() {
        Rule all = new Rule("all", Effect.ALLOW, Who.ANYBODY, Selectors.tools("*"), null, List.of(), null);
        Rule never =
                new Rule("never", Effect.DENY, Who.ANYBODY, Selectors.tools("*"), "session.has('x')", List.of(), null);
        Decision decision = AccessPolicy.of(List.of(all, never, label("x")))
                .decide(Calls.tool(Calls.BOT, Calls.WRITE, "{}"), FRIDAY, () -> {
                    throw new IllegalStateException("the database is away");
                });
        assertEquals("rule_error", ((Decision.Deny) decision).denial().reason().code());
    }

    @Test
    void aConditionThatSaysTooMuchIsRefusedWhenItIsRead() {
        String deep = "(".repeat(200) + "true" + ")".repeat(200);
        String nots = "!".repeat(3000) + "true";
        String lists = "[".repeat(100) + "]".repeat(100) + " == []";
        String longest = "'" + "x".repeat(5000) + "' == args.x";
        for (String when : List.of(deep, lists, longest)) {
            assertThrows(InvalidPolicy.class, () -> verdict(when, "{}"), when.substring(0, 20));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            try {
                verdict(nots, "{}");
            } catch (InvalidPolicy refused) {
                assertEquals("when", refused.problems().getFirst().member());
            }
        });
    }

    @Test
    void bombsEndAsErrorsThatCountAgainstTheCaller() {
        String many = "{\"l\":[" + "3,".repeat(999) + "3],\"s\":\"" + "a".repeat(500_000) + "\",\"t\":\""
                + "a".repeat(400_000) + "b\"}";
        String nested = "args.l.all(x, args.l.all(y, args.l.all(z, x == y)))";
        String regexes = "args.l.all(x, !args.s.matches('(a|aa)+b'))";
        String regex = "args.s.matches('(a?){30}(a|aa)+b')";
        String contains = "args.s.contains(args.t)";
        String glob = "glob(args.s, '*a*a*a*a*a*a*a*b')";
        String growing = "args.s + args.s + args.s + args.s + args.s + args.s == args.t";
        String built = "args.l.map(x, args.l).map(y, y.map(z, args.l)).size() > 0";
        for (String when : List.of(nested, regexes, regex, contains, glob, growing, built)) {
            // Not a measure of speed: without the bounds these take minutes or for ever.
            Match match = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> verdict(when, many), when);
            assertEquals(CONDITION_ERROR, match, when);
        }
    }

    @Test
    void aHugeRegularExpressionIsAnError() {
        String byTheCaller = "args.s.matches(args.p)";
        for (String pattern :
                List.of("(((a{1,100}){1,100}){1,100}){1,100}", "(".repeat(900) + ")".repeat(901), "a".repeat(5000))) {
            String arguments = "{\"s\":\"aaa\",\"p\":\"" + pattern + "\"}";
            assertEquals(CONDITION_ERROR, verdict(byTheCaller, arguments), pattern.substring(0, 20));
        }
        assertEquals(
                Match.MATCHED,
                verdict("args.s.matches('^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$')", "{\"s\":\"DE89370400440532013000\"}"));
    }
}
