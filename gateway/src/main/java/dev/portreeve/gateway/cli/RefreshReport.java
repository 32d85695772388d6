package dev.portreeve.gateway.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Has servers looked at, one after the other, and prints what is different. */
final class RefreshReport {
    private final Terminal terminal;
    private final boolean json;
    private final ArrayNode answers = JsonMapper.shared().createArrayNode();
    private final List<List<String>> rows = new ArrayList<>();
    private boolean failed;

    RefreshReport(Terminal terminal, boolean json) {
        this.terminal = terminal;
        this.json = json;
    }

    /**
     * Looks, and prints.
     *
     * @param slugs none for all servers
     * @return the exit code: 1 if a server could not be looked at
     */
    int of(AdminClient client, List<String> slugs) {
        List<String> meant = new ArrayList<>(slugs);
        if (meant.isEmpty()) {
            client.get("/api/v1/servers")
                    .path("servers")
                    .forEach(one -> meant.add(one.path("slug").asString()));
        }
        for (String slug : meant) {
            add(client.postPatiently("/api/v1/servers/" + PathSegment.of(slug) + "/refresh"));
        }
        if (json) {
            ObjectNode all = JsonMapper.shared().createObjectNode();
            all.set("servers", answers);
            terminal.line(all.toString());
        } else if (!rows.isEmpty()) {
            terminal.table(List.of("FOUND", "DEFINITION", "STATE"), rows);
        }
        return failed ? CliFailure.NO : 0;
    }

    private void add(JsonNode answer) {
        answers.add(answer);
        boolean lost = answer.path("problem").isString();
        failed |= lost;
        if (json) {
            return;
        }
        String slug = answer.path("server").asString();
        if (lost) {
            terminal.bad(slug + ": " + answer.path("problem").asString());
        } else {
            terminal.line(slug + " is " + answer.path("state").asString() + ": " + said(answer));
        }
        answer.path("found")
                .forEach(one -> rows.add(List.of(
                        one.path("change").asString(),
                        DefinitionChoice.label(one),
                        one.path("change").asString().equals("gone")
                                ? ""
                                : one.path("verdict").asString().toLowerCase(Locale.ROOT))));
        if (answer.path("waiting").asInt() > 0) {
            terminal.note(answer.path("waiting").asInt() + " of " + slug
                    + " wait for you: portreeve tools list --waiting, then portreeve tools accept " + slug);
        }
    }

    private static String said(JsonNode answer) {
        int found = answer.path("found").size() + answer.path("left_out").asInt();
        return found == 0
                ? "nothing is different"
                : found + (found == 1 ? " definition is" : " definitions are") + " different";
    }
}
