package dev.portreeve.gateway.model;

import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceSignature;
import dev.portreeve.gateway.price.PriceSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One list of prices, whichever form its file has. Immutable. */
public sealed interface PriceSource permits PriceList, PriceSource.Snapshot {
    /** Of a list's file. */
    int MAX_BYTES = 32 * 1024 * 1024;

    /** Stands in the record of each call that is priced by it. */
    String version();

    /** The names it has, without those that end in {@code *}. */
    List<String> names();

    /** The entry of a provider's model, or {@code null}. */
    @Nullable
    PriceEntry find(String provider, String model);

    /**
     * Reads a file a person wrote, or a snapshot. A note beside it must be a signature of it; without one it is taken for the
     * operator's own, unless keys are given.
     *
     * @param trusted keys that must have signed it, beside the project's own; none for whoever wrote it
     * @throws IllegalArgumentException for a list with a mistake or without the signature it needs, naming the file and the entry
     * @throws UncheckedIOException for a list that cannot be read
     */
    static PriceSource read(Path file, List<VerifierKey> trusted) {
        String where = "price list \"" + file + "\"";
        try {
            byte[] content = bounded(file, where);
            PriceSource list = PriceSnapshot.isOne(content)
                    ? new Snapshot(PriceSnapshot.of(content, where))
                    : PriceList.of(content, where);
            Path note = file.resolveSibling(PriceSignature.noteOf(String.valueOf(file.getFileName())));
            if (Files.exists(note)) {
                String text = new String(bounded(note, where + "'s note"), StandardCharsets.UTF_8);
                PriceSignature.of(text, where).check(content, list.version(), PriceSignature.with(trusted), where);
            } else if (!trusted.isEmpty()) {
                throw new IllegalArgumentException(
                        where + " is not signed, and prices.trusted-keys wants it to be: there is" + " no \"" + note
                                + "\"; sign it with \"portreeve prices sign\"");
            }
            return list;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(where + " cannot be read", unreadable);
        }
    }

    private static byte[] bounded(Path file, String where) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IllegalArgumentException(where + " is larger than " + MAX_BYTES + " bytes");
            }
            return content;
        }
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
