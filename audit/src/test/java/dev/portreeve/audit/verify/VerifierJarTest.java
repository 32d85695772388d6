package dev.portreeve.audit.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.export.Selection;
import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stand-alone verifier, as a process of its own with nothing but its jar: the classes that audit/pom.xml names. */
class VerifierJarTest {
    private static final Pattern INCLUDE = Pattern.compile("<include>(.*?)</include>");

    @TempDir
    Path folder;

    private record Ran(int exitCode, String out, String err) {}

    private Path jar() throws IOException {
        List<PathMatcher> included = new ArrayList<>();
        for (Matcher each = INCLUDE.matcher(Files.readString(Path.of("pom.xml"))); each.find(); ) {
            included.add(FileSystems.getDefault().getPathMatcher("glob:" + each.group(1)));
        }
        Path classes = Path.of("target/classes");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Verify.class.getName());
        Path jar = folder.resolve("portreeve-verify.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> found = Files.walk(classes)) {
            for (Path each : found.filter(Files::isRegularFile).toList()) {
                Path name = classes.relativize(each);
                if (included.stream().anyMatch(matcher -> matcher.matches(name))) {
                    out.putNextEntry(new JarEntry(name.toString()));
                    out.write(Files.readAllBytes(each));
                }
            }
        }
        return jar;
    }

    private Ran run(Path jar, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .directory(Files.createDirectories(folder.resolve("elsewhere")).toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Ran(process.waitFor(), Files.readString(out), Files.readString(err));
    }

    @Test
    void itRunsAloneAndEndsAsItSays() throws Exception {
        Path bundle = folder.resolve("evidence.zip");
        String key;
        try (LogFixture log = new LogFixture(folder.resolve("log"))) {
            log.log("acme", 30);
            key = log.signer.verifierKey().toString();
            new AuditExport(
                            log.database.app(),
                            log.signer,
                            log.log(),
                            Progress.none(),
                            InstantSource.system(),
                            new AuditExport.Asker("tests", "test"))
                    .to(bundle, Selection.everything());
        }
        Path jar = jar();
        assertTrue(Files.size(jar) < 250_000, "small enough to be read: " + Files.size(jar));

        Ran intact = run(jar, bundle.toString(), "--key", key, "-o", "json");
        assertEquals("", intact.err());
        assertEquals(0, intact.exitCode(), intact.out());
        assertEquals("intact", Json.string(Json.readObject(intact.out()), "verdict"));
        Ran text = run(jar, bundle.toString(), "--since", bundle.toString());
        assertEquals(0, text.exitCode(), text.out());
        assertTrue(text.out().contains("assurance: consistent"), text.out());

        byte[] bytes = Files.readAllBytes(bundle);
        Path cut = Files.write(folder.resolve("cut.zip"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertEquals(2, run(jar, cut.toString()).exitCode());
        String wrong = key.replace("test.example", "other.example");
        assertEquals(3, run(jar, bundle.toString(), "--key", wrong).exitCode());
        Ran misused = run(jar);
        assertEquals(3, misused.exitCode());
        assertTrue(misused.err().startsWith("usage: "), misused.err());
        assertEquals(
                "there is no \"nowhere.zip\"",
                new String(run(jar, "nowhere.zip").err().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
                        .lines()
                        .findFirst()
                        .orElseThrow());
    }
}
