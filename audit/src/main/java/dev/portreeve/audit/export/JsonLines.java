package dev.portreeve.audit.export;

import java.util.Arrays;

/** Records as they are. */
final class JsonLines implements RecordLines {
    @Override
    public byte[] line(byte[] leaf, long index) {
        byte[] line = Arrays.copyOf(leaf, leaf.length + 1);
        line[leaf.length] = '\n';
        return line;
    }
}
