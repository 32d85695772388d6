package dev.portreeve.gateway;

import static org.awaitility.Awaitility.await;

import dev.portreeve.hub.fixture.Caller;
import dev.portreeve.hub.fixture.HttpFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a month has, in a minute: calls of models and tools by a real gateway, questions to people with every ending, stops, rules that
 * change, keys that come and go, and a tool server that changes what it says of itself.
 */
final class GovernedMonth implements AutoCloseable {
    private static final Pattern TICKET = Pattern.compile("ticket ([0-9a-f-]{36})");
    private static final String CONFIGURATION = """
            providers: [ { id: demo, kind: demo } ]
            models: [ { name: demo, route: { targets: [ { model: demo/parrot } ] }, max-output-tokens: 100 } ]
            tool-servers:
              - { slug: bank, url: "BANK", definitions: trust }
              - { slug: notes, command: NOTES, definitions: block }
            organisation:
              tenants:
                - id: acme
                  budgets: [ { name: all, limit-usd: 10 } ]
                  users: [ { id: ann }, { id: bob } ]
                  teams: [ { id: support, agents: [ { id: bot } ] } ]
            policies:
              - { id: models, effect: allow, models: ["*"] }
              - { id: read, effect: allow, tools: [notes__read] }
              - id: pay
                effect: require-approval
                tools: [bank__echo]
                approvers: [ann, bob]
                edits: ["/*"]
                remember: { at-most: 2h, scopes: [key], uses: 40 }
                auto-approve: 'args.text == "small"'
              - { id: change, effect: require-approval, tools: [bank__change] }
              - { id: paid, effect: label, tools: [bank__echo], label: money }
              - { id: never, effect: deny, tools: [bank__echo], when: 'args.text == "forbidden" || session.has("money") && args.text == "gone"' }
            guardrails: [ { id: mail, detect: pii, entities: [email], action: mask } ]
            approvals: { hold: 1ms, timeout: TIMEOUT }
            """;

    final GatewayFixture gateway;
    private final HttpFixture bank;
    private final Caller caller;
    private final String key;
    private final Path folder;

    GovernedMonth(Path folder) throws Exception {
        this.folder = folder;
        this.bank = HttpFixture.modern();
        this.gateway = GatewayFixture.configured(
                folder,
                CONFIGURATION
                        .replace("BANK", bank.url().toString())
                        .replace("NOTES", StickyNotes.command(folder))
                        .replace("TIMEOUT", "5s"));
        this.key = gateway.newKey("bot");
        this.caller = new Caller(URI.create("http://127.0.0.1:" + gateway.data().getPort() + "/mcp"), key);
        await().until(() ->
                caller.modern("tools/list", "").messages().toString().contains("bank__echo"));
    }

    /** Everything that reports tell of, at least once. */
    void pass() throws Exception {
        models();
        people();
        rules();
        stops();
        keys();
    }

    private void models() throws Exception {
        ask("Good morning");
        ask("My address is ann@example.com");
        ask("{");
    }

    private HttpResponse<String> ask(String text) throws IOException, InterruptedException {
        return ask(text, key);
    }

    private HttpResponse<String> ask(String text, String with) throws IOException, InterruptedException {
        String body = text.equals("{")
                ? text
                : "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
        return gateway.http.send(
                HttpRequest.newBuilder(gateway.data().resolve("/v1/chat/completions"))
                        .header("content-type", "application/json")
                        .header("authorization", "Bearer " + with)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String pay(String text) throws Exception {
        return caller.modern("tools/call", "\"name\":\"bank__echo\",\"arguments\":{\"text\":\"" + text + "\"}")
                .text();
    }

    private String asked(String text) throws Exception {
        String answer = pay(text);
        Matcher found = TICKET.matcher(answer);
        if (!found.find()) {
            throw new AssertionError(answer);
        }
        return found.group(1);
    }

    private void people() throws Exception {
        run("approvals", "approve", asked("yes"), "--as", "ann");
        pay("yes");
        run("approvals", "deny", asked("no"), "--as", "bob", "--reason", "not this one");
        Path edit = Files.writeString(folder.resolve("edit.json"), "{\"text\": \"half\"}");
        run("approvals", "approve", asked("whole"), "--as", "ann", "--arguments", edit.toString());
        pay("whole");
        run(
                "approvals",
                "approve",
                asked("often"),
                "--as",
                "ann",
                "--remember",
                "1h",
                "--when",
                "args.text == \"often\"");
        pay("often");
        pay("often");
        pay("small");
        pay("forbidden");
        asked("late");
    }

    private void rules() throws IOException {
        Path file = Files.writeString(folder.resolve("rules.yaml"), """
                policies:
                  - { id: never-change, effect: deny, tools: [bank__change] }
                """);
        run("policy", "draft", file.toString(), "--as", "ann", "--reason", "nobody needs it");
        run("policy", "publish", "1", "--as", "bob");
        run("policy", "rollback", "0", "--as", "ann", "--reason", "somebody does");
    }

    private void stops() throws Exception {
        run("stop", "agent:bot", "--reason", "it pays too much", "--as", "ann");
        ask("still there?");
        run("resume", "agent:bot", "--reason", "it was told", "--as", "ann");
    }

    private void signIn(String code) {
        gateway.send(
                "POST",
                "/login",
                "code=" + code,
                "Content-Type",
                "application/x-www-form-urlencoded",
                "Origin",
                "http://" + gateway.admin().getAuthority());
    }

    private void keys() throws Exception {
        String other = gateway.newKey("bot");
        run("keys", "revoke", other.substring(4, 16));
        ask("let me in", other);
        gateway.send("GET", "/api/v1/keys", "", "Authorization", "Bearer guessed");
        gateway.send(
                "POST", "/api/v1/approvals/" + new UUID(0, 0) + "/decision", "{}", "webhook-signature", "v1,guessed");
        signIn("guessed");
        signIn(gateway.run("admin-link").out().strip().replaceFirst(".*code=", ""));
    }

    void run(String... arguments) {
        GatewayFixture.Outcome done = gateway.run(Map.of(), arguments);
        if (done.exitCode() != 0) {
            throw new AssertionError(String.join(" ", arguments) + ": " + done.out() + done.err());
        }
    }

    @Override
    public void close() {
        caller.close();
        gateway.close();
        bank.close();
    }
}
