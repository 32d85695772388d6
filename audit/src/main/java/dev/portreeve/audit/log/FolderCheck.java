package dev.portreeve.audit.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Checks an exported folder. For one thread. */
final class FolderCheck {
    private final Path folder;
    private final VerifierKey key;
    private final Findings findings;
    private final Progress progress;

    /** A line of the manifest. */
    private record Part(String tenant, long first, long records) {}

    FolderCheck(Path folder, VerifierKey key, Findings findings, Progress progress) {
        this.folder = folder;
        this.key = key;
        this.findings = findings;
        this.progress = progress;
    }

    void run() {
        String tenant = AuditExport.EVERY_TENANT;
        try {
            for (Part part : parts()) {
                tenant = part.tenant();
                check(part);
            }
        } catch (NoSuchFileException e) {
            uncheckable(tenant, "'" + e.getFile() + "' is missing");
        } catch (IOException | UnreadableLog | IllegalArgumentException e) {
            uncheckable(tenant, "the export cannot be read: " + e.getMessage());
        }
    }

    private void uncheckable(String tenant, String detail) {
        findings.add(Finding.Kind.UNCHECKABLE, tenant, null, null, detail);
    }

    private List<Part> parts() throws IOException {
        List<Part> parts = new ArrayList<>();
        List<String> lines = Files.readAllLines(folder.resolve(ExportFolder.MANIFEST), StandardCharsets.UTF_8);
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            String[] fields = line.split("\t", -1);
            if (fields.length != 3) {
                throw new IllegalArgumentException("a line of " + ExportFolder.MANIFEST + " has not three fields");
            }
            parts.add(new Part(TenantName.unescape(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2])));
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException(ExportFolder.MANIFEST + " names no tenant");
        }
        return parts;
    }

    private void check(Part part) throws IOException {
        Path files = folder.resolve(TenantName.escape(part.tenant()));
        try (ExportedLines records = new ExportedLines(files.resolve(ExportFolder.RECORDS));
                ExportedLines hashes = new ExportedLines(files.resolve(ExportFolder.HASHES));
                ExportedLines notes = new ExportedLines(files.resolve(ExportFolder.CHECKPOINTS))) {
            TreeCheck check = new TreeCheck(
                    part.tenant(), key, before(files, part.first()), new ExportedNotes(notes), null, findings);
            new LineMatch(part.tenant(), records, hashes, check, findings)
                    .run(position -> progress.checked(part.tenant(), position - part.first(), part.records()));
            check.end(Finding.Kind.UNCHECKABLE);
            if (check.position() != part.first() + part.records()) {
                findings.add(
                        Finding.Kind.TRUNCATED,
                        part.tenant(),
                        check.position(),
                        null,
                        "the manifest promises " + part.records() + " records, the files have "
                                + (check.position() - part.first()));
            }
        }
    }

    private static CompactRange before(Path files, long first) throws IOException {
        if (first == 0) {
            return CompactRange.empty();
        }
        List<byte[]> subtrees = new ArrayList<>();
        for (String line : Files.readAllLines(files.resolve(ExportFolder.BEFORE), StandardCharsets.US_ASCII)) {
            subtrees.add(Base64.getDecoder().decode(line));
        }
        return CompactRange.of(first, subtrees);
    }
}
