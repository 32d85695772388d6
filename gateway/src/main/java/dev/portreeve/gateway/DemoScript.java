package dev.portreeve.gateway;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * What the demo prints: less than a screenful, and every command works as it stands. A test runs exactly these commands.
 *
 * @param data where callers connect
 * @param adminLink signs a browser in, once
 * @param command how this program is started
 * @param scribeKey of an agent that may use the model and the notes
 * @param spenderKey of an agent with next to no money
 */
record DemoScript(URI data, URI adminLink, String command, String scribeKey, String spenderKey) {
    private static final String CHANGE_BY_HAND = "ALTER TABLE audit.record DISABLE TRIGGER record_append_only;"
            + " UPDATE audit.record SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'), 'completed', 'abandoned'), 'UTF8')"
            + " WHERE id = (SELECT id FROM audit.record WHERE kind = 'call.closed' ORDER BY id LIMIT 1)";

    /**
     * One thing to try.
     *
     * @param about what it shows
     * @param commands lines for a shell
     */
    record Step(String about, List<String> commands) {}

    /** The keys, as a line for the shell; the steps need them. */
    String keys() {
        return "export PORTREEVE_KEY=" + scribeKey + " SPENDER_KEY=" + spenderKey;
    }

    List<Step> steps() {
        String write = command + " mcp call notes__write_note path=bees.md text='Order two hives'";
        return List.of(
                new Step("a model call, through the OpenAI dialect", List.of(chat("PORTREEVE_KEY", "Say hello"))),
                new Step("a tool call, through MCP", List.of(command + " mcp call notes__search_notes query=lemons")),
                new Step(
                        "a tool that writes waits for a person; the yes is for this one call (or decide on the admin page)",
                        List.of(write, command + " approvals approve", write)),
                new Step(
                        "a budget of $0.0018 an hour runs out before the call, not after",
                        List.of("for i in 1 2 3 4; do " + chat("SPENDER_KEY", "Spend") + "; done")),
                new Step(
                        "a credential in a prompt goes nowhere",
                        List.of(chat("PORTREEVE_KEY", "Use the key '$SPENDER_KEY'"))),
                new Step(
                        "the records are proved intact; one is changed by hand; the proof fails and says which",
                        List.of(
                                command + " audit verify",
                                command + " sql \"" + CHANGE_BY_HAND + "\"",
                                command + " audit verify")));
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(
                "",
                "Portreeve runs. The model is built in and says so; nothing leaves this machine. Ctrl-C stops it.",
                "",
                "  admin page   " + adminLink + "   (works once; " + command + " admin-link makes another)",
                "  in another terminal, in this folder, first the keys:",
                "",
                keys(),
                ""));
        int number = 1;
        for (Step step : steps()) {
            lines.add("# " + number++ + " " + step.about());
            lines.addAll(step.commands());
        }
        return lines;
    }

    private String chat(String key, String prompt) {
        return "curl -s -w '\\n' " + data + "/v1/chat/completions -H \"Authorization: Bearer $" + key
                + "\" -H 'Content-Type: application/json' -d '{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\""
                + prompt + "\"}]}'";
    }
}
