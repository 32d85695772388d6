package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.access.ArgumentType.Items;
import dev.portreeve.policy.access.ArgumentType.Members;
import dev.portreeve.policy.access.ArgumentType.Plain;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of which arguments rules about a tool speak, and what they may do with them. */
class SpokenArgumentsTest {
    private static final Members NONE = new Members(Map.of(), false);
    private static final Members REFUND = new Members(
            Map.of(
                    "amount", Plain.NUMBER,
                    "currency", Plain.TEXT,
                    "urgent", Plain.TRUTH,
                    "note", Plain.ANY,
                    "my-ref", Plain.TEXT,
                    "tags", new Items(Plain.TEXT),
                    "lines", new Items(new Members(Map.of("net", Plain.NUMBER), false)),
                    "sums", new Items(Plain.NUMBER),
                    "customer",
                            new Members(
                                    Map.of(
                                            "iban",
                                            Plain.TEXT,
                                            "age",
                                            Plain.NUMBER,
                                            "address",
                                            new Members(Map.of(), true)),
                                    false)),
            false);

    private static AccessPolicy policy(String when, String... tools) {
        return AccessPolicy.of(
                List.of(new Rule("r", Effect.DENY, Who.ANYBODY, Selectors.tools(tools), when, List.of(), null)));
    }

    private static Members having(String... names) {
        return new Members(List.of(names).stream().collect(Collectors.toMap(name -> name, name -> Plain.ANY)), false);
    }

    private static Optional<String> misfit(String when) {
        return policy(when, "files__write_file").misfit(Calls.WRITE, REFUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "args.path == 'x'; path",
                "has(args.path); path",
                "args['path'] == 'x'; path",
                "\"path\" in args; path",
                "has(args.to.iban) && args.to.iban == 'x'; to",
                "args.list.exists(x, x.to == 'ann'); list",
            })
    void anArgumentThatTheToolDoesNotHaveDoesNotFit(String when, String name) {
        AccessPolicy policy = policy(when, "files__write_file");
        assertEquals(
                Optional.of("rule \"r\" speaks of the argument \"" + name
                        + "\", which \"files__write_file\" does not have"),
                policy.misfit(Calls.WRITE, NONE));
        assertEquals(Optional.empty(), policy.misfit(Calls.WRITE, having(name)));
    }

    @Test
    void whatIsNotNamedIsNotLookedFor() {
        String when = "args[call.name] == 'x' || subject.team == 'args.path'";
        assertEquals(Optional.empty(), policy(when, "files__write_file").misfit(Calls.WRITE, NONE));
    }

