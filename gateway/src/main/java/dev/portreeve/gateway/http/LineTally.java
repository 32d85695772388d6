package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;

/** Counts the lines of a file that passes by in pieces, within bounds. For one thread. */
final class LineTally {
    private final int maxLines;
    private final int maxLineBytes;
    private long lines;
    private long number = 1;
    private int length;
    private boolean blank = true;

    LineTally(int maxLines, int maxLineBytes) {
        this.maxLines = maxLines;
        this.maxLineBytes = maxLineBytes;
    }

    /** @throws BadRequest beyond a bound, which names the line */
    void pass(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            byte b = bytes[i];
            if (b == '\n') {
                end();
                number++;
                continue;
            }
            blank &= b == ' ' || b == '\t' || b == '\r';
            if (++length > maxLineBytes) {
                throw new BadRequest(
                        400, "invalid_value", "file", "line " + number + " is longer than " + maxLineBytes + " bytes");
            }
        }
    }

    private void end() {
        if (!blank && ++lines > maxLines) {
            throw new BadRequest(
                    400,
                    "invalid_value",
                    "file",
                    "the file has more than " + maxLines + " lines: divide it into several batches");
        }
        length = 0;
        blank = true;
    }

    /** How many lines are not blank; asked for after the last piece. */
    long lines() {
        end();
        return lines;
    }
}
