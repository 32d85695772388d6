package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import org.junit.jupiter.api.Test;

/** Anthropic's own Node SDK as a caller, where Node and npm are present. */
class AnthropicNodeSdkTest {
    @Test
    void messages_streams_counts_lists_and_does_not_repeat_refusals() throws Exception {
        NodeSdk sdk = NodeSdk.install("@anthropic-ai/sdk", "0", "anthropic/sdk.mjs");
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .anthropic("anthropic", upstream.baseUrl())
                        .model("claude-smart", "anthropic/claude-sonnet-4-5")
                        .start()) {
            upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("anthropic/message.json")))
                    .then(ReplayUpstream.events(ReplayUpstream.recorded("anthropic/stream.txt")))
                    .then(ReplayUpstream.json(200, "{\"input_tokens\":14}"));
            NodeSdk.Run run = sdk.run(edge.uri("").toString(), EdgeFixture.KEY);
            assertEquals(0, run.exit(), run.output());
            assertTrue(run.output().contains("unary=thinking,text,tool_use Grüße"), run.output());
            assertTrue(run.output().contains("stream=Hello é wörld {\"location\":\"Kiel\"}"), run.output());
            assertTrue(run.output().contains("usage=89 tool_use"), run.output());
            assertTrue(run.output().contains("counted=14"), run.output());
            assertTrue(run.output().contains("models=claude-smart"), run.output());
            assertTrue(run.output().contains("unknown=404 not_found_error"), run.output());
            assertTrue(run.output().contains("mistyped=401 authentication_error true"), run.output());
            assertEquals(3, upstream.requests().size());
            long refusals = edge.journal.events().stream()
                    .filter(event -> event.kind().code().equals("call.refused"))
                    .count();
            assertEquals(1, refusals, "the SDK asked again");
        }
    }
}
