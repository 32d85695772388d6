package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import dev.portreeve.policy.call.Usage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Mistral refuses a request with a member it does not know, so none may reach it. */
class MistralCallsTest {
    private static final String ANSWER =
            "{\"id\":\"1\",\"object\":\"chat.completion\",\"model\":\"magistral\",\"choices\":[{\"index\":0,"
                    + "\"message\":{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]},"
                    + "{\"type\":\"text\",\"text\":\"Bonjour\"}]},\"finish_reason\":\"stop\"}],"
                    + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}";

    private ReplayUpstream upstream;
    private EdgeFixture edge;
    private Caller caller;

    @BeforeEach
    void start() throws IOException {
        upstream = new ReplayUpstream().always(ReplayUpstream.json(200, ANSWER));
        edge = new EdgeFixture()
                .configured("{ id: mistral, api-key: k, base-url: \"" + upstream.baseUrl() + "\" }")
                .model("mistral", "mistral/mistral-large")
                .start();
        caller = new Caller(edge);
    }

    @AfterEach
    void stop() throws IOException {
        caller.close();
        edge.close();
        upstream.close();
    }

    @Test
    void a_chat_is_told_in_its_words() throws Exception {
        caller.chat(
                "{\"model\":\"mistral\",\"seed\":7,\"max_completion_tokens\":50,\"logit_bias\":{\"1\":2},\"top_p\":0.50,"
                        + "\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"messages\":["
                        + "{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"user\",\"name\":\"ana\",\"content\":\"hi\"},"
                        + "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"hm\",\"tool_calls\":[{\"id\":\"call_abcdefghijk\","
                        + "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"call_abcdefghijk\",\"content\":\"done\"}]}");
        String sent = upstream.requests().getFirst().text();
        assertTrue(sent.contains("\"random_seed\":7") && sent.contains("\"max_tokens\":50"), sent);
        assertTrue(sent.contains("\"top_p\":0.50") && sent.contains("\"tool_choice\":\"any\""), sent);
        assertTrue(
                sent.contains("{\"role\":\"system\",\"content\":\"d\"},{\"role\":\"user\",\"content\":\"hi\"}"), sent);
        for (String refused :
                List.of("logit_bias", "max_completion_tokens", "\"seed\"", "reasoning_content", "call_abc")) {
            assertFalse(sent.contains(refused), sent);
        }
        String id = sent.replaceAll(".*\"tool_call_id\":\"([A-Za-z0-9]{9})\".*", "$1");
        assertTrue(sent.contains("\"id\":\"" + id + "\""), "call and result have one id: " + sent);
    }

    @Test
    void a_stream_is_not_asked_for_its_usage_which_comes_anyway() throws Exception {
        upstream.then(ReplayUpstream.events(
                ("data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Bon\"},\"finish_reason\":null}]}\n\n"
                                + "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"jour\"},\"finish_reason\":\"stop\"}],"
                                + "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2,\"total_tokens\":7}}\n\ndata: [DONE]\n\n")
                        .getBytes(StandardCharsets.UTF_8)));
        HttpResponse<byte[]> response = caller.chat(
                "{\"model\":\"mistral\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertTrue(text(response).endsWith("data: [DONE]\n\n"), text(response));
        assertFalse(upstream.requests().getFirst().text().contains("stream_options"));
        assertEquals(List.of(new Usage(5, 0, 2, Usage.Basis.REPORTED)), edge.purse.settled);
    }

    @Test
    void a_body_that_fits_stays_as_it_is_byte_for_byte() throws Exception {
        String body =
                "{\"model\":\"mistral-large\", \"max_tokens\": 5 ,\"messages\":[{\"role\":\"user\",\"content\":\"\\u0068i\"}]}";
        caller.chat(body.replace("mistral-large", "mistral"));
        assertEquals(body, upstream.requests().getFirst().text());
    }

    @Test
    void thoughts_in_a_list_reach_a_caller_of_another_dialect() throws Exception {
        HttpResponse<byte[]> response = caller.post(
                "/v1/messages",
                "{\"model\":\"mistral\",\"max_tokens\":50,\"metadata\":{\"user_id\":\"u\"},\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
                        .getBytes(StandardCharsets.UTF_8),
                Map.of());
        assertTrue(text(response).contains("\"thinking\":\"hm\""), text(response));
        assertTrue(text(response).contains("Bonjour"), text(response));
        assertFalse(upstream.requests().getFirst().text().contains("safety_identifier"));
    }
}
