package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is killed while the call that used a yes runs: nobody knows whether the tool did it, so it is not done again. */
final class KilledAfterYesTest {
    private static final String CONFIGURATION = """
        tool-servers: [{ slug: notes, url: "URL", definitions: trust, price-per-call: 0.01 }]
        organisation:
          tenants: [{ id: acme, users: [{ id: ana }], agents: [{ id: bot, budgets: [{ limit-usd: 1 }] }] }]
        policies: [{ id: ask, effect: require-approval, tools: ["notes__hold"], approvers: [ana] }]
        approvals: { hold: 1ms, redeem-within: 15m }
        """;
    private static final String CALL = "\"name\":\"notes__hold\",\"arguments\":{\"text\":\"once\"}";

    private static String ticket(Caller.Heard heard) {
        Matcher ticket = Pattern.compile("ticket ([0-9a-f-]{36})")
                .matcher(heard.messages().toString());
        assertTrue(ticket.find(), heard.messages().toString());
        return ticket.group(1);
    }

    private static Caller caller(URI data, String key) {
        return new Caller(URI.create(data + "/mcp"), key);
    }

    @Test
    void no_second_run_for_the_same_yes_and_the_record_says_that_the_end_is_unknown(@TempDir Path folder)
            throws Exception {
        try (HttpFixture notes = HttpFixture.modern();
                GatewayFixture first = GatewayFixture.configured(
                        folder, CONFIGURATION.replace("URL", notes.url().toString()))) {
            String key = first.newKey("bot");
            String used;
            try (Caller bot = caller(first.data(), key)) {
                await().until(() ->
                        bot.modern("tools/list", "").messages().toString().contains("notes__hold"));
                used = ticket(bot.modern("tools/call", CALL));
            }
            assertEquals(
                    0, first.run("approvals", "approve", used, "--as", "ana").exitCode());
            first.gateway.close();
            try (GatewayChild child = GatewayChild.start(folder);
                    Caller bot = caller(child.data(), key);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Caller.Heard> broken = threads.submit(() -> bot.modern("tools/call", CALL));
                await().until(() -> notes.tools().calls() == 1);
                assertTrue(first.isTrue("SELECT state = 'redeemed' FROM policy.approval WHERE id = '" + used + "'"));
                child.process().destroyForcibly().onExit().join();
                await().until(broken::isDone);
            }
            try (Gateway again =
                    Gateway.start(ConfigFile.read(folder.resolve("portreeve.yaml"), name -> null), Clock.systemUTC())) {
                String anew = repeatedManyTimes(again, key);
                assertNotEquals(used, anew, "the yes is used up, whatever became of its call");
                assertEquals(1, notes.tools().calls());
                // Its gateway is dead for so long that nobody can still be at it.
                first.execute("UPDATE policy.lease SET touched_at = now() - interval '1 hour'");
                first.execute("UPDATE policy.hold SET expires_at = now() - interval '1 second'");
                String closed =
                        "SELECT EXISTS (SELECT 1 FROM audit.record r JOIN policy.approval a ON r.call_id = a.redeemed_by_call"
                                + " WHERE a.id = '" + used + "' AND r.kind = 'call.closed'"
                                + " AND convert_from(r.leaf, 'UTF8') LIKE '%\"outcome\":\"unknown\"%'"
                                + " AND convert_from(r.leaf, 'UTF8') LIKE '%\"basis\":\"assumed\"%')";
                await().atMost(Duration.ofSeconds(30)).until(() -> first.isTrue(closed));
                assertEquals(1, notes.tools().calls());
            }
        }
    }

    /** From many threads at once; the ticket that all of them get. */
    private static String repeatedManyTimes(Gateway gateway, String key) throws Exception {
        List<Future<Caller.Heard>> repeats = new ArrayList<>();
        try (Caller bot = caller(gateway.dataUrl(), key);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            await().until(() ->
                    bot.modern("tools/list", "").messages().toString().contains("notes__hold"));
            for (int i = 0; i < 50; i++) {
                repeats.add(threads.submit(() -> {
                    try (Caller one = caller(gateway.dataUrl(), key)) {
                        return one.modern("tools/call", CALL);
                    }
                }));
            }
        }
        String ticket = ticket(repeats.getFirst().get());
        for (Future<Caller.Heard> repeat : repeats) {
            assertEquals(ticket, ticket(repeat.get()));
        }
        return ticket;
    }
}
