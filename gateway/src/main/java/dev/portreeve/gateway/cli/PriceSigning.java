package dev.portreeve.gateway.cli;

import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.gateway.model.PriceSource;
import dev.portreeve.gateway.price.PriceSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of a command that signs a price list, and what they do. */
final class PriceSigning {
    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "sign the list with this Ed25519 key (PEM, PKCS #8), which is made if it is not there")
    private @Nullable Path key;

    @Option(
            names = "--key-name",
            paramLabel = "NAME",
            defaultValue = "prices",
            description = "what the key is called in the signature (default: prices)")
    private String name = "prices";

    /** Writes the note of a list, beside whatever other keys signed of it; without a key, removes one that is of an earlier list. */
    void sign(Path list, Terminal terminal) throws IOException {
        Path note = list.resolveSibling(PriceSignature.noteOf(String.valueOf(list.getFileName())));
        String present = Files.exists(note) ? Files.readString(note) : "";
        Files.deleteIfExists(note);
        if (key == null) {
            return;
        }
        LogSigner signer = LogSigner.loadOrCreate(key, name);
        String version = PriceSource.read(list, List.of()).version();
        byte[] content = Files.readAllBytes(list);
        Files.writeString(
                note,
                present.isEmpty()
                        ? PriceSignature.sign(content, version, signer)
                        : PriceSignature.sign(content, version, signer, present));
        terminal.line("signed in " + note + "; whoever shall trust it names this key in prices.trusted-keys:");
        terminal.line(signer.verifierKey().toString());
    }

    boolean isAsked() {
        return key != null;
    }
}
