package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.KeySuccession;
import dev.portreeve.audit.log.TreeHash;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.TlogProof;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks the proofs in a bundle that its tenants' heads are leaves of the tree over all tenants' heads: one head of that tree, which
 * somebody outside keeps, then speaks for them. The proofs name no other tenant. For one thread.
 */
final class HeadProofs {
    private final VerifierKey key;
    private final Findings findings;
    private final AssuranceText assurance;
    /** The heads of that tree that are known, by size: those somebody holds, and those of this bundle. */
    private final Map<Long, Checkpoint> known = new TreeMap<>();

    private final Map<Long, Checkpoint> held = new TreeMap<>();

    /** @param held heads of that tree that somebody kept */
    HeadProofs(VerifierKey key, List<Checkpoint> held, Findings findings, AssuranceText assurance) {
        this.key = key;
        this.findings = findings;
        this.assurance = assurance;
        held.forEach(head -> {
            this.held.put(head.size(), head);
            known.put(head.size(), head);
        });
    }

    /**
     * Checks one.
     *
     * @param text of the proof
     * @param head the tenant's signed head that it is about, as it is stored; {@code null} if that is not there
     * @return whether it holds and a key signed it of which no end is known
     * @throws IllegalArgumentException if it is no proof
     */
    boolean check(String tenant, String text, @Nullable String head) {
        TlogProof proof = TlogProof.parse(text);
        Checkpoint instance = proof.checkpoint();
        KeySuccession succession = new KeySuccession(key, Chronicle.CLOCKS);
        if (!isSigned(tenant, proof, succession)) {
            return false;
        }
        if (head == null || !Arrays.equals(root(proof, head), instance.root())) {
            findings.add(
                    Finding.Kind.BAD_BUNDLE,
                    tenant,
                    null,
                    null,
                    "the proof that its head is in the tree over all tenants' heads does not lead to the head of that tree");
            return false;
        }
        Checkpoint other = known.putIfAbsent(instance.size(), instance);
        if (other != null && !other.equals(instance)) {
            findings.add(
                    Finding.Kind.FORKED,
                    tenant,
                    null,
                    null,
                    "forked: two heads of the tree over all tenants' heads, of " + instance.size()
                            + " each, are signed and differ: somebody is shown another history");
            return false;
        }
        assurance.inInstance(tenant, instance.size(), held.containsKey(instance.size()));
        String late = succession.judge(instance.size(), null);
        return late == null && succession.onlyRetired() == null;
    }

    private boolean isSigned(String tenant, TlogProof proof, KeySuccession succession) {
        String origin = proof.checkpoint().origin();
        VerifierKey.Check check = succession.check(proof.note());
        if (check == VerifierKey.Check.VALID && origin.equals(key.name())) {
            return true;
        }
        String flaw = switch (check) {
            case OTHER_KEY -> "was not signed with the key " + key;
            case INVALID -> "has a wrong signature";
            case VALID -> "belongs to the log \"" + Plain.text(origin) + "\"";
        };
        findings.add(
                check == VerifierKey.Check.OTHER_KEY ? Finding.Kind.OTHER_KEY : Finding.Kind.BAD_CHECKPOINT,
                tenant,
                null,
                null,
                "the head over all tenants' heads in the proof of its head " + flaw);
        return false;
    }

    private static byte @Nullable [] root(TlogProof proof, String head) {
        try {
            return proof.inclusion().root(new TreeHash().leaf(head.getBytes(StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException wrongLength) {
            return null;
        }
    }
}
