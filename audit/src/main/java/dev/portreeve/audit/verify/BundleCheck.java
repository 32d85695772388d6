package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.CompactRange;
import dev.portreeve.audit.log.KeySuccession;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.audit.log.TenantName;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.proof.TlogProof;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Checks an evidence bundle, offline. Trusts nothing in it. For one thread. */
final class BundleCheck {
    static final String EVERY_TENANT = "*";
    private static final int MOST_MANIFEST_BYTES = 64 << 20;
    private static final int MOST_SMALL_BYTES = TlogProof.MOST_CHARS;
    private final Path bundle;
    private final @Nullable VerifierKey given;
    private final HeldHeads held;
    private final Outside outside;
    private List<Checkpoint> heldOverAll = List.of();
    private final Findings findings;
    private final Progress progress;
    private final FileDigests digests = new FileDigests();
    private final AssuranceText assurance;
    private @Nullable BundleAsked asked;
    private @Nullable HeadProofs proofs;

    BundleCheck(
            Path bundle,
            @Nullable VerifierKey given,
            HeldHeads held,
            Outside outside,
            Findings findings,
            Progress progress) {
        this.outside = outside;
        this.bundle = bundle;
        this.given = given;
        this.held = held;
        this.findings = findings;
        this.progress = progress;
        this.assurance = new AssuranceText(given != null, !held.isEmpty());
    }

    /** What was asked for when it was made; {@code null} if that cannot be read. To be asked after {@link #run}. */
    @Nullable
    BundleAsked asked() {
        return asked;
    }

    Checked run() {
        String tenant = EVERY_TENANT;
        VerifierKey key = given;
        try (BundleFiles files = HeldHeads.open(bundle)) {
            TreeSet<String> names = new TreeSet<>(files.names());
            VerifierKey used = given == null ? VerifierKey.parse(small(files, BundleNames.KEY)) : given;
            key = used;
            Manifest manifest = manifest(files, used);
            asked = manifest.asked();
            compareNames(names, manifest);
            Map<String, List<Checkpoint>> heads = held.of(used, findings);
            heldOverAll = held.ofInstance(used);
            proofs = new HeadProofs(used, heldOverAll, findings, assurance);
            heads.remove(TenantName.NONE);
            for (Manifest.Part part : manifest.parts()) {
                tenant = part.tenant();
                one(files, used, manifest, part, heads.getOrDefault(tenant, List.of()));
                heads.remove(tenant);
            }
            heads.keySet().forEach(assurance::notCompared);
            tenant = EVERY_TENANT;
            compareFiles(files, manifest);
            assurance.manifest(manifest);
        } catch (IOException | UnreadableLog | IllegalArgumentException e) {
            unreadable(tenant, e);
        }
        Verification verification = findings.verification();
        return new Checked(verification, assurance.of(verification), key);
    }

    private void unreadable(String tenant, Exception e) {
        uncheckable(
                tenant,
                e instanceof NoSuchFileException missing
                        ? "'" + Plain.text(String.valueOf(missing.getFile())) + "' is missing"
                        : "the bundle cannot be read: " + e.getMessage());
    }

    /** What of one tenant cannot be read does not hide what was done to another. */
    private void one(
            BundleFiles files, VerifierKey key, Manifest manifest, Manifest.Part part, List<Checkpoint> heads) {
        try {
            check(files, key, manifest, part, heads);
        } catch (IOException | UnreadableLog | IllegalArgumentException e) {
            unreadable(part.tenant(), e);
            // Perhaps not read to their end: they are read again.
            digests.forget(BundleNames.of(part.tenant(), ""));
        }
    }

    private void uncheckable(String tenant, String detail) {
        findings.add(Finding.Kind.UNCHECKABLE, tenant, null, null, detail);
    }

    private void bad(String tenant, String detail) {
        findings.add(Finding.Kind.BAD_BUNDLE, tenant, null, null, detail);
    }

