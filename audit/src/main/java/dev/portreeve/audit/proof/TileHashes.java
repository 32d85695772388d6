package dev.portreeve.audit.proof;

import java.io.IOException;
import java.util.List;

/** Where a tree's hashes come from: tiles of 256 hashes (C2SP tlog-tiles), of leaves on level 0, of full tiles above. */
@FunctionalInterface
public interface TileHashes {
    /** Hashes in a full tile. */
    int WIDTH = 256;

    /**
     * The first hashes of a tile. May block.
     *
     * @param level 0 for leaf hashes
     * @param tile its index on that level
     * @param width how many, 1 to {@link #WIDTH}
     * @return exactly that many
     * @throws IOException if they cannot be had
     */
    List<byte[]> tile(int level, long tile, int width) throws IOException;
}
