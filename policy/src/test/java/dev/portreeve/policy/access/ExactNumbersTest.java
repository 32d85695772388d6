package dev.portreeve.policy.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.access.Decision.Match;
import dev.portreeve.policy.access.Rule.Effect;
import dev.portreeve.policy.access.Rule.Who;
import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.Calls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers of arguments compare as they were written, or not at all. */
class ExactNumbersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "9007199254740993; args.n == 9007199254740993; MATCHED",
                "9007199254740993; args.n > 9007199254740992; MATCHED",
                "9223372036854775807; args.n == 9223372036854775807; MATCHED",
                "9007199254740993; args.n > 9007199254740991.0; MATCHED",
                "9223372036854775807; args.n < 9223372036854777856.0; MATCHED",
                "9223372036854775808; args.n > 9223372036854775807; CONDITION_ERROR",
                "1e21; args.n > 9223372036854775807; MATCHED",
                "-9223372036854775808; args.n < -9223372036854775807; MATCHED",
                "500.5; args.n > 500; MATCHED",
                "500.0; args.n == 500; MATCHED",
                "5e2; args.n == 500; MATCHED",
                "-0.0; args.n == 0; MATCHED",
                "1e400; args.n > 5; CONDITION_ERROR",
                "1e400; args.n < 5; CONDITION_ERROR",
                "0.1000000000000000055511151231257827; args.n == 0.1; CONDITION_ERROR",
                "18446744073709551617; args.n > 5; CONDITION_ERROR",
                "500; args.n == '500'; CONDITION_FALSE",
                "500; args.n < '600'; CONDITION_ERROR",
            })
    void compareExactly(String number, String when, Match match) {
        AccessPolicy policy = AccessPolicy.of(List.of(
                new Rule("r", Effect.DENY, Who.ANYBODY, Selectors.tools("files__write_file"), when, List.of(), null)));
        byte[] json = ("{\"n\":" + number + "}").getBytes(StandardCharsets.UTF_8);
        if (!(Arguments.parse(json) instanceof Arguments.Valid)) {
            // A number that no reader could agree on is refused before any rule sees it.
            assertEquals(Match.CONDITION_ERROR, match, number);
            return;
        }
        Decision decision = policy.decide(Calls.tool(Calls.BOT, Calls.WRITE, new String(json, StandardCharsets.UTF_8)));
        assertEquals(match, decision.verdicts().getFirst().matched());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"args.n > 9007199254740992.0", "args.n == -9.2e18", "[9007199254740993.0].exists(x, args.n == x)"
            })
    void aBoundThatWholeNumbersWouldBeRoundedForIsRefused(String when) {
        Rule rule =
                new Rule("r", Effect.DENY, Who.ANYBODY, Selectors.tools("files__write_file"), when, List.of(), null);
        assertThrows(InvalidPolicy.class, () -> AccessPolicy.of(List.of(rule)));
    }
}
