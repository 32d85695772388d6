package dev.portreeve.gateway.model;

import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceSnapshot;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One list of prices, whichever form its file has. Immutable. */
public sealed interface PriceSource permits PriceList, PriceSource.Snapshot {
    /** Stands in the record of each call that is priced by it. */
    String version();

    /** The names it has, without those that end in {@code *}. */
    List<String> names();

    /** The entry of a provider's model, or {@code null}. */
    @Nullable
    PriceEntry find(String provider, String model);

    /**
     * Reads a file a person wrote, or a snapshot.
     *
     * @throws IllegalArgumentException for a list with a mistake, naming the file and the entry
     * @throws java.io.UncheckedIOException for a list that cannot be read
     */
    static PriceSource read(Path file) {
        return PriceSnapshot.isOne(file) ? new Snapshot(PriceSnapshot.read(file)) : PriceList.read(file);
    }

    /** A snapshot as a list. */
    record Snapshot(PriceSnapshot snapshot) implements PriceSource {
        @Override
        public String version() {
            return snapshot.version();
        }

        @Override
        public List<String> names() {
            return snapshot.names();
        }

        @Override
        public @Nullable PriceEntry find(String provider, String model) {
            return snapshot.find(provider + "/" + model);
        }
    }
}
