package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.model.ReplayUpstream;
import org.junit.jupiter.api.Test;

/** The vendor's own Node SDK as a caller, where Node and npm are present; its package is installed once into target. */
class OpenAiNodeSdkTest {
    @Test
    void chats_streams_lists_and_does_not_repeat_refusals() throws Exception {
        NodeSdk sdk = NodeSdk.install("openai", "6", "sdk.mjs");
        try (ReplayUpstream upstream = new ReplayUpstream();
                EdgeFixture edge = new EdgeFixture()
                        .provider("openai", upstream.baseUrl())
                        .demo()
                        .model("fast", "openai/gpt-5-mini")
                        .responses("newer", upstream.baseUrl())
                        .model("own", "newer/gpt-5-mini")
                        .model("demo", "demo/demo")
                        .start()) {
            upstream.then(ReplayUpstream.json(200, ReplayUpstream.recorded("chat.json")))
                    .then(ReplayUpstream.events(ReplayUpstream.recorded("chat-stream.txt")))
                    .then(ReplayUpstream.json(200, ReplayUpstream.recorded("response.json")))
                    .then(ReplayUpstream.events(ReplayUpstream.recorded("response-stream.txt")));
            NodeSdk.Run run = sdk.run(edge.uri("/v1").toString(), EdgeFixture.KEY);
            assertEquals(0, run.exit(), run.output());
            assertTrue(run.output().contains("unary=Grüße"), run.output());
            assertTrue(run.output().contains("stream=Hello é wörld"), run.output());
            assertTrue(run.output().contains("\nresponse of own=Grüße"), run.output());
            assertTrue(
                    run.output().contains("\nstreamed response of own=Hello é wörld response.completed"), run.output());
            assertTrue(run.output().contains("\nresponse of demo=This is the demo provider"), run.output());
            assertTrue(run.output().contains("\nstreamed response of demo=This is the demo provider"), run.output());
            assertTrue(run.output().contains("models=fast,own,demo"), run.output());
            assertTrue(run.output().contains("embedding=256"), run.output());
            assertTrue(run.output().contains("unknown=404 model_not_found"), run.output());
            assertTrue(run.output().contains("mistyped=401 invalid_api_key"), run.output());
            assertEquals(4, upstream.requests().size());
            long refusals = edge.journal.events().stream()
                    .filter(event -> event.kind().code().equals("call.refused"))
                    .count();
            assertEquals(1, refusals, "the SDK asked again");
        }
    }
}
