package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ModelConfig.HostedTools;
import dev.portreeve.gateway.config.ModelConfig.Unsupported;
import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.access.Rule;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools that a provider would run by itself, and what a route does about them and about what a dialect cannot say. */
class HostedToolsTest {
    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream();
        edge = new EdgeFixture()
                .provider("chat", upstream.baseUrl())
                .responses("openai", upstream.baseUrl())
                .anthropic("anthropic", upstream.baseUrl())
                .model("c", "chat/m", null, HostedTools.STRIP)
                .model("r", "openai/m", null, HostedTools.STRIP)
                .model("a", "anthropic/m", null, HostedTools.STRIP)
                .model("deny", "openai/m", null, HostedTools.DENY)
                .model("pass", "openai/m", null, HostedTools.PASS)
                .model("drop", "anthropic/claude-sonnet-4-5", Unsupported.DROP, HostedTools.STRIP)
                .model("reject", "anthropic/claude-sonnet-4-5", Unsupported.REJECT, HostedTools.STRIP)
                .hostedTools("search", Rule.Effect.ALLOW, "", "openai/web_fetch")
                .hostedTools("one-server", Rule.Effect.ALLOW, "url.host(args.server_url) == 'mcp.example'", "mcp")
                .hostedTools(
                        "one-server-there", Rule.Effect.ALLOW, "url.host(args.url) == 'mcp.example'", "anthropic/mcp")
                .hostedTools("no-code", Rule.Effect.DENY, "", "code_*")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    private HttpResponse<byte[]> post(String path, String body) throws IOException, InterruptedException {
        return caller.post(path, body.getBytes(StandardCharsets.UTF_8), Map.of("x-portreeve-translation", "notes"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // What the caller sends, what the provider gets, and which tools that was about.
                "{'model':'r','tools':[ {'type':'web_search'}, {'type':'function','name':'f', 'x':1.50}"
                        + " ],'max_output_tokens':9,'input':'hi'}|{'model':'m','tools':[{'type':'function','name':'f',"
                        + " 'x':1.50}],'max_output_tokens':9,'input':'hi'}|web_search",
                "{'model':'r','max_output_tokens':9,'input':'hi' , 'tools' :"
                        + " [{'type':'mcp','server_url':'https://x'},{'type':'code_interpreter'}]"
                        + " }|{'model':'m','max_output_tokens':9,'input':'hi'  }|mcp code_interpreter",
                "{'tools':[{'type':'image_generation'}],'tool_choice':{'type':'image_generation'},'model':'r','max_output_tokens':9,'input':'hi'}"
                        + "|{'model':'m','max_output_tokens':9,'input':'hi'}|image_generation",
                "{'model':'r','max_output_tokens':9,'input':'hi','tools':[{'type':'namespace','name':'n','tools':[{'type':'function','name':'f'},{'type':'mcp'}]},{'type':'custom','name':'p'}]}"
                        + "|{'model':'m','max_output_tokens':9,'input':'hi','tools':[{'type':'custom','name':'p'}]}|mcp",
                "{'model':'r','max_output_tokens':9,'input':'hi','tools':[{'type':'file_search'},{'type':'computer_use_preview'},{'type':'something_new'},{'type':'local_shell'}]}|{'model':'m','max_output_tokens':9,'input':'hi','tools':[{'type':'local_shell'}]}|file_search"
                        + " computer_use_preview something_new",
            })
    void in_responses(String sent, String got, String kinds) throws Exception {
        stripped("/v1/responses", "response.json", sent, got, kinds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'model':'c','max_completion_tokens':9,'web_search_options':{},'tools':[{'type':'web_search'}],'messages':[{'role':'user','content':'hi'}]}|{'model':'m','max_completion_tokens':9,'messages':[{'role':'user','content':'hi'}]}|web_search_options"
                        + " web_search",
                "{'model':'c','max_completion_tokens':9,'messages':[{'role':'user','content':'hi'}],'tools':[{'type':'web_search'}],'web_search_options':{}}|{'model':'m','max_completion_tokens':9,'messages':[{'role':'user','content':'hi'}]}|web_search"
                        + " web_search_options",
            })
    void in_chats(String sent, String got, String kinds) throws Exception {
        stripped("/v1/chat/completions", "chat.json", sent, got, kinds);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'model':'a','max_tokens':9,'mcp_servers':[{'url':'https://x'}],'tools':[{'type':'web_search_20250305','name':'web_search'},{'name':'f','input_schema':{}},{'type':'bash_20250124','name':'bash'}],'messages':[{'role':'user','content':'hi'}]}|{'model':'m','max_tokens':9,'tools':[{'name':'f','input_schema':{}},{'type':'bash_20250124','name':'bash'}],'messages':[{'role':'user','content':'hi'}]}|mcp_servers"
                        + " web_search_20250305",
            })
    void in_messages(String sent, String got, String kinds) throws Exception {
        stripped("/v1/messages", "anthropic/message.json", sent, got, kinds);
    }

    private void stripped(String path, String answer, String sent, String got, String kinds) throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded(answer)));
        HttpResponse<byte[]> response = post(path, sent.replace('\'', '"'));
        assertEquals(200, response.statusCode(), text(response));
        assertEquals(got.replace('\'', '"'), upstream.requests().getFirst().text());
        for (String kind : kinds.split(" ")) {
            String note = "tools." + kind + ": stripped, the provider would run it by itself";
            assertTrue(header(response, "x-portreeve-translation").contains(note), kind);
            assertTrue(
                    edge.journal.records().stream()
                            .anyMatch(record -> new String(record.leaf(), StandardCharsets.UTF_8).contains(note)),
                    "the record says it too");
        }
    }

    @Test
    void a_route_denies_them_or_lets_them_pass_and_says_so() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        String body =
                "{\"model\":\"M\",\"max_output_tokens\":9,\"input\":\"hi\",\"tools\":[{\"type\":\"web_search\"}]}";
        HttpResponse<byte[]> denied = post("/v1/responses", body.replace("\"M\"", "\"deny\""));
        assertEquals(403, denied.statusCode());
        assertTrue(text(denied).contains("\"code\":\"tool_not_granted\""), text(denied));
        assertEquals("hosted_tool_denied", header(denied, "x-portreeve-reason"));
        assertEquals("false", header(denied, "x-should-retry"));
        assertTrue(upstream.requests().isEmpty());
        assertTrue(lastRecord().contains("\"reason\":\"hosted_tool_denied\""), lastRecord());
        assertTrue(
                lastRecord()
                        .contains(
                                "{\"by\":\"model\",\"fate\":\"denied\",\"kind\":\"web_search\",\"name\":\"openai/web_search\",\"rules\":[],\"setting\":\"deny\"}"),
                lastRecord());
        HttpResponse<byte[]> passed = post("/v1/responses", body.replace("\"M\"", "\"pass\""));
        assertEquals(
                body.replace("\"M\"", "\"m\""), upstream.requests().getFirst().text());
        assertEquals(
                "openai-responses; tools.web_search: passed, the provider runs it by itself",
                header(passed, "x-portreeve-translation"));
    }

    private String lastRecord() {
        return new String(edge.journal.records().getLast().leaf(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // The path, what is sent, what the provider gets, and what the record says of each.
                "/v1/responses|'tools':[{'type':'web_fetch'},{'type':'web_search'}]|'tools':[{'type':'web_fetch'}]"
                        + "|openai/web_fetch passed rule, openai/web_search stripped model",
                "/v1/responses|'tools':[{'type':'mcp','server_url':'https://mcp.example/x'},{'type':'mcp','server_url':'https://evil.example/mcp.example'}]|'tools':[{'type':'mcp','server_url':'https://mcp.example/x'}]|openai/mcp"
                        + " passed rule, openai/mcp stripped model",
                "/v1/responses|'tools':[{'type':'mcp','connector_id':'c'}],'tool_choice':{'type':'mcp'}||openai/mcp"
                        + " stripped model",
                "/v1/responses|'tools':[{'type':'web_fetch'}],'tool_choice':{'type':'web_fetch'}|'tools':[{'type':'web_fetch'}],'tool_choice':{'type':'web_fetch'}|openai/web_fetch"
                        + " passed rule",
                "/v1/responses|'tools':[{'type':'namespace','tools':[{'type':'web_fetch'},{'type':'code_interpreter'}]}]||openai/web_fetch"
                        + " passed rule, openai/code_interpreter stripped rule",
                "/v1/messages|'mcp_servers':[{'url':'https://mcp.example/','name':'good'},{'url':'https://evil.example/','name':'bad'}],'tools':[{'type':'mcp_toolset','mcp_server_name':'bad'},{'type':'mcp_toolset','mcp_server_name':'good'}]"
                        + "|'mcp_servers':[{'url':'https://mcp.example/','name':'good'}],'tools':[{'type':'mcp_toolset','mcp_server_name':'good'}]|anthropic/mcp"
                        + " passed rule, anthropic/mcp stripped model",
            })
    void rules_say_which_of_them_pass(String path, String sent, String got, String fates) throws Exception {
        boolean messages = path.endsWith("messages");
        upstream.always(ReplayUpstream.json(
                200, ReplayUpstream.recorded(messages ? "anthropic/message.json" : "response.json")));
        String rest = messages
                ? "'max_tokens':9,'messages':[{'role':'user','content':'hi'}]"
                : "'max_output_tokens':9,'input':'hi'";
        HttpResponse<byte[]> response =
                post(path, json("{'model':'" + (messages ? "a" : "r") + "'," + sent + "," + rest + "}"));
        assertEquals(200, response.statusCode(), text(response));
        String kept = got == null ? "" : got + ",";
        assertEquals(
                json("{'model':'m'," + kept + rest + "}"),
                upstream.requests().getFirst().text());
        await().until(() -> lastRecord().contains("\"outcome\":\"completed\""));
        for (String fate : fates.split(", ")) {
            String[] words = fate.split(" ");
            assertTrue(
                    Pattern.compile(json("\\{'by':'" + words[2] + "','fate':'" + words[1]
                                    + "','kind':'[a-z_]+','name':'" + words[0] + "'"))
                            .matcher(edge.journal.records().stream()
                                    .map(record -> new String(record.leaf(), StandardCharsets.UTF_8))
                                    .collect(Collectors.joining()))
                            .find(),
                    fate + " in " + lastRecord());
        }
    }

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    @Test
    void where_a_model_lets_all_of_them_pass_a_rule_that_forbids_one_still_counts() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        String body =
                "{'model':'pass','max_output_tokens':9,'input':'hi','tools':[{'type':'code_interpreter'},{'type':'image_generation'}]}";
        post("/v1/responses", json(body));
        assertEquals(
                json("{'model':'m','max_output_tokens':9,'input':'hi','tools':[{'type':'image_generation'}]}"),
                upstream.requests().getFirst().text());
    }

    @Test
    void where_a_model_denies_them_what_a_rule_grants_passes_and_what_one_forbids_names_the_rule() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        String body = "{'model':'deny','max_output_tokens':9,'input':'hi','tools':[{'type':'K'}]}";
        assertEquals(
                200, post("/v1/responses", json(body.replace("K", "web_fetch"))).statusCode());
        HttpResponse<byte[]> denied = post("/v1/responses", json(body.replace("K", "code_interpreter")));
        assertEquals(403, denied.statusCode());
        assertTrue(
                text(denied).contains("openai/code_interpreter by itself: forbidden by rule \\\"no-code\\\""),
                text(denied));
        assertEquals(1, upstream.requests().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'web_search_options':true|what is said of \"web_search_options\" cannot be decided about: not a JSON"
                        + " object",
                "'tools':[TOO_MANY]|more than 32 of these tools",
            })
    void what_cannot_be_decided_about_is_refused(String members, String why) throws Exception {
        String many = "{'type':'web_search'},".repeat(33);
        String body = "{'model':'c'," + members.replace("TOO_MANY", many.substring(0, many.length() - 1))
                + ",'messages':[{'role':'user','content':'hi'}]}";
        HttpResponse<byte[]> response = post("/v1/chat/completions", json(body));
        assertEquals(400, response.statusCode());
        assertTrue(text(response).replace("\\\"", "\"").contains(why), text(response));
    }

    @Test
    void a_name_that_nobody_configured_strips() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")));
        post(
                "/v1/responses",
                "{\"model\":\"openai/m\",\"max_output_tokens\":9,\"tools\":[{\"type\":\"web_search\"}],\"input\":\"hi\"}");
        assertEquals(
                "{\"model\":\"m\",\"max_output_tokens\":9,\"input\":\"hi\"}",
                upstream.requests().getFirst().text());
    }

    @Test
    void what_a_dialect_cannot_say_is_dropped_or_rejected_as_the_route_says() throws Exception {
        upstream.always(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")));
        String two = "{\"model\":\"drop\",\"n\":2,\"seed\":1,\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"text\",\"text\":\"hi\"},{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA==\",\"format\":\"wav\"}}]}]}";
        HttpResponse<byte[]> dropped = post("/v1/chat/completions", two);
        assertEquals(200, dropped.statusCode(), text(dropped));
        String notes = header(dropped, "x-portreeve-translation");
        assertTrue(notes.contains("n: dropped, only one answer can be had"), notes);
        assertTrue(notes.contains("messages: dropped, it has content of type \"input_audio\""), notes);
        String seed = "{\"model\":\"reject\",\"seed\":1,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
        HttpResponse<byte[]> rejected = post("/v1/chat/completions", seed);
        assertEquals(400, rejected.statusCode());
        assertTrue(text(rejected).contains("\"param\":\"seed\""), text(rejected));
        assertEquals(
                200,
                post("/v1/chat/completions", seed.replace("\"seed\":1,", "\"store\":true,"))
                        .statusCode());
        assertEquals(
                400, post("/v1/chat/completions", two.replace("drop", "reject")).statusCode());
    }

    @Test
    void what_an_answer_loses_is_in_its_header_and_record() throws Exception {
        String cited = new String(ReplayUpstream.recorded("anthropic/message.json"), StandardCharsets.UTF_8)
                .replace("\"type\":\"text\"", "\"citations\":[{\"type\":\"char_location\"}],\"type\":\"text\"");
        upstream.always(ReplayUpstream.json(200, cited));
        HttpResponse<byte[]> response =
                post("/v1/responses", "{\"model\":\"a\",\"max_output_tokens\":9,\"input\":\"hi\"}");
        assertEquals(200, response.statusCode(), text(response));
        String note = "answer.citations: dropped, it has no counterpart";
        assertTrue(header(response, "x-portreeve-translation").endsWith(note), "the header");
        await().until(() -> edge.journal.records().stream()
                .anyMatch(record -> new String(record.leaf(), StandardCharsets.UTF_8)
                        .contains("\"translation_of_answer\":[\"" + note + "\"]")));
    }
}
