package dev.portreeve.examples.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.examples.approver.ApprovalReceiver;
import dev.portreeve.gateway.RunningGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The agent against the whole gateway: the built-in model plans, the notes server acts, the sample approver decides. All
 * three are programs or clients that know nothing of the gateway's inside.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NotesAgentTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String CONFIG = """
            server: { listen: "127.0.0.1:0", admin-listen: "127.0.0.1:0", data-directory: "${DATA}" }
            providers: [ { id: demo, kind: demo } ]
            models: [ { name: demo, max-output-tokens: 200, route: { targets: [ { model: demo/parrot } ] } } ]
            tool-servers:
              - slug: notes
                command: [ "$JAVA", -cp, "$CLASSPATH", dev.portreeve.examples.notes.NotesServer, --samples, "${DATA}/notes" ]
                trust-annotations: true
                definitions: trust
            organisation:
              tenants:
                - id: acme
                  users: [ { id: petra } ]
                  agents:
                    - { id: helper, budgets: [ { limit-usd: 5, window: daily } ] }
                    - { id: pauper, budgets: [ { limit-usd: 0.0001, window: daily } ] }
            policies:
              - { id: models, effect: allow, models: [demo] }
              - { id: read, effect: allow, who: { agent: helper }, tools: ["notes__search_*", "notes__read_*"] }
              - { id: write, effect: require-approval, who: { agent: helper }, tools: [notes__write_note], approvers: [petra] }
            approvals: { hold: 200ms, webhooks: [ { url: "$WEBHOOK", secret: "$SECRET" } ] }
            limits: { shutdown-grace: 1s }
            """;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream log = new PrintStream(said, true, StandardCharsets.UTF_8);
    private Path notes;
    private ApprovalReceiver approver;
    private RunningGateway gateway;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        notes = folder.resolve("notes");
        approver = new ApprovalReceiver(
                0,
                SECRET,
                request -> {
                    // Decides only once the agent has been told to wait, so that the agent's patience is tested.
                    Awaitility.await()
                            .until(() -> said().contains(
                                            "ticket " + request.path("ticket").asString()));
                    String path = request.path("arguments").path("path").asString();
                    return new ApprovalReceiver.Decision(path.equals("plan.md"), "petra", "looked at " + path);
                },
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                InstantSource.system());
        gateway = RunningGateway.start(
                folder,
                CONFIG.replace("$JAVA", RunningGateway.java())
                        .replace("$CLASSPATH", RunningGateway.classPath())
                        .replace("$WEBHOOK", approver.url().toString())
                        .replace("$SECRET", SECRET));
    }

    @AfterAll
    void stop() {
        gateway.close();
        approver.close();
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private String run(String member, String task) throws NotesAgent.OutOfBudget, InterruptedException {
        try (NotesAgent agent =
                new NotesAgent(gateway.url(), gateway.newKey("acme", member), "demo", Duration.ofMillis(100), log)) {
            return agent.run(task);
        }
    }

    @Test
    void plansWithTheModelAndActsWithATool() throws Exception {
        String answer = run("helper", "use tool notes__search_notes with {\"query\":\"lemons\"}");
        assertTrue(answer.contains("shopping.md:3: - two lemons"), answer);
    }

    @Test
    void waitsForAPersonAndThenTheCallRuns() throws Exception {
        String answer = run("helper", "use tool notes__write_note with {\"path\":\"plan.md\",\"text\":\"lemons\"}");
        assertTrue(answer.contains("wrote the new note plan.md"), answer);
        assertEquals("lemons", Files.readString(notes.resolve("plan.md")));
    }

    @Test
    void isToldOfANo() throws Exception {
        String answer = run("helper", "use tool notes__write_note with {\"path\":\"secret.md\",\"text\":\"x\"}");
        assertTrue(answer.contains("was denied by petra: looked at secret.md"), answer);
        assertFalse(Files.exists(notes.resolve("secret.md")));
    }

    @Test
    void stopsWhenTheBudgetIsUsedUp() {
        NotesAgent.OutOfBudget spent =
                assertThrows(NotesAgent.OutOfBudget.class, () -> run("pauper", "say something that costs"));
        assertTrue(spent.getMessage().contains("pauper"), spent.getMessage());
    }

    @Test
    void seesOnlyTheToolsOfItsKey() throws Exception {
        // The demo model calls a tool only if it is offered one.
        String answer = run("helper", "use tool notes__count_slowly with {\"to\":1}");
        assertTrue(answer.contains("You said: use tool notes__count_slowly"), answer);
    }
}
