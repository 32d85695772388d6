package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often at most a request lets its provider do what costs something beside tokens. */
class HostedWishTest {
    private static HostedWish wish(Dialect dialect, String members) {
        String path = dialect == Dialect.GEMINI ? "" : "\"model\":\"m\",";
        String body = "{" + path + members.replace('\'', '"') + "}";
        RequestPath asked = dialect == Dialect.GEMINI
                ? new RequestPath(Operation.CHAT, "m", false)
                : RequestPath.of(Operation.CHAT);
        return HostedWish.of(dialect.read(asked, body.getBytes(StandardCharsets.UTF_8), false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'web_search_20250305','name':'web_search','max_uses':3}]|{WEB_SEARCH=3}|USUAL|1|true",
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'web_search_20250305','name':'web_search'}]|{WEB_SEARCH=10}|USUAL|1|true",
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'web_search_20250305','name':'a','max_uses':1e3},{'name':'f','input_schema':{}}]|{WEB_SEARCH=10}|USUAL|1|true",
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'web_search_20250305','name':'a','max_uses':99999999999999999999}]|{WEB_SEARCH=10000}|USUAL|1|true",
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'code_execution_20250825','name':'c'},{'type':'web_fetch_20250910','name':'w'}]|{CODE_INTERPRETER=1}|USUAL|1|true",
                "ANTHROPIC_MESSAGES|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'tool_search_tool_regex_20251119','name':'t'}]|{}|USUAL|1|true",
                "OPENAI_RESPONSES|'input':'x','tools':[{'type':'web_search','search_context_size':'high'}]|{WEB_SEARCH=10}|MUCH|1|true",
                "OPENAI_RESPONSES|'input':'x','tools':[{'type':'web_search_preview'}]|{WEB_SEARCH=10}|PREVIEW|1|true",
                "OPENAI_RESPONSES|'max_tool_calls':2,'input':'x','tools':[{'type':'web_search'},{'type':'file_search','vector_store_ids':['v']}]|{FILE_SEARCH=2, WEB_SEARCH=2}|USUAL|1|true",
                "OPENAI_RESPONSES|'input':'x','max_tool_calls':40,'tools':[{'type':'web_search'}]|{WEB_SEARCH=40}|USUAL|1|true",
                "OPENAI_RESPONSES|'input':'x','tools':[{'type':'code_interpreter','container':{'type':'auto','memory_limit':'16g'}}]|{CODE_INTERPRETER=1}|USUAL|16|true",
                "OPENAI_RESPONSES|'input':'x','tools':[{'type':'code_interpreter','container':'cntr_1'},{'type':'image_generation'},{'type':'mcp','server_label':'a','server_url':'https://a'}]|{CODE_INTERPRETER=1, IMAGE_GENERATION=10}|USUAL|1|true",
                "OPENAI_CHAT|'messages':[{'role':'user','content':'x'}],'web_search_options':{'search_context_size':'low'}|{WEB_SEARCH=1}|LITTLE|1|false",
                "OPENAI_CHAT|'messages':[{'role':'user','content':'x'}],'web_search_options':{}|{WEB_SEARCH=1}|USUAL|1|false",
                "OPENAI_CHAT|'messages':[{'role':'user','content':'x'}],'tools':[{'type':'function','function':{'name':'web_search'}}]|{}|USUAL|1|true",
                "GEMINI|'contents':[{'role':'user','parts':[{'text':'x'}]}],'tools':[{'googleSearch':{}},{'googleMaps':{}},{'codeExecution':{}},{'urlContext':{}}]|{MAPS=1, WEB_SEARCH=10}|USUAL|1|true",
                "GEMINI|'contents':[{'role':'user','parts':[{'text':'x'}]}],'tools':[{'google_search_retrieval':{}}]|{WEB_SEARCH=10}|USUAL|1|true",
            })
    void bounds_what_costs(
            Dialect dialect, String members, String uses, Fees.Search search, int containers, boolean counted) {
        HostedWish wish = wish(dialect, members);
        Map<String, Long> named = new TreeMap<>();
        wish.uses().forEach((HostedService service, Long most) -> named.put(service.name(), most));
        assertEquals(uses, named.toString());
        assertEquals(search, wish.search());
        assertEquals(containers, wish.containers());
        assertEquals(counted, wish.counted());
    }
}
