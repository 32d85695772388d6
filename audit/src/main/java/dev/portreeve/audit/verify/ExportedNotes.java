package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The signed heads of an exported file: each a text, an empty line, signature lines, and an empty line. */
final class ExportedNotes extends OneAhead<TreeCheck.Note> {
    private static final int MOST_CHARACTERS = 64 * 1024;
    private final ExportedLines lines;

    ExportedNotes(ExportedLines lines) {
        this.lines = lines;
    }

    @Override
    TreeCheck.@Nullable Note read() {
        StringBuilder note = new StringBuilder();
        int emptyLines = 0;
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (line.length == 0 && ++emptyLines == 2) {
                break;
            }
            note.append(new String(line, StandardCharsets.UTF_8)).append('\n');
            if (note.length() > MOST_CHARACTERS) {
                throw new IllegalArgumentException("a checkpoint is longer than " + MOST_CHARACTERS + " characters");
            }
        }
        return note.isEmpty() ? null : new TreeCheck.Note(size(note.toString()), null, note.toString());
    }

    /** Only to know when its turn comes; what is wrong with it is found out then. */
    private static long size(String note) {
        try {
            return Checkpoint.parse(SignedNote.parse(note).text()).size();
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
