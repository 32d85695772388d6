package dev.portreeve.policy.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.portreeve.policy.call.Calls;
import dev.portreeve.policy.call.Resource;
import java.util.List;
import org.junit.jupiter.api.Test;

class TicketRequestTest {
    private static TicketRequest request(String member, String key, String server, String tool) {
        return new TicketRequest(
                "acme",
                member,
                key,
                new Resource.Tool(server, tool, "d"),
                Calls.arguments("{}"),
                "r",
                List.of(),
                1,
                "v1");
    }

    @Test
    void partsCannotRunIntoEachOther() {
        assertNotEquals(
                request("ab", "c", "s", "t").binding(),
                request("a", "bc", "s", "t").binding());
        assertNotEquals(
                request("a", "b", "st", "u").binding(),
                request("a", "b", "s", "tu").binding());
        assertEquals(
                request("a", "b", "s", "t").binding(),
                request("a", "b", "s", "t").binding());
    }

    @Test
    void reasonsAreTidiedAndBounded() {
        assertEquals("a b", new Vote("ann", Vote.Choice.DENY, " a\nb\ud800 ", Vote.Channel.API).reason());
        assertEquals(
                Vote.MAX_REASON,
                String.valueOf(new Vote("ann", Vote.Choice.DENY, "x".repeat(2000), Vote.Channel.API).reason())
                        .length());
        assertEquals(null, new Vote("ann", Vote.Choice.DENY, "  ", Vote.Channel.API).reason());
    }
}