    private Manifest manifest(BundleFiles files, VerifierKey key) throws IOException {
        String text;
        try (InputStream in = files.open(BundleNames.MANIFEST)) {
            byte[] bytes = in.readNBytes(MOST_MANIFEST_BYTES + 1);
            if (bytes.length > MOST_MANIFEST_BYTES) {
                throw new IllegalArgumentException("its manifest is too long");
            }
            text = new String(bytes, StandardCharsets.UTF_8);
        }
        SignedNote note = SignedNote.parse(text);
        KeySuccession succession = new KeySuccession(key, Chronicle.CLOCKS);
        VerifierKey.Check check = succession.check(note);
        switch (check) {
            case VALID -> {
                // As it should be.
            }
            case INVALID -> bad(EVERY_TENANT, "its manifest has a wrong signature: its text was changed");
            case OTHER_KEY ->
                findings.add(
                        Finding.Kind.OTHER_KEY,
                        EVERY_TENANT,
                        null,
                        null,
                        "its manifest was not signed with the key " + key);
        }
        Manifest manifest = Manifest.parse(note.text());
        if (check == VerifierKey.Check.VALID) {
            retired(manifest, succession);
        }
        return manifest;
    }

    /** A former key cannot have signed what was made after its time; what was made before says so itself only. */
    private void retired(Manifest manifest, KeySuccession succession) {
        String late = succession.judge(0, null);
        Instant until = succession.onlyRetired();
        if (late == null && until != null) {
            assurance.retired("the manifest", until);
            if (!manifest.madeAt().isBefore(until)) {
                findings.add(
                        Finding.Kind.RETIRED_KEY,
                        EVERY_TENANT,
                        null,
                        null,
                        "its manifest was signed with a key alone that counts for nothing after " + until
                                + ", but says that it was made at " + manifest.madeAt());
            }
        }
    }

    private void compareNames(TreeSet<String> names, Manifest manifest) {
        for (String name : names) {
            if (!manifest.files().containsKey(name) && !name.equals(BundleNames.MANIFEST)) {
                bad(EVERY_TENANT, "file \"" + name + "\" is in it, but not in its manifest");
            }
        }
        for (Manifest.Part part : manifest.parts()) {
            String records = BundleNames.of(part.tenant(), BundleNames.RECORDS);
            if (!manifest.files().containsKey(records)) {
                throw new IllegalArgumentException("its manifest names no file \"" + records + "\"");
            }
        }
    }

    private void check(
            BundleFiles files, VerifierKey key, Manifest manifest, Manifest.Part part, List<Checkpoint> heads)
            throws IOException {
        String tenant = part.tenant();
        int harms = findings.harms();
        List<byte[]> left = part.first() == 0 ? List.of() : hashes(files, BundleNames.of(tenant, BundleNames.LEFT));
        List<byte[]> right =
                part.size() == part.end() ? List.of() : hashes(files, BundleNames.of(tenant, BundleNames.RIGHT));
        BundleAnchors anchors = anchors(files, key, manifest, tenant);
        try (ExportedLines records = lines(files, tenant, BundleNames.RECORDS);
                ExportedLines hashes = lines(files, tenant, BundleNames.HASHES);
                ExportedLines notes = lines(files, tenant, BundleNames.CHECKPOINTS)) {
            TreeCheck check = new TreeCheck(
                    tenant,
                    key,
                    CompactRange.of(part.first(), left),
                    anchors.watching(new ExportedNotes(notes)),
                    new TreeCheck.Known(null, heads),
                    findings);
            Chronicle chronicle = new Chronicle(tenant, findings);
            new LineMatch(part, records, hashes, check, chronicle, findings, progress).run();
            long found = check.position() - part.first();
            if (found == part.records() && part.size() > part.end()) {
                check.rest(part.size(), right);
                check.confirmed(head -> progress.confirmed(tenant, head));
            }
            check.end(Finding.Kind.UNCHECKABLE);
            chronicle.end();
            chronicle.dropped(part.dropped());
            promised(part, found);
            assurance.tree(manifest, part, heads, check.continued());
            vouch(files, manifest, part, check, findings.harms() == harms);
            compareHeads(manifest, part, heads, check.continued());
            exhaust(records, hashes, notes);
        }
        if (findings.harms() == harms) {
            anchors.end();
            compareDigests(manifest, BundleNames.of(tenant, ""));
        }
    }

    /** Of a tree that is not what was signed, the proof of its head would say nothing more. */
    private void vouch(BundleFiles files, Manifest manifest, Manifest.Part part, TreeCheck check, boolean sound)
            throws IOException {
        Instant until = check.onlyRetired();
        if (!(sound && vouched(files, manifest, part, check)) && until != null) {
            assurance.retired("tenant \"" + Plain.text(part.tenant()) + "\": the newest head", until);
        }
    }

