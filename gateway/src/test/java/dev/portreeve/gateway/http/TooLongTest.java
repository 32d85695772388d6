package dev.portreeve.gateway.http;

import static dev.portreeve.gateway.http.Caller.header;
import static dev.portreeve.gateway.http.Caller.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A request that is too long for its model, at a provider of another dialect: the caller's program hears it in the words by which it
 * knows that it has to shorten the conversation, and does not ask again with the same one.
 */
class TooLongTest {
    private static final String OPENAI =
            "{\"error\":{\"message\":\"maximum context length is 9 tokens\",\"type\":\"invalid_request_error\",\"code\":\"context_length_exceeded\"}}";
    private static final String ANTHROPIC =
            "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 210000 tokens > 200000 maximum\"}}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/messages | chat | {"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: maximum context length is 9 tokens"}
            /v1beta/models/chat:generateContent | chat | the input token count exceeds the maximum number of tokens allowed: maximum context length is 9 tokens
            /v1/responses | claude | "code":"context_length_exceeded"
            /v1/responses | chat | "code":"context_length_exceeded"
            /v1/chat/completions | claude | "code":"context_length_exceeded"
            /v1/chat/completions | claude | maximum context length is exceeded: prompt is too long: 210000 tokens
            """)
    void it_is_said_in_the_callers_words(String path, String model, String said) throws Exception {
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .provider("up", upstream.baseUrl())
                        .anthropic("anthropic", upstream.baseUrl())
                        .model("chat", "up/gpt")
                        .model("claude", "anthropic/claude")
                        .start();
                Caller caller = new Caller(edge)) {
            upstream.always(ReplayUpstream.json(400, model.equals("chat") ? OPENAI : ANTHROPIC));
            String body = path.contains("models/")
                    ? "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"hi\"}]}]}"
                    : path.endsWith("responses")
                            ? "{\"model\":\"" + model + "\",\"input\":\"hi\"}"
                            : "{\"model\":\"" + model
                                    + "\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
            HttpResponse<byte[]> response = caller.post(path, body.getBytes(StandardCharsets.UTF_8), Map.of());
            assertEquals(400, response.statusCode(), text(response));
            assertTrue(text(response).contains(said), text(response));
            assertEquals("context_length_exceeded", header(response, "x-portreeve-reason"));
            assertEquals("false", header(response, "x-should-retry"));
            assertEquals(1, upstream.requests().size());
        }
    }
}
