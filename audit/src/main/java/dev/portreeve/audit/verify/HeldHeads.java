package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.TlogProof;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Signed heads that somebody kept, to be compared with a log: what shows that its owner showed others another history.
 * Immutable.
 */
public final class HeldHeads {
    private static final int MOST_BYTES = 16 << 20;
    private static final String HEAD_FILE = ".checkpoint";
    private static final int MOST_HEADS = 1_000_000;
    /** Of a tenant in a bundle, which has one for each second in which something was recorded. The newest speaks for all before it. */
    private static final int MOST_OF_TENANT = 4096;

    private final List<String> notes;

    private HeldHeads(List<String> notes) {
        this.notes = List.copyOf(notes);
    }

    /** Nobody kept any. */
    public static HeldHeads none() {
        return new HeldHeads(List.of());
    }

    /**
     * Reads what was kept: a file of one or more signed heads, each followed by an empty line; or another evidence bundle, whose
     * heads are meant; or a folder of heads, as a file anchor leaves them.
     *
     * @throws IOException if it cannot be read or holds none; says what
     */
    public static HeldHeads read(Path kept) throws IOException {
        List<String> notes = new ArrayList<>();
        try {
            if (Files.isDirectory(kept) && !Files.exists(kept.resolve(BundleNames.MANIFEST))) {
                return ofFolder(kept);
            }
            if (Files.isDirectory(kept) || isZip(kept)) {
                try (BundleFiles bundle = open(kept)) {
                    for (String name : new TreeSet<>(bundle.names())) {
                        if (name.endsWith("/" + BundleNames.CHECKPOINTS)) {
                            readThinned(name, bundle.open(name), notes);
                        } else if (name.endsWith("/" + BundleNames.HEAD_PROOF)) {
                            readProof(bundle.open(name), notes);
                        } else if (name.endsWith("/" + BundleNames.ANCHORS)) {
                            anchors(name, bundle.open(name), notes);
                        }
                    }
                }
            } else if (Files.size(kept) <= MOST_BYTES) {
                read(kept.toString(), Files.newInputStream(kept), notes);
            } else {
                throw new IllegalArgumentException("it is too large for a file of heads, and no bundle");
            }
        } catch (IllegalArgumentException | UnreadableLog e) {
            throw new IOException("'" + kept + "' cannot be read: " + e.getMessage(), e);
        }
        if (notes.isEmpty()) {
            throw new IOException("'" + kept + "' holds no signed head: give a checkpoint, or an evidence bundle");
        }
        return new HeldHeads(notes);
    }

    /** The heads over all tenants that anchors held by then. */
    private static void anchors(String name, InputStream in, List<String> notes) throws IOException {
        try (ExportedLines lines = new ExportedLines(name, in)) {
            for (byte[] line = lines.next(); line != null && notes.size() <= MOST_HEADS; line = lines.next()) {
                Map<String, Object> json = Json.readObject(new String(line, StandardCharsets.UTF_8));
                notes.add(TlogProof.parse(Json.string(json, "proof")).note().toString());
            }
        }
    }

