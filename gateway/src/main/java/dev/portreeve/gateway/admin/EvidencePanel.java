package dev.portreeve.gateway.admin;

import static dev.portreeve.gateway.admin.Html.concat;
import static dev.portreeve.gateway.admin.Html.tag;
import static dev.portreeve.gateway.admin.Html.text;

import dev.portreeve.audit.anchor.AnchorState;
import dev.portreeve.gateway.admin.Html.Attribute;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the records are all there and as they were written. */
final class EvidencePanel {
    private EvidencePanel() {}

    /**
     * What is known of the evidence.
     *
     * @param trees each tenant's tree, by its last signed checkpoint
     * @param anchors where heads are put outside the database
     * @param verification what the last verification said, if there was one since the start
     */
    record State(List<Tree> trees, List<AnchorState> anchors, Verifications.@Nullable Report verification) {
        State {
            trees = List.copyOf(trees);
            anchors = List.copyOf(anchors);
        }
    }

    /**
     * A tenant's tree of records.
     *
     * @param size records that have their index
     * @param signed records under the last signed checkpoint
     * @param problem why no more is signed, if that is so
     */
    record Tree(
            String name, long size, long signed, @Nullable String problem) {}

    static Html of(State state, AdminAccess.Session session) {
        List<Html> pairs = new ArrayList<>();
        for (Tree tree : state.trees()) {
            pairs.add(tag("dt", "", tree.name()));
            String problem = tree.problem();
            pairs.add(tag(
                    "dd",
                    "",
                    text(tree.size() + " records, " + tree.signed() + " signed"),
                    problem == null ? Html.EMPTY : tag("div", "warning", "✗ " + problem)));
        }
        state.anchors().forEach(anchor -> pairs.add(anchor(anchor)));
        Html trees = pairs.isEmpty() ? tag("p", "empty", "No checkpoint yet.") : tag("dl", "pairs", concat(pairs));
        return PageShell.part(
                "evidence",
                "",
                tag("h2", "", "Evidence"),
                notice(state.verification()),
                trees,
                PageShell.form("/verify", session, "", PageShell.button("", "", "", "Verify now")));
    }

    private static Html anchor(AnchorState state) {
        Instant at = state.confirmedAt();
        String problem = state.problem();
        return concat(
                tag("dt", "", "anchor " + state.anchor()),
                tag(
                        "dd",
                        "",
                        text(at == null ? "no head there yet" : "head of " + state.size() + " at " + at),
                        problem == null ? Html.EMPTY : tag("div", "warning", "✗ " + problem)));
    }

    private static Html notice(Verifications.@Nullable Report verification) {
        if (verification == null) {
            return tag("p", "notice", "Not verified since this server started.");
        }
        return tag(
                "p",
                "notice " + (verification.intact() ? Tone.GOOD : Tone.BAD).style(),
                text((verification.intact() ? "✓ " : "✗ ") + verification.said() + " · "),
                CallsPanel.time(verification.at()));
    }

    /** The state in the page's header. */
    static Html pill(State state) {
        Verifications.Report verification = state.verification();
        long size = state.trees().stream().mapToLong(Tree::size).sum();
        boolean refused = state.trees().stream().anyMatch(tree -> tree.problem() != null);
        if (refused || (verification != null && !verification.intact())) {
            return pill("pill bad", "✗ evidence was altered");
        }
        return verification == null ? pill("pill", size + " records") : pill("pill good", "✓ " + verification.said());
    }

    private static Html pill(String style, String said) {
        return tag("span", List.of(new Attribute("class", style), new Attribute("data-part", "state")), text(said));
    }
}