    /** Whether the tree over all tenants' heads has the newest head here, by a key that signs still. */
    private boolean vouched(BundleFiles files, Manifest manifest, Manifest.Part part, TreeCheck check)
            throws IOException {
        String name = BundleNames.of(part.tenant(), BundleNames.HEAD_PROOF);
        if (!manifest.files().containsKey(name)) {
            assurance.notInInstance(part.tenant());
            return false;
        }
        return proofs != null && proofs.check(part.tenant(), small(files, name), check.newestHead());
    }

    private BundleAnchors anchors(BundleFiles files, VerifierKey key, Manifest manifest, String tenant)
            throws IOException {
        BundleAnchors anchors = new BundleAnchors(tenant, key, outside, heldOverAll, findings);
        if (manifest.files().containsKey(BundleNames.of(tenant, BundleNames.ANCHORS))) {
            try (ExportedLines lines = lines(files, tenant, BundleNames.ANCHORS)) {
                anchors.read(lines);
            }
        }
        return anchors;
    }

    private void promised(Manifest.Part part, long found) {
        if (found != part.records()) {
            findings.add(
                    Finding.Kind.TRUNCATED,
                    part.tenant(),
                    part.first() + found,
                    null,
                    "the manifest promises " + part.records() + " records, the files have " + found);
        }
    }

    /** Heads somebody holds that could not be compared, because the records they end at are not in this bundle. */
    private void compareHeads(Manifest manifest, Manifest.Part part, List<Checkpoint> heads, long continued) {
        long newest = heads.stream().mapToLong(Checkpoint::size).max().orElse(0);
        if (newest > part.size() && manifest.toTheEnd()) {
            findings.add(
                    Finding.Kind.TRUNCATED,
                    part.tenant(),
                    part.size(),
                    null,
                    "truncated: the head you hold covers " + newest + " records, this bundle of the whole log only "
                            + part.size() + ": the log was cut back, or the bundle is older than the head");
        } else if (!heads.isEmpty() && continued < 0 && findings.harms() == 0) {
            uncheckable(
                    part.tenant(),
                    "no head you hold ends in this bundle's records " + part.first() + " to "
                            + (part.first() + part.records() - 1) + ": ask for a bundle that begins at or before the"
                            + " size of your head");
        }
    }

    private static void exhaust(ExportedLines... files) {
        for (ExportedLines each : files) {
            while (each.next() != null) {
                continue;
            }
        }
    }

    private ExportedLines lines(BundleFiles files, String tenant, String file) throws IOException {
        String name = BundleNames.of(tenant, file);
        return new ExportedLines(name, digests.reading(files, name));
    }

    private String small(BundleFiles files, String name) throws IOException {
        try (InputStream in = digests.reading(files, name)) {
            byte[] bytes = in.readNBytes(MOST_SMALL_BYTES + 1);
            if (bytes.length > MOST_SMALL_BYTES) {
                throw new IllegalArgumentException("'" + name + "' is too long");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private List<byte[]> hashes(BundleFiles files, String name) throws IOException {
        List<byte[]> hashes = new ArrayList<>();
        small(files, name)
                .lines()
                .forEach(line -> hashes.add(Base64.getDecoder().decode(line)));
        return hashes;
    }

    /** Files that no tree speaks for, and those of no tenant. */
    private void compareFiles(BundleFiles files, Manifest manifest) throws IOException {
        byte[] buffer = new byte[MOST_SMALL_BYTES];
        for (String name : manifest.files().keySet()) {
            if (!digests.isKnown(name)) {
                try (InputStream in = digests.reading(files, name)) {
                    while (in.read(buffer, 0, buffer.length) >= 0) {
                        continue;
                    }
                }
            }
        }
        if (findings.harms() == 0) {
            compareDigests(manifest, "");
        }
    }

    /** Where a tree says what is wrong, that a digest differs says nothing more. */
    private void compareDigests(Manifest manifest, String under) {
        manifest.files().forEach((name, sum) -> {
            if (name.startsWith(under) && digests.differs(name, sum)) {
                bad(EVERY_TENANT, "file \"" + name + "\" is not the one its manifest names");
            }
        });
    }
}
