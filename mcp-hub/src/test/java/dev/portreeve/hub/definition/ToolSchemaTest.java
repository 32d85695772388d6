package dev.portreeve.hub.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.access.ArgumentType;
import dev.portreeve.policy.access.ArgumentType.Members;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which arguments a tool can have, as far as its schema says so plainly. */
class ToolSchemaTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'type':'object','properties':{'path':{'type':'string'}}}; path; true",
                "{'type':'object','properties':{'path':{'type':'string'}}}; file; false",
                "{'type':'object','properties':{}}; path; false",
                "{'type':'object','additionalProperties':false}; path; false",
                "{'type':'object'}; path; true",
                "{'type':'object','properties':{'path':{}},'additionalProperties':true}; file; true",
                "{'type':'object','properties':{'path':{}},'additionalProperties':{'type':'string'}}; file; true",
                "{'type':'object','properties':{'path':{}},'additionalProperties':false}; file; false",
                "{'type':'object','properties':{'path':{}},'patternProperties':{'^x':{}}}; file; true",
                "{'type':'object','properties':{'path':{}},'anyOf':[{}]}; file; true",
                "{'type':'object','properties':{'to':{'properties':{'iban':{}}}}}; to.iban; true",
                "{'type':'object','properties':{'to':{'properties':{'iban':{}}}}}; to.bic; false",
                "{'type':'object','properties':{'to':{'type':'object'}}}; to.bic; true",
                "{'type':'object','properties':{'to':{'$ref':'#/$defs/x'}}}; to.bic; true",
                "{'type':'object','properties':{'to':true}}; to.bic; true",
                "{'type':'object','properties':[]}; path; false",
                "[]; path; true",
            })
    void has(String schema, String path, boolean expected) {
        assertEquals(expected, has(of(schema), path));
    }

    @Test
    void noSchemaSaysNothing() {
        assertEquals(true, has(new ToolSchema(null).arguments(), "path"));
    }

    private static Members of(String schema) {
        return new ToolSchema(RawJson.of(schema.replace('\'', '"'))).arguments();
    }

    private static boolean has(Members arguments, String path) {
        ArgumentType type = arguments;
        for (String name : path.split("\\.")) {
            if (!(type instanceof Members members)) {
                return true;
            }
            if (!members.named().containsKey(name)) {
                return members.open();
            }
            type = members.named().get(name);
        }
        return true;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{'type':'string'}; string",
                "{'type':'integer'}; number",
                "{'type':'number','minimum':0}; number",
                "{'type':'boolean'}; boolean",
                "{'enum':['a','b']}; string",
                "{'enum':['a',1]}; anything",
                "{'enum':[]}; anything",
                "{'type':['string','null']}; anything",
                "{'type':'string','anyOf':[{}]}; anything",
                "{'$ref':'#/$defs/x'}; anything",
                "{'type':'array','items':{'type':'string'}}; array",
                "{'type':'object'}; object",
                "{'properties':{'a':{}}}; object",
                "{'type':['object','null'],'properties':{'a':{}}}; anything",
                "true; anything",
                "{}; anything",
            })
    void typesAreThoseThatItSaysPlainly(String schema, String type) {
        assertEquals(
                type,
                of("{'type':'object','properties':{'x':" + schema + "}}")
                        .named()
                        .get("x")
                        .word());
    }

    @Test
    void aSchemaWithoutEndIsReadToItsDepth() {
        String schema = "{'type':'object','properties':{'x':".repeat(40) + "{}" + "}}".repeat(40);
        assertEquals("object", of(schema).named().get("x").word());
    }
}