    @Test
    void onlyRulesThatNameTheToolItselfAreHeldToIt() {
        assertTrue(policy("args.path == 'x'", "files__write_file")
                .misfit(Calls.WRITE, NONE)
                .isPresent());
        assertEquals(Optional.empty(), policy("args.path == 'x'", "files__*").misfit(Calls.WRITE, NONE));
        assertEquals(Optional.empty(), policy("args.path == 'x'", "files__read").misfit(Calls.WRITE, NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "args.amount > 500",
                "500.5 <= args.amount",
                "args.amount == 500 || args.amount != 2.5 || args.amount == 3u",
                "args['amount'] > 500 && \"amount\" in args && has(args.amount)",
                "args.amount * 2 > 100 || -args.amount + 1.5 < 0",
                "double(args.amount) / 3.0 > 1.0 && int(args.amount) % 2 == 0",
                "args.amount in [1, 2, 3] || args.amount in [1.5]",
                "(has(args.amount) ? args.amount : 0) > 5",
                "type(args.amount) == int || type(args.currency) == string",
                "args.amount == null || args.currency == null || null != args.urgent || args.tags == null",
                "args.customer == null || args.customer != {}",
                "money(args.amount, args.currency) > money(500, 'EUR')",
                "args.currency.startsWith('E') && size(args.currency) == 3",
                "args.currency in ['EUR', 'USD']",
                "args.urgent",
                "!args.urgent && args.urgent == true",
                "args.note < 5 || args.note == 'x' || args.note.sub.sub > 1",
                "args['my-ref'] == 'x'",
                "'admin' in args.tags && args.tags.exists(t, t.contains('x')) && args.tags[0] == 'a'",
                "args.tags[args.amount] == 'a'",
                "args.lines.all(l, l.net < 100 && 'net' in l)",
                "args.sums.all(s, s < 100) && 5 in args.sums && args.sums == [1, 2]",
                "args.sums.map(s, s * 2).exists(s, s > 5)",
                "has(args.customer.iban) && args.customer.iban.startsWith('DE')",
                "args.customer['iban'] == 'x' && args['customer'].age > 18 && 'iban' in args.customer",
                "has(args.customer.address.street.number)",
                "args.exists(name, name == 'x') && size(args) > 1",
                "path.under(args.currency, '/x') || glob(args.currency, 'a*') || url.host(args.currency) == 'x'",
                "timestamp(args.amount) < now",
                "dyn(args.amount) == '500'",
            })
    void whatGoesWithTheTypesFits(String when) {
        assertEquals(Optional.empty(), misfit(when));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '~',
            value = {
                "args.amount < '500'; the argument \"amount\" is a number there, but column 13 of its condition has \"<\" of (number, string)",
                "args['amount'] < '500'; the argument \"amount\" is a number there, but column 16 of its condition has \"<\" of (number, string)",
                "'500' == args.amount; the argument \"amount\" is a number there, but column 7 of its condition has \"==\" of (string, number)",
                "args.currency == 5; the argument \"currency\" is a string there, but column 15 of its condition has \"==\" of (string, int)",
                "args.urgent == 'true'; the argument \"urgent\" is a boolean there, but column 13 of its condition has \"==\" of (bool, string)",
                "args.currency.iban == 'x'; the argument \"currency\" is a string there, but column 14 of its condition has \".iban\" of it",
                "has(args.currency.iban); the argument \"currency\" is a string there, but column 4 of its condition has \".iban\" of it",
                "args.tags.iban == 'x'; the argument \"tags\" is an array there, but column 10 of its condition has \".iban\" of it",
                "args.tags['iban'] == 'x'; the argument \"tags\" is an array there, but column 10 of its condition has \"[]\" of (list(string), string)",
                "args.tags.all(t, t > 5); column 20 of its condition has \">\" of (string, int)",
                "args.amount.startsWith('5'); the argument \"amount\" is a number there, but column 23 of its condition has \"startsWith\" of number.(string)",
                "path.under(args.customer, '/'); the argument \"customer\" is an object there, but column 11 of its condition has \"path.under\" of (map(string, dyn), string)",
                "args.customer.age < 'x'; the argument \"customer.age\" is a number there, but column 19 of its condition has \"<\" of (number, string)",
                "args.customer['age'] < 'x'; the argument \"customer.age\" is a number there, but column 22 of its condition has \"<\" of (number, string)",
                "args.amount; the argument \"amount\" is a number there, but column 5 of its condition has expected type 'bool' but found 'number'",
            })
    void whatDoesNotIsNamedWithWhatItIs(String when, String what) {
        assertEquals(Optional.of("rule \"r\" does not fit \"files__write_file\": " + what), misfit(when));
    }

    @Test
    void aNestedMemberThatIsNotThereIsNamedInFull() {
        assertEquals(
                Optional.of(
                        "rule \"r\" speaks of the argument \"customer.bic\", which \"files__write_file\" does not have"),
                misfit("args.customer.bic == 'x'"));
    }

    @Test
    void aPatternMustFitOneOfTheToolsItIsAbout() {
        Resource.Tool pay = new Resource.Tool("pay", "refund", "");
        Resource.Tool list = new Resource.Tool("pay", "list", "");
        Map<Resource.Tool, Members> tools = Map.of(pay, REFUND, list, having("page"));
        assertEquals(List.of(), policy("args.amount > 5", "pay__*").astray(tools));
        assertEquals(
                List.of(), policy("has(args.page) || args.amount > 5", "pay__*").astray(tools), "one of each");
        assertEquals(List.of(), policy("args.nothing == 5", "other__*").astray(tools), "about none");
        assertEquals(List.of(), policy("args.nothing == 5", "pay__list").astray(tools), "names it without a star");
        assertEquals(
                List.of("rule \"r\" speaks of the argument \"amont\", which no tool that it is about has"),
                policy("args.amont > 5", "pay__*").astray(tools));
        assertEquals(
                List.of(
                        "rule \"r\" fits no tool that it is about; of \"pay__refund\": the argument \"amount\" is a number"
                                + " there, but column 13 of its condition has \"==\" of (number, string)"),
                policy("args.amount == '5'", "pay__r*").astray(tools));
    }
}
