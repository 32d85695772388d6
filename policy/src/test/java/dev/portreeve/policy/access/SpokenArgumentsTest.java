package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Calls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of which arguments rules about a tool speak. */
class SpokenArgumentsTest {
    private static AccessPolicy policy(String when, String... tools) {
        return AccessPolicy.of(
                List.of(new Rule("r", Effect.DENY, Who.ANYBODY, Selectors.tools(tools), when, List.of(), null)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "args.path == 'x'; path",
                "has(args.path); path",
                "args['path'] == 'x'; path",
                "\"path\" in args; path",
                "has(args.to.iban) && args.to.iban == 'x'; to,to.iban",
                "args.list.exists(x, x.to == 'ann'); list",
                "args[call.name] == 'x' || subject.team == 'args.path'; ",
            })
    void isWhatTheConditionNames(String when, String paths) {
        List<String> asked = new ArrayList<>();
        Optional<String> unused = policy(when, "files__write_file").misfit(Calls.WRITE, path -> {
            asked.add(String.join(".", path));
            return true;
        });
        assertEquals(
                paths == null ? List.of() : List.of(paths.split(",")),
                asked.stream().sorted().toList());
    }

    @Test
    void onlyRulesThatNameTheToolItselfAreHeldToIt() {
        assertEquals(
                Optional.of("rule \"r\" speaks of the argument \"path\", which \"files__write_file\" does not have"),
                policy("args.path == 'x'", "files__write_file").misfit(Calls.WRITE, path -> false));
        assertEquals(Optional.empty(), policy("args.path == 'x'", "files__*").misfit(Calls.WRITE, path -> false));
        assertEquals(Optional.empty(), policy("args.path == 'x'", "files__read").misfit(Calls.WRITE, path -> false));
    }
}
