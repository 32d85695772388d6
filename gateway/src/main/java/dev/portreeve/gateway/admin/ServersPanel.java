package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;

import java.util.ArrayList;
import java.util.List;

/** The tool servers behind the gate and how they are. */
final class ServersPanel {
    private ServersPanel() {}

    /** A tool server. */
    record Server(String slug, boolean up, int tools, int waiting, int quarantined, String said) {}

    static Html of(List<Server> servers) {
        List<Html> pairs = new ArrayList<>();
        for (Server server : servers) {
            pairs.add(tag("dt", "mono", server.slug()));
            pairs.add(tag(
                    "dd",
                    "",
                    tag(
                            "span",
                            "pill " + (server.up() ? Tone.GOOD : Tone.BAD).style(),
                            server.up() ? server.tools() + " tools" : "down"),
                    server.waiting() == 0
                            ? Html.EMPTY
                            : tag("span", "pill " + Tone.WARN.style(), server.waiting() + " to look at"),
                    server.quarantined() == 0
                            ? Html.EMPTY
                            : tag(
                                    "div",
                                    "warning",
                                    "⚠ " + server.quarantined()
                                            + " not shown to callers before somebody accepts them, below or with"
                                            + " portreeve tools accept " + server.slug()),
                    tag("div", "quiet", server.said())));
        }
        return PageShell.part(
                "servers",
                "",
                tag("h2", "", "Tool servers"),
                pairs.isEmpty() ? tag("p", "empty", "None configured.") : tag("dl", "pairs", concat(pairs)));
    }
}
