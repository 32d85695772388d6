package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.TlogProof;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * What a bundle says that anchors hold of a tenant: each line leads from a signed head of the tenant, which the bundle's records are checked
 * against, over a head of all tenants to an anchor's receipt. For one thread.
 */
final class BundleAnchors {
    private static final int MOST = 64;
    private final String tenant;
    private final VerifierKey key;
    private final Outside outside;
    private final List<Checkpoint> held;
    private final Findings findings;
    private final List<Line> lines = new ArrayList<>();

    /** A line, and whether its head was seen among those of the tenant. */
    private static final class Line {
        private final String leaf;
        private final TlogProof proof;
        private final Outside.Receipt receipt;
        private boolean seen;

        Line(String leaf, TlogProof proof, Outside.Receipt receipt) {
            this.leaf = leaf;
            this.proof = proof;
            this.receipt = receipt;
        }
    }

    /**
     * @param key the log's
     * @param held heads over all tenants that somebody keeps
     */
    BundleAnchors(String tenant, VerifierKey key, Outside outside, List<Checkpoint> held, Findings findings) {
        this.tenant = tenant;
        this.key = key;
        this.outside = outside;
        this.held = held;
        this.findings = findings;
    }

    /** @throws IllegalArgumentException if a line is none, or there are too many */
    void read(ExportedLines file) {
        for (byte[] line = file.next(); line != null; line = file.next()) {
            if (lines.size() == MOST) {
                throw new IllegalArgumentException("more than " + MOST + " anchors");
            }
            Map<String, Object> json = Json.readObject(new String(line, StandardCharsets.UTF_8));
            TlogProof proof = TlogProof.parse(Json.string(json, "proof"));
            lines.add(new Line(
                    Json.string(json, "leaf"),
                    proof,
                    new Outside.Receipt(
                            Json.string(json, "anchor"),
                            Json.string(json, "kind"),
                            proof.note(),
                            Json.string(json, "place"),
                            Base64.getDecoder().decode(Json.string(json, "receipt")),
                            WrittenTime.require(Json.string(json, "at")))));
        }
    }

    /** Passes the tenant's signed heads on, and looks for those that anchors hold. */
    Iterator<TreeCheck.Note> watching(Iterator<TreeCheck.Note> notes) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return notes.hasNext();
            }

            @Override
            public TreeCheck.Note next() {
                TreeCheck.Note note = notes.next();
                lines.forEach(line -> line.seen |= line.leaf.equals(note.text()));
                return note;
            }
        };
    }

    /** Says what they are worth, once the tenant's heads were found to be those of its records. */
    void end() {
        for (Line line : lines) {
            String anchor = "anchor \"" + Plain.text(line.receipt.anchor()) + "\": ";
            String flaw = line.seen
                    ? line.proof.flaw(line.leaf.getBytes(StandardCharsets.UTF_8), key)
                    : "the head of this tenant it is about is not among the bundle's";
            if (flaw != null) {
                findings.add(Finding.Kind.BAD_BUNDLE, tenant, null, null, anchor + Plain.text(flaw));
            } else {
                worth(line, anchor);
            }
        }
    }

    private void worth(Line line, String anchor) {
        long covered = Checkpoint.parse(SignedNote.parse(line.leaf).text()).size();
        String under = "; under it are this tenant's records up to index " + (covered - 1);
        Outside.Worth worth = outside.worth(line.receipt, key);
        Checkpoint head = line.proof.checkpoint();
        for (Checkpoint kept : held) {
            if (kept.size() == head.size() && !Arrays.equals(kept.root(), head.root())) {
                findings.add(
                        Finding.Kind.FORKED,
                        tenant,
                        null,
                        null,
                        anchor + "forked: the head you hold of " + kept.size()
                                + " tenants' heads was signed for another history than the one in this bundle");
                return;
            }
            if (kept.size() == head.size() && worth.kind() == Finding.Kind.CLAIMED) {
                worth = new Outside.Worth(
                        Finding.Kind.ANCHORED,
                        anchor + "you hold the same head of " + kept.size()
                                + " tenants' heads that it is said to hold at " + Plain.text(line.receipt.place())
                                + " since " + line.receipt.at());
            }
        }
        findings.add(worth.kind(), tenant, null, null, worth.detail() + under);
    }
}
