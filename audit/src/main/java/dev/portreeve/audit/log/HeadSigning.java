package dev.portreeve.audit.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Signs the heads of trees that grew: the tenants', and over these the one of all tenants, whose leaves they are. Used by the
 * sequencer, in its turn.
 */
final class HeadSigning {
    private final LogSigner signer;
    private final KeptHeads heads;
    private final Sequencer.Steps steps;
    private final BiConsumer<String, String> refusal;
    private final TreeHash hash = new TreeHash();

    /** @param refusal hears which tenant's log cannot be signed any more, and why */
    HeadSigning(LogSigner signer, KeptHeads heads, Sequencer.Steps steps, BiConsumer<String, String> refusal) {
        this.signer = signer;
        this.heads = heads;
        this.steps = steps;
        this.refusal = refusal;
    }

    /** Signs only what is committed, and keeps the head outside before anybody can see it. */
    void sign(SequencerSession elected, Map<String, TenantTree> trees) throws SQLException {
        TenantTree instance = trees.get(TenantName.NONE);
        List<TenantTree> grown = trees.values().stream()
                .filter(tree -> tree.grew() && !tree.tenant().equals(TenantName.NONE))
                .toList();
        List<TenantTree> signed = new ArrayList<>();
        List<SequencerSession.SequencedHead> leaves = new ArrayList<>();
        List<SequencerSession.Node> nodes = new ArrayList<>();
        for (TenantTree tree : grown) {
            SignedNote note = signAndKeep(tree);
            if (note != null) {
                steps.done(Sequencer.Step.KEPT);
                elected.insert(tree.tenant(), Checkpoint.parse(note.text()), note);
                if (instance != null) {
                    addTo(instance, tree, note, leaves, nodes);
                }
                signed.add(tree);
            }
        }
        if (!signed.isEmpty()) {
            elected.insertHeads(leaves);
            elected.insertNodes(nodes);
            elected.commit();
            signed.forEach(TenantTree::signed);
            steps.done(Sequencer.Step.SIGNED);
        }
        if (instance != null && instance.grew()) {
            signInstance(elected, instance);
        }
    }

    private void addTo(
            TenantTree instance,
            TenantTree tree,
            SignedNote note,
            List<SequencerSession.SequencedHead> leaves,
            List<SequencerSession.Node> nodes) {
        byte[] leafHash = hash.leaf(note.toString().getBytes(StandardCharsets.UTF_8));
        leaves.add(new SequencerSession.SequencedHead(instance.size(), tree.tenant(), tree.size(), leafHash));
        instance.append(
                leafHash,
                (level, index, root) -> nodes.add(new SequencerSession.Node(TenantName.NONE, level, index, root)));
    }

    /** The head over all tenants' heads: these are committed by now. */
    private void signInstance(SequencerSession elected, TenantTree instance) throws SQLException {
        SignedNote note = signAndKeep(instance);
        if (note != null) {
            steps.done(Sequencer.Step.INSTANCE_KEPT);
            elected.insert(TenantName.NONE, Checkpoint.parse(note.text()), note);
            elected.commit();
            instance.signed();
            steps.done(Sequencer.Step.INSTANCE_SIGNED);
        }
    }

    private @Nullable SignedNote signAndKeep(TenantTree tree) {
        SignedNote note = signer.sign(tree.head(signer.verifierKey()));
        try {
            heads.keep(tree.tenant(), note, tree.range());
            return note;
        } catch (IOException e) {
            refusal.accept(tree.tenant(), "the signed head cannot be kept outside the database: " + e);
            return null;
        }
    }
}
