package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds heads of the tree over all tenants that are known outside against the tree as it is. Such a head was once signed and given away: a
 * tree that is smaller was rolled back, one with another root rewritten. For one thread.
 */
final class OutsideHeads {
    private final Findings findings;
    private final CompactRange tree = CompactRange.empty();
    private final List<Source> sources = new ArrayList<>();

    /** What is known from one place, by size. */
    private static final class Source {
        private final Iterator<Known> heads;
        private @Nullable Known next;
        private long fits;
        private boolean parted;

        Source(Iterator<Known> heads) {
            this.heads = heads;
            advance();
        }

        void advance() {
            next = heads.hasNext() ? heads.next() : null;
        }
    }

    /**
     * A head, and who holds it.
     *
     * @param who in words that begin a sentence
     */
    record Known(String who, Checkpoint head) {}

    OutsideHeads(Findings findings) {
        this.findings = findings;
    }

    /** Adds what one place knows, the smallest size first. */
    void add(Iterator<Known> heads) {
        sources.add(new Source(heads));
    }

    /**
     * Adds those heads over all tenants that somebody holds and this log's key signed.
     *
     * @param strangers hears of the others
     */
    void add(HeldHeads held, String who, VerifierKey key, Findings strangers) {
        Map<String, List<Checkpoint>> heads = held.of(key, strangers);
        add(heads.getOrDefault(TenantName.NONE, List.of()).stream()
                .sorted(Comparator.comparingLong(Checkpoint::size))
                .map(head -> new Known(who, head))
                .iterator());
    }

    /** The next leaf of the tree. */
    void leaf(byte[] hash) {
        tree.append(hash);
        for (Source source : sources) {
            for (Known next = source.next; next != null && next.head().size() <= tree.size(); next = source.next) {
                compare(source, next);
                source.advance();
            }
        }
    }

    private void compare(Source source, Known known) {
        if (Arrays.equals(known.head().root(), tree.root())) {
            source.fits = known.head().size();
        } else if (!source.parted) {
            source.parted = true;
            findings.add(
                    Finding.Kind.FORKED,
                    BundleCheck.EVERY_TENANT,
                    source.fits,
                    null,
                    "forked: " + known.who() + " of " + known.head().size()
                            + " tenants' heads is of another history than this database; the two part at one of the"
                            + " indexes " + source.fits + " to " + (known.head().size() - 1)
                            + " of the tree over all tenants");
        }
    }

    /** After the last leaf. */
    void end() {
        for (Source source : sources) {
            Known most = null;
            for (Known next = source.next; next != null; next = source.next) {
                most = next;
                source.advance();
            }
            if (most != null) {
                findings.add(
                        Finding.Kind.TRUNCATED,
                        BundleCheck.EVERY_TENANT,
                        tree.size(),
                        null,
                        "rolled back: " + most.who() + " covers " + most.head().size()
                                + " tenants' heads, the database has only " + tree.size()
                                + ": it lost records, perhaps it was restored from a backup");
            }
        }
    }

    /** The head in this note, if it is one and the key signed it. */
    static @Nullable Checkpoint signed(String note, VerifierKey key) {
        try {
            SignedNote parsed = SignedNote.parse(note);
            return key.check(parsed) == VerifierKey.Check.VALID ? Checkpoint.parse(parsed.text()) : null;
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