    static boolean isZip(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(2);
            return start.length == 2 && start[0] == 'P' && start[1] == 'K';
        }
    }

    static BundleFiles open(Path bundle) throws IOException {
        return Files.isDirectory(bundle) ? new BundleFolder(bundle) : new BundleZip(bundle);
    }

    /** The head of the tree over all tenants' heads; that the proof leads to it does not matter here. */
    private static void readProof(InputStream in, List<String> notes) throws IOException {
        try (in) {
            String text = new String(in.readNBytes(TlogProof.MOST_CHARS), StandardCharsets.UTF_8);
            notes.add(TlogProof.parse(text).note().toString());
        }
    }

    private static void read(String name, InputStream in, List<String> notes) throws IOException {
        try (in) {
            for (Iterator<TreeCheck.Note> each = new ExportedNotes(new ExportedLines(name, in)); each.hasNext(); ) {
                String note = each.next().text();
                // A kept head is followed by more than a head.
                SignedNote.parse(note);
                notes.add(note);
                if (notes.size() > MOST_HEADS) {
                    throw new IllegalArgumentException("more than " + MOST_HEADS + " heads");
                }
            }
        }
    }

    /** The newest, and of those before it every so many, so that what is kept is bounded. */
    private static void readThinned(String name, InputStream in, List<String> notes) throws IOException {
        List<String> kept = new ArrayList<>();
        String newest = null;
        long stride = 1;
        try (in) {
            Iterator<TreeCheck.Note> each = new ExportedNotes(new ExportedLines(name, in));
            for (long read = 0; each.hasNext(); read++) {
                newest = each.next().text();
                SignedNote.parse(newest);
                if (read % stride == 0) {
                    kept.add(newest);
                }
                if (kept.size() > MOST_OF_TENANT) {
                    List<String> fewer = new ArrayList<>();
                    for (int i = 0; i < kept.size(); i += 2) {
                        fewer.add(kept.get(i));
                    }
                    kept = fewer;
                    stride *= 2;
                }
            }
        }
        notes.addAll(kept);
        if (newest != null && !newest.equals(kept.getLast())) {
            notes.add(newest);
        }
        if (notes.size() > MOST_HEADS) {
            throw new IllegalArgumentException("more than " + MOST_HEADS + " heads");
        }
    }

    /** The heads of the tree over all tenants' heads, as far as this key signed them. */
    List<Checkpoint> ofInstance(VerifierKey key) {
        return of(key, new Findings()).getOrDefault(TenantName.NONE, List.of());
    }

    /**
     * The heads in the folder of a file anchor, or in one that objects of a bucket were copied to.
     *
     * @throws IOException if it cannot be read or holds none
     */
    public static HeldHeads ofFolder(Path folder) throws IOException {
        List<String> notes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(HEAD_FILE))
                    .sorted()
                    .toList()) {
                if (Files.size(file) > MOST_BYTES) {
                    throw new IOException("'" + file + "' is too large for a head");
                }
                read(file.toString(), Files.newInputStream(file), notes);
            }
        } catch (IllegalArgumentException | UnreadableLog e) {
            throw new IOException("'" + folder + "' cannot be read: " + e.getMessage(), e);
        }
        if (notes.isEmpty()) {
            throw new IOException("'" + folder + "' holds no signed head");
        }
        return new HeldHeads(notes);
    }

    /** Whether exactly this signed head is among them. */
    boolean holds(SignedNote head) {
        return notes.contains(head.toString());
    }

    boolean isEmpty() {
        return notes.isEmpty();
    }

    private static @Nullable String tenant(Checkpoint head, VerifierKey key) {
        String before = key.name() + "/";
        if (head.origin().equals(key.name())) {
            return TenantName.NONE;
        }
        return head.origin().startsWith(before)
                ? TenantName.unescape(head.origin().substring(before.length()))
                : null;
    }

    /** The heads by tenant, those over all under {@link TenantName#NONE}, as far as this key signed them; the others are said. */
    Map<String, List<Checkpoint>> of(VerifierKey key, Findings findings) {
        Map<String, List<Checkpoint>> heads = new TreeMap<>();
        Map<String, Map<Long, Checkpoint>> bySize = new HashMap<>();
        boolean other = false;
        for (String text : notes) {
            SignedNote note = SignedNote.parse(text);
            try {
                Checkpoint head = Checkpoint.parse(note.text());
                String tenant = tenant(head, key);
                if (tenant != null && key.forTenant(tenant).check(note) == VerifierKey.Check.VALID) {
                    if (!head.equals(bySize.computeIfAbsent(tenant, name -> new HashMap<>())
                            .computeIfAbsent(head.size(), size -> head))) {
                        forked(tenant, head.size(), findings);
                    }
                    heads.computeIfAbsent(tenant, name -> new ArrayList<>()).add(head);
                    continue;
                }
            } catch (IllegalArgumentException e) {
                findings.add(
                        Finding.Kind.BAD_CHECKPOINT,
                        BundleCheck.EVERY_TENANT,
                        null,
                        null,
                        "a head you hold is none: " + e.getMessage());
                continue;
            }
            if (!other) {
                other = true;
                String log = Plain.text(note.text().lines().findFirst().orElse("?"));
                String detail = "a head you hold, of \"" + log + "\", was not signed with the key " + key;
                findings.add(Finding.Kind.OTHER_KEY, BundleCheck.EVERY_TENANT, null, null, detail);
            }
        }
        return heads;
    }

    private static void forked(String tenant, long size, Findings findings) {
        boolean all = tenant.equals(TenantName.NONE);
        findings.add(
                Finding.Kind.FORKED,
                all ? BundleCheck.EVERY_TENANT : tenant,
                null,
                null,
                "forked: two heads you hold, of " + size + (all ? " tenants' heads" : " records")
                        + " each, are signed and differ: somebody was shown another history");
    }
}
