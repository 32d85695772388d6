package dev.portreeve.audit.stamp;

import dev.portreeve.audit.anchor.AnchorPost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A time stamp authority that somebody else wrote: {@code openssl ts}. Tests that want it are skipped where it is not installed. */
public final class OpensslAuthority {
    private static final String CONFIG = """
            [ req ]
            distinguished_name = dn
            [ dn ]
            [ ca ]
            basicConstraints = critical, CA:true
            keyUsage = critical, keyCertSign
            [ tsa ]
            basicConstraints = critical, CA:false
            keyUsage = critical, digitalSignature
            extendedKeyUsage = critical, timeStamping
            [ mail ]
            basicConstraints = critical, CA:false
            extendedKeyUsage = critical, emailProtection
            [ authority ]
            serial = FOLDER/serial
            signer_cert = FOLDER/tsa.pem
            signer_key = FOLDER/tsa.key
            certs = FOLDER/ca.pem
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256, sha512
            accuracy = secs:1
            ordering = yes
            ess_cert_id_chain = no
            """;
    private final Path folder;

    private OpensslAuthority(Path folder) {
        this.folder = folder;
    }

    /** With a key and certificates of its own. */
    public static OpensslAuthority in(Path folder) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "openssl is not installed here");
        Files.createDirectories(folder);
        OpensslAuthority authority = new OpensslAuthority(folder);
        Files.writeString(folder.resolve("ts.cnf"), CONFIG.replace("FOLDER", folder.toString()));
        Files.writeString(folder.resolve("serial"), "01\n");
        authority.root("ca");
        authority.issued("tsa", "rsa:2048", "tsa");
        return authority;
    }

    private void root(String name) throws IOException {
        run(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".pem",
                "-subj",
                "/CN=" + name,
                "-days",
                "30",
                "-config",
                "ts.cnf",
                "-extensions",
                "ca");
    }

    /** Gives the authority another certificate. */
    void issued(String name, String key, String extensions) throws IOException {
        List<String> request = new ArrayList<>(List.of("req", "-newkey", key));
        if (key.equals("ec")) {
            request.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-384"));
        }
        request.addAll(List.of(
                "-nodes",
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr",
                "-subj",
                "/CN=" + name,
                "-config",
                "ts.cnf"));
        run(request.toArray(String[]::new));
        run(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-out",
                name + ".pem",
                "-days",
                "20",
                "-extfile",
                "ts.cnf",
                "-extensions",
                extensions);
    }

    /** The certificate that its own leads to. */
    public TimeStampTrust trust() throws IOException {
        return TimeStampTrust.read(trustFile());
    }

    /** The file of that certificate. */
    public Path trustFile() {
        return folder.resolve("ca.pem");
    }

    /** Somebody else's certificate. */
    TimeStampTrust stranger() throws IOException {
        root("stranger");
        return TimeStampTrust.read(folder.resolve("stranger.pem"));
    }

    /** The answer to a question. */
    public byte[] answer(byte[] request) throws IOException {
        Files.write(folder.resolve("request.tsq"), request);
        run(
                "ts",
                "-reply",
                "-queryfile",
                "request.tsq",
                "-config",
                "ts.cnf",
                "-section",
                "authority",
                "-out",
                "answer.tsr");
        return Files.readAllBytes(folder.resolve("answer.tsr"));
    }

    /** Without the network between. */
    public AnchorPost post() {
        return (url, type, body) -> new AnchorPost.Answer(200, answer(body));
    }

    /** Whether openssl, too, takes a token for one of some bytes. */
    boolean verifies(byte[] token, byte[] data) throws IOException {
        Files.write(folder.resolve("token.der"), token);
        Files.write(folder.resolve("data"), data);
        return exit("ts", "-verify", "-in", "token.der", "-token_in", "-data", "data", "-CAfile", "ca.pem") == 0;
    }

    private void run(String... arguments) throws IOException {
        int code = exit(arguments);
        if (code != 0) {
            throw new IOException("openssl " + String.join(" ", arguments) + " ended with " + code + ": "
                    + Files.readString(folder.resolve("openssl.log")));
        }
    }

    private int exit(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start();
        try {
            return process.waitFor();
        } catch (InterruptedException stop) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }
}
