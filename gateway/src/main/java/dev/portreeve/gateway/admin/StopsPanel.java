package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;

import dev.portreeve.policy.stop.Stop;
import java.util.List;

/** Who is stopped; nothing where nobody is. */
final class StopsPanel {
    private StopsPanel() {}

    static Html of(List<Stop> stops) {
        if (stops.isEmpty()) {
            return Html.EMPTY;
        }
        return PageShell.part(
                "stops",
                "",
                tag("h2", "", "Stopped"),
                concat(stops.stream().map(StopsPanel::line).toList()));
    }

    private static Html line(Stop stop) {
        String whose = stop.owner()
                + (stop.owner().id().equals(stop.owner().tenant())
                        ? ""
                        : " of " + stop.owner().tenant());
        return tag(
                "div",
                "budget",
                tag("div", "warning", "⚠ " + whose + ": " + stop.reason()),
                tag(
                        "div",
                        "quiet",
                        "by " + stop.by() + " at " + stop.at() + " · portreeve resume "
                                + stop.owner().kind().code() + ":"
                                + stop.owner().id() + " --reason …"));
    }
}
