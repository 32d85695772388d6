package dev.portreeve.hub.north;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HubWorld;
import dev.portreeve.hub.fixture.RawServer;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.approval.Vote;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What reaches a tool server after a person's yes: the arguments that were stored and shown, to the byte. */
class StoredArgumentsTest {
    private static final String SCHEMA = "{\"type\":\"object\"}";

    private static String write(String arguments) {
        return "\"name\":\"raw__write\",\"arguments\":" + arguments;
    }

    @Test
    void theRepeatIsSpelledDifferentlyAndTheServerSeesWhatThePersonSaw() throws Exception {
        try (RawServer server = new RawServer()
                        .tools(RawServer.tool("write", SCHEMA))
                        .says("tools/call", "{\"content\":[],\"resultType\":\"complete\"}");
                HubWorld world = HubWorld.with(HubWorld.http("raw", server.url()))) {
            Caller alice = world.caller("alice");
            Caller.Heard asked =
                    alice.modern("tools/call", write("{\"to\":\"zo\u00eb\",\"amount\":9007199254740993,\"rate\":0.5}"));
            String ticket = RawJson.of(asked.meta("dev.portreeve/approval-ticket"))
                    .asString()
                    .orElseThrow();
            world.governance().decide(ticket, Vote.Choice.APPROVE);
            assertEquals(List.of(), server.calls());
            Caller.Heard changed =
                    alice.modern("tools/call", write("{\"to\":\"zo\u00eb\",\"amount\":9007199254740992,\"rate\":0.5}"));
            assertTrue(changed.text().contains("must approve"), changed.text());
            alice.modern("tools/call", write("{ \"rate\":5e-1,\"amount\":9007199254740993, \"to\":\"zo\\u00eb\" }"));
            assertEquals(
                    "{\"amount\":9007199254740993,\"rate\":0.5,\"to\":\"zo\u00eb\"}",
                    String.valueOf(RawJson.of(server.calls().getFirst()).member("arguments")));
            assertEquals(1, server.calls().size());
        }
    }
}
