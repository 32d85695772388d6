package dev.portreeve.hub.definition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.hub.wire.RawJson;
import java.util.List;
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
        assertEquals(expected, new ToolSchema(RawJson.of(schema.replace('\'', '"'))).has(List.of(path.split("\\."))));
    }

    @Test
    void noSchemaSaysNothing() {
        assertEquals(true, new ToolSchema(null).has(List.of("path")));
    }
}
