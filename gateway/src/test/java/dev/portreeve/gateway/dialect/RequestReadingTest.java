package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.portreeve.policy.call.RequestFacts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What rules hear of requests, in each dialect. */
class RequestReadingTest {
    private static RequestFacts facts(Dialect dialect, RequestPath path, String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return new RequestReading(dialect.read(path, bytes, false)).get();
    }

    private static RequestFacts facts(Dialect dialect, String body) {
        return facts(dialect, RequestPath.of(Operation.CHAT), body);
    }

    @Test
    void ofOpenAisChat() {
        assertEquals(
                new RequestFacts("fast", 50L, List.of("search", "grep", "web_search", "old"), 2, 2, true),
                facts(Dialect.OPENAI_CHAT, """
                {'model':'fast','max_completion_tokens':50,'stream':true,'messages':[
                  {'role':'system','content':'be good'},
                  {'role':'user','content':[{'type':'text','text':'x'},{'type':'image_url','image_url':{'url':'https://a/b'}},
                    {'type':'image_url','image_url':{'url':'https://a/c'}}]}],
                 'tools':[{'type':'function','function':{'name':'search'}},{'type':'custom','custom':{'name':'grep'}},
                   {'type':'web_search'}],'functions':[{'name':'old'}]}
                """));
    }

    @Test
    void ofAnthropicsMessages() {
        assertEquals(
                new RequestFacts("claude", 1000L, List.of("get", "code_execution"), 2, 3, false),
                facts(Dialect.ANTHROPIC_MESSAGES, """
                {'model':'claude','max_tokens':1000,'messages':[
                  {'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'aaaa'}}]},
                  {'role':'assistant','content':[{'type':'tool_use','id':'t','name':'get','input':{'content':[{'type':'image'}]}}]},
                  {'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[
                    {'type':'image','source':{'type':'base64','media_type':'image/png','data':'aaaa'}}]}]}],
                 'tools':[{'name':'get','input_schema':{}},{'type':'code_execution_20250825','name':'code_execution'}]}
                """));
    }

    @Test
    void ofResponses() {
        assertEquals(
                new RequestFacts("gpt", null, List.of("f", "mcp"), 1, 2, false), facts(Dialect.OPENAI_RESPONSES, """
                {'model':'gpt','input':[{'role':'user','content':[{'type':'input_image','image_url':'https://a/b'}]},
                  {'type':'function_call_output','call_id':'c','output':'x'}],
                 'tools':[{'type':'function','name':'f'},{'type':'mcp','server_label':'s','server_url':'https://a'}]}
                """));
        assertEquals(
                1,
                facts(Dialect.OPENAI_RESPONSES, "{'model':'gpt','input':'hi'}").messages());
    }

    @Test
    void ofGemini() {
        assertEquals(
                new RequestFacts("gemini", 7L, List.of("a", "b", "googleSearch"), 1, 1, true),
                facts(Dialect.GEMINI, new RequestPath(Operation.CHAT, "gemini", true), """
                {'contents':[{'role':'user','parts':[{'text':'x'},{'inlineData':{'mimeType':'image/png','data':'aaaa'}},
                  {'inlineData':{'mimeType':'audio/wav','data':'aaaa'}}]}],
                 'generationConfig':{'maxOutputTokens':7},
                 'tools':[{'functionDeclarations':[{'name':'a'},{'name':'b'}]},{'googleSearch':{}}]}
                """));
    }

    @Test
    void isReadOnce() {
        RequestReading reading = new RequestReading(Dialect.OPENAI_CHAT.read(
                RequestPath.of(Operation.CHAT),
                "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                false));
        assertSame(reading.get(), reading.get());
    }
}
