package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Google's own Node SDK as a caller, where Node and npm are present: at Google's model, and at another's. */
class GeminiNodeSdkTest {
    private static String recorded(String name) {
        return new String(ReplayUpstream.recorded(name), StandardCharsets.UTF_8);
    }

    @Test
    void generates_streams_counts_lists_and_does_not_repeat_refusals() throws Exception {
        NodeSdk sdk = NodeSdk.install("@google/genai", "3.1", "gemini/sdk.mjs");
        String stream = recorded("gemini/stream.txt");
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .gemini("google", upstream.baseUrl())
                        .model("vendor/smart", "google/gemini-2.5-pro")
                        .start()) {
            upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("gemini/answer.json")))
                    .then(ReplayUpstream.events(stream.getBytes(StandardCharsets.UTF_8)))
                    .then(ReplayUpstream.json(200, "{\"totalTokens\":14}"))
                    .then(ReplayUpstream.events(
                            stream.substring(0, stream.lastIndexOf("data: ")).getBytes(StandardCharsets.UTF_8)));
            NodeSdk.Run run = sdk.run(edge.uri("").toString(), EdgeFixture.KEY, "vendor/smart", "native");
            assertEquals(0, run.exit(), run.output());
            assertTrue(
                    run.output().contains("unary=Grüße from San Francisco, CA [{\"name\":\"get_weather\""),
                    run.output());
            assertTrue(run.output().contains("usage=4000 STOP"), run.output());
            assertTrue(run.output().contains("stream=Hello é wörld STOP"), run.output());
            assertTrue(run.output().contains("models=models/vendor/smart"), run.output());
            assertTrue(run.output().contains("counted=14"), run.output());
            assertTrue(run.output().contains("cut=") && !run.output().contains("cut=no error"), run.output());
            assertTrue(run.output().contains("unknown=404 NOT_FOUND"), run.output());
            assertTrue(run.output().contains("mistyped=401 UNAUTHENTICATED"), run.output());
            assertTrue(
                    upstream.requests().get(1).text().contains("\"thoughtSignature\":\"CiQBjz1rXw+ab/c=\""),
                    "the signature came back");
            assertEquals(4, upstream.requests().size());
        }
    }

    @Test
    void calls_a_tool_of_anthropics_model() throws Exception {
        NodeSdk sdk = NodeSdk.install("@google/genai", "3.1", "gemini/sdk.mjs");
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .anthropic("anthropic", upstream.baseUrl())
                        .model("claude", "anthropic/claude-sonnet-4-5")
                        .start()) {
            upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")))
                    .then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")));
            NodeSdk.Run run = sdk.run(edge.uri("").toString(), EdgeFixture.KEY, "claude");
            assertEquals(0, run.exit(), run.output());
            assertTrue(run.output().contains("stream=Hello é wörld STOP"), run.output());
            String second = upstream.requests().get(1).text();
            assertTrue(
                    second.contains("\"type\":\"thinking\"") && second.contains("\"signature\":\"EqQBCgIYAhIkAbc=\""),
                    second);
            assertTrue(second.contains("\"type\":\"tool_result\"") && second.contains("sunny"), second);
        }
    }
}
