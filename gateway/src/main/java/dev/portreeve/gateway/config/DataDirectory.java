package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of one server: its embedded database, its secrets, and where the command line finds it. What is secret in it
 * is readable by its owner only.
 */
public record DataDirectory(Path root) {
    private static final String ADMIN_TOKEN = "admin-token";
    private static final String SERVER = "server.json";
    private static final int TOKEN_BYTES = 32;

    /** The folder of the embedded database. */
    public Path postgres() {
        return root.resolve("postgres");
    }

    /** The key that signs checkpoints. */
    public Path signingKey() {
        return root.resolve("audit-signing.pem");
    }

    /** The post-quantum key that signs them too, if one does. */
    public Path postQuantumKey() {
        return root.resolve("audit-signing-ml-dsa.pem");
    }

    /** The public half of that key, with the log's name: what an auditor is given. */
    public Path verifierKey() {
        return root.resolve("audit-verifier-key");
    }

    /** The key that signs other logs' heads. */
    public Path witnessKey() {
        return root.resolve("witness-signing.pem");
    }

    /** The public half of that key, with the witness's name. */
    public Path witnessVerifierKey() {
        return root.resolve("witness-verifier-key");
    }

    /** Where the last heads of watched logs are kept. */
    public Path witnessHeads() {
        return root.resolve("witness-heads");
    }

    /** Writes a file that is not secret, whole or not at all. */
    public void publish(Path file, String text) {
        try {
            writePrivate(file, text);
        } catch (IOException unusable) {
            throw new UncheckedIOException("the data directory \"" + root + "\" cannot be written", unusable);
        }
    }

    /** Where the last signed heads of the logs are kept, outside the database. */
    public Path auditHeads() {
        return root.resolve("audit-heads");
    }

    /** The token the command line shows to the admin listener; made at the first call. */
    public Secret adminToken() {
        Path file = root.resolve(ADMIN_TOKEN);
        try {
            Files.createDirectories(root);
            if (!Files.exists(file)) {
                byte[] random = new byte[TOKEN_BYTES];
                new SecureRandom().nextBytes(random);
                writePrivate(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
            }
            return new Secret(Files.readString(file).strip());
        } catch (IOException unusable) {
            throw new UncheckedIOException("the data directory \"" + root + "\" cannot be used", unusable);
        }
    }

    /** The token of a server that was started here before. */
    public Optional<Secret> existingAdminToken() {
        Path file = root.resolve(ADMIN_TOKEN);
        return Files.isReadable(file) ? Optional.of(adminToken()) : Optional.empty();
    }

    /**
     * Where a running server listens on this machine.
     *
     * @param admin for operators
     * @param data for callers
     */
    public record Listeners(URI admin, URI data) {}

    /** Says where the running server listens, for the command line. */
    public void announce(Listeners listeners) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("admin", listeners.admin().toString())
                .put("data", listeners.data().toString());
        try {
            writePrivate(root.resolve(SERVER), json.toString());
        } catch (IOException unusable) {
            throw new UncheckedIOException("the data directory \"" + root + "\" cannot be written", unusable);
        }
    }

    /** Takes back what {@link #announce} said. */
    public void withdraw() {
        try {
            Files.deleteIfExists(root.resolve(SERVER));
        } catch (IOException unusable) {
            throw new UncheckedIOException("the data directory \"" + root + "\" cannot be written", unusable);
        }
    }

    /** Where the server of this folder listens, if one runs (or was killed while it ran). */
    public Optional<Listeners> listeners() {
        Path file = root.resolve(SERVER);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
            return Optional.of(new Listeners(
                    URI.create(json.path("admin").asString("")),
                    URI.create(json.path("data").asString(""))));
        } catch (IOException | JacksonException | IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    /** Writes all or nothing, and never with open permissions, not even for a moment. */
    private static void writePrivate(Path file, String text) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path unfinished = Files.createTempFile(
                folder,
                ".new-",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, text);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
