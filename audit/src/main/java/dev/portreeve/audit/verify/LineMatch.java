package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.IndexRanges;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.TreeHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Walks the exported records beside the list of their hashes and tells what happened where they part: a line missing,
 * doubled, put in, moved or altered. Looks a bounded number of lines ahead. For one thread.
 */
final class LineMatch {
    private static final int WINDOW = 64;
    private final String tenant;
    private final ExportedLines records;
    private final ExportedLines hashes;
    private final TreeCheck check;
    private final Findings findings;
    private final Manifest.Part part;
    private final IndexRanges dropped;
    private final Progress progress;
    private final Chronicle chronicle;
    private final TreeHash hash = new TreeHash();
    private final List<Line> lines = new ArrayList<>();
    private final List<byte[]> noted = new ArrayList<>();
    private final Deque<byte[]> passed = new ArrayDeque<>();

    private record Line(byte[] hash, byte[] bytes) {
        @Nullable
        UUID id() {
            return LeafMembers.read(bytes).id();
        }
    }

    LineMatch(
            Manifest.Part part,
            ExportedLines records,
            ExportedLines hashes,
            TreeCheck check,
            Chronicle chronicle,
            Findings findings,
            Progress progress) {
        this.tenant = part.tenant();
        this.part = part;
        this.records = records;
        this.hashes = hashes;
        this.check = check;
        this.dropped = part.dropped();
        this.chronicle = chronicle;
        this.findings = findings;
        this.progress = progress;
    }

    void run() {
        hear();
        fill();
        while (!noted.isEmpty() || !lines.isEmpty()) {
            if (!noted.isEmpty() && dropped.contains(check.position())) {
                check.leaf(null, noted.removeFirst(), null, "");
            } else if (noted.isEmpty()) {
                report(Finding.Kind.INSERTED, "inserted: the log knows no record after the last one");
                lines.removeFirst();
            } else if (lines.isEmpty()) {
                report(Finding.Kind.TRUNCATED, "truncated: the records end here, the log goes on");
                return;
            } else if (same(lines.getFirst(), noted.getFirst())) {
                take();
            } else {
                differ();
            }
            fill();
            progress.checked(tenant, check.position() - part.first(), part.records());
            hear();
        }
    }

    private void hear() {
        check.confirmed(head -> progress.confirmed(tenant, head));
    }

    private void differ() {
        Line line = lines.getFirst();
        int ahead = indexOf(noted, line.hash());
        if (ahead > 0 && lineOf(noted.getFirst()) > 0) {
            report(
                    Finding.Kind.REORDERED,
                    "reordered: the record in its place belongs to index " + (check.position() + ahead));
            reorder();
        } else if (ahead > 0) {
            report(
                    Finding.Kind.MISSING,
                    "missing: " + ahead + (ahead == 1 ? " record is" : " records are") + " not there");
            for (int i = 0; i < ahead; i++) {
                check.leaf(null, noted.removeFirst(), null, "");
            }
        } else if (passed.stream().anyMatch(before -> Arrays.equals(before, line.hash()))) {
            report(Finding.Kind.DUPLICATED, "duplicated: this record stands there a second time");
            lines.removeFirst();
        } else if (lines.size() > 1 && same(lines.get(1), noted.getFirst())) {
            report(Finding.Kind.INSERTED, "inserted: the log does not know this record");
            lines.removeFirst();
        } else {
            take();
        }
    }

    /** Puts the lines of the window back into the order of the list, as far as they are in it. */
    private void reorder() {
        List<Line> sorted = new ArrayList<>();
        for (byte[] each : noted) {
            int at = lineOf(each);
            if (at < 0) {
                break;
            }
            sorted.add(lines.remove(at));
        }
        lines.addAll(0, sorted);
    }

    private void take() {
        Line line = lines.removeFirst();
        passed.addLast(line.hash());
        if (passed.size() > WINDOW) {
            passed.removeFirst();
        }
        byte[] expected = noted.removeFirst();
        chronicle.see(check.position(), LeafMembers.read(line.bytes()));
        check.newest(chronicle.newest());
        progress.read(tenant, check.position(), line.bytes());
        check.leaf(same(line, expected) ? null : line.id(), expected, line.hash(), "");
    }

    private void report(Finding.Kind kind, String detail) {
        UUID id = lines.isEmpty() || kind == Finding.Kind.MISSING
                ? null
                : lines.getFirst().id();
        findings.add(kind, tenant, check.position(), id, detail);
    }

    private void fill() {
        while (lines.size() < WINDOW) {
            byte[] line = records.next();
            if (line == null) {
                break;
            }
            lines.add(new Line(hash.leaf(line), line));
        }
        while (noted.size() < WINDOW) {
            byte[] line = hashes.next();
            if (line == null) {
                break;
            }
            noted.add(Base64.getDecoder().decode(line));
        }
    }

    private static boolean same(Line line, byte[] noted) {
        return Arrays.equals(line.hash(), noted);
    }

    private static int indexOf(List<byte[]> hashes, byte[] sought) {
        for (int i = 0; i < hashes.size(); i++) {
            if (Arrays.equals(hashes.get(i), sought)) {
                return i;
            }
        }
        return -1;
    }

    private int lineOf(byte[] sought) {
        for (int i = 0; i < lines.size(); i++) {
            if (same(lines.get(i), sought)) {
                return i;
            }
        }
        return -1;
    }
}
