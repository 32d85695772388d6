package dev.portreeve.gateway.imports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects remarks while one file is read, on the reader's own thread. */
final class Remarks {
    private final SourceText source;
    private final List<Remark> found = new ArrayList<>();

    Remarks(SourceText source) {
        this.source = source;
    }

    void add(String server, String path, String what) {
        found.add(new Remark(server, source.line(path), path, what));
    }

    /** In the order of the file. */
    List<Remark> all() {
        return found.stream().sorted(Comparator.comparingInt(Remark::line)).toList();
    }
}
