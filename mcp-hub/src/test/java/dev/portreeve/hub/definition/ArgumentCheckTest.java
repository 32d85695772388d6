package dev.portreeve.hub.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Calls;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arguments against input schemas: what fits passes, what does not and what nobody can say does not. */
class ArgumentCheckTest {
    private static final String SCHEMA = """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["to"],
             "additionalProperties":false,"$defs":{"name":{"type":"string","minLength":1,"maxLength":3}},
             "properties":{"to":{"$ref":"#/$defs/name"},"amount":{"type":"integer","minimum":1,"exclusiveMaximum":100},
               "kind":{"enum":["a","b",5]},"list":{"type":"array","items":{"type":["number","null"]},"maxItems":2},
               "maybe":{"anyOf":[{"type":"boolean"},{"type":"null"}],"description":"x","default":null,"format":"y"},
               "one":{"oneOf":[{"type":"integer"},{"type":"number"}]},"map":{"type":"object","additionalProperties":{"type":"string"}},
               "odd":{"type":"string","pattern":"^a"}}}
            """;

    private static Optional<String> problem(String arguments) {
        return ArgumentCheck.problem(RawJson.of(SCHEMA), Calls.arguments(arguments));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"to\":\"x\"}",
                "{\"to\":\"x\",\"amount\":99,\"kind\":5.0,\"list\":[1.5,null],\"maybe\":null,\"one\":1.5}",
                "{\"to\":\"\ud83d\ude00\ud83d\ude00\ud83d\ude00\",\"amount\":1.0,\"map\":{\"a\":\"b\"}}"
            })
    void whatFitsPasses(String arguments) {
        assertEquals(Optional.empty(), problem(arguments));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|/to",
                "{\"to\":\"\"}|/to",
                "{\"to\":\"long\"}|/to",
                "{\"to\":5}|/to",
                "{\"to\":\"x\",\"amount\":0}|/amount",
                "{\"to\":\"x\",\"amount\":100}|/amount",
                "{\"to\":\"x\",\"amount\":1.5}|/amount",
                "{\"to\":\"x\",\"amount\":1e400}|/amount",
                "{\"to\":\"x\",\"amount\":\"5\"}|/amount",
                "{\"to\":\"x\",\"kind\":\"c\"}|/kind",
                "{\"to\":\"x\",\"list\":[1,2,3]}|/list",
                "{\"to\":\"x\",\"list\":[\"1\"]}|/list/0",
                "{\"to\":\"x\",\"maybe\":1}|/maybe",
                "{\"to\":\"x\",\"one\":1}|more than one",
                "{\"to\":\"x\",\"map\":{\"a~/\":1}}|/map/a~0~1",
                "{\"to\":\"x\",\"other\":1}|/other",
                "{\"to\":\"x\",\"odd\":\"abc\"}|pattern"
            })
    void whatDoesNotIsNamed(String arguments, String named) {
        assertTrue(problem(arguments).orElse("").contains(named), () -> arguments + ": " + problem(arguments));
    }

    @Test
    void schemasThatLeadNowhereOrNeverEndLetNothingPass() {
        for (String schema : new String[] {
            "{\"$ref\":\"https://evil.example.com/schema\"}",
            "{\"$ref\":\"#/nowhere\"}",
            "{\"$ref\":\"#\"}",
            "{\"allOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}",
            "{\"not\":{\"type\":\"string\"}}",
            "false",
            "{\"type\":\"objekt\"}",
            "{"
        }) {
            assertTrue(
                    ArgumentCheck.problem(RawJson.of(schema), Calls.arguments("{}"))
                            .isPresent(),
                    schema);
        }
        assertEquals(Optional.empty(), ArgumentCheck.problem(null, Calls.arguments("{}")));
        assertEquals(Optional.empty(), ArgumentCheck.problem(RawJson.of("{}"), Calls.arguments("{\"a\":1}")));
    }
}
