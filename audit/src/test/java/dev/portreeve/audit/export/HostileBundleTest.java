package dev.portreeve.audit.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.audit.log.LogFixture;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.VerifierKey;
import dev.portreeve.audit.verify.AuditVerifier;
import dev.portreeve.audit.verify.Checked;
import dev.portreeve.audit.verify.HeldHeads;
import dev.portreeve.audit.verify.Report;
import dev.portreeve.audit.verify.Verification;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bundles made to harm the one who checks them, and bundles damaged at random: a verdict comes of each, and none is good. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileBundleTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private VerifierKey key;
    private byte[] genuine;
    private Map<String, byte[]> files;

    @BeforeAll
    void make() throws Exception {
        try (LogFixture log = new LogFixture(shared)) {
            log.log("acme", 20);
            log.log("acme", 20);
            log.log("acme", 20);
            key = log.signer.verifierKey();
            Path target = shared.resolve("evidence.zip");
            AuditExport export = new AuditExport(
                    log.database.app(),
                    log.signer,
                    log.log(),
                    Progress.none(),
                    InstantSource.system(),
                    new AuditExport.Asker("tests", "test"));
            export.to(target, new Selection("acme", 13, null, null));
            genuine = Files.readAllBytes(target);
            files = new LinkedHashMap<>();
            try (ZipFile zip = new ZipFile(target.toFile())) {
                for (var entries = zip.entries(); entries.hasMoreElements(); ) {
                    ZipEntry entry = entries.nextElement();
                    files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
        }
        assertTrue(files.containsKey("tenants/acme/left"), files.keySet().toString());
    }

    @AfterAll
    void keepNothing() {
        files.clear();
    }

    private Checked check(Path bundle) {
        Checked checked = AuditVerifier.bundle(bundle, key, HeldHeads.none(), Progress.none());
        assertTrue(Report.json(checked).length() > 20);
        for (Report.Line line : Report.lines(checked)) {
            assertTrue(line.text().chars().noneMatch(unit -> unit < ' '), "nothing steers the terminal: " + line);
        }
        return checked;
    }

    private Checked check(byte[] bundle) throws IOException {
        return check(Files.write(folder.resolve("bundle.zip"), bundle));
    }

    private interface Change {
        void make(ZipOutputStream zip) throws IOException;
    }

    /** The genuine files, and what a hostile hand adds. */
    private Checked with(Change change) throws IOException {
        Path target = folder.resolve("made.zip");
        try (OutputStream out = Files.newOutputStream(target);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : files.entrySet()) {
                entry(zip, each.getKey(), each.getValue());
            }
            change.make(zip);
        }
        return check(target);
    }

    private static void entry(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }

    private void assertRefused(Checked checked, String said) {
        assertTrue(checked.exitCode() == 1 || checked.exitCode() == 2, "exit code " + checked.exitCode());
        String findings = checked.verification().findings().toString();
        assertTrue(findings.contains(said), findings);
    }

    @Test
    void packedAnewItIsStillWhatItWas() throws Exception {
        assertInstanceOf(Verification.Intact.class, with(zip -> {}).verification());
        assertInstanceOf(
                Verification.Intact.class,
                with(zip -> entry(zip, "tenants/acme/", new byte[0])).verification(),
                "other people's tools write folders too");
    }

    @Test
    void pathsThatLeadElsewhereAreRefused() throws Exception {
        for (String name : List.of(
                "../../etc/passwd",
                "/etc/passwd",
                "tenants/../../x",
                "tenants/acme/./records.jsonl",
                "C:\\windows\\x",
                "tenants\\acme\\x",
                ".hidden",
                "a//b",
                "x\u0000y",
                "\u202egnp.x",
                "x".repeat(60_000))) {
            assertRefused(with(zip -> entry(zip, name, new byte[1])), "cannot be the name of a file in a bundle");
        }
        assertTrue(Files.notExists(folder.resolve("etc")));
    }

    @Test
    void filesThatNobodyNamedAreSaid() throws Exception {
        assertRefused(
                with(zip -> entry(zip, "tenants/acme/more.jsonl", "{}".getBytes(StandardCharsets.UTF_8))),
                "not in its manifest");
    }

    @Test
    void theSameNameTwiceIsRefused() throws Exception {
        byte[] doubled;
        try (java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> each : files.entrySet()) {
                entry(zip, each.getKey(), each.getValue());
            }
            entry(zip, "tenants/acme/records.jsonX", "{}\n".getBytes(StandardCharsets.UTF_8));
            zip.finish();
            doubled = new String(out.toByteArray(), StandardCharsets.ISO_8859_1)
                    .replace("records.jsonX", "records.jsonl")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        assertRefused(check(doubled), "is in it twice");
    }

    @Test
    void whatUnpacksToTooMuchIsRefusedBeforeItIsUnpacked() throws Exception {
        byte[] nothing = new byte[1 << 20];
        assertRefused(
                with(zip -> {
                    zip.putNextEntry(new ZipEntry("tenants/acme/bomb"));
                    for (int i = 0; i < 64; i++) {
                        zip.write(nothing);
                    }
                    zip.closeEntry();
                }),
                "times its size: records do not");
    }

    @Test
    void aDirectoryThatPromisesTheImpossibleIsRefused() throws Exception {
        byte[] huge = genuine.clone();
        int end = huge.length - 22;
        Arrays.fill(huge, end + 12, end + 16, (byte) 0x7F);
        assertRefused(check(huge), "cannot be read");
        assertRefused(check(new byte[0]), "cannot be read");
        assertRefused(check("PK".getBytes(StandardCharsets.UTF_8)), "cannot be read");
    }

    /** The JDK takes the last end whose comment fits, another program another one: they might see other directories. */
    @Test
    void whatStandsBehindTheEndIsRefused() throws Exception {
        byte[] more = Arrays.copyOf(genuine, genuine.length + 22);
        System.arraycopy(genuine, genuine.length - 22, more, genuine.length, 22);
        more[genuine.length - 2] = 22;
        assertRefused(check(more), "cannot be read");
        assertRefused(check(Arrays.copyOf(genuine, genuine.length + 3)), "cannot be read");
    }

    private Path unpacked(String name) throws IOException {
        Path unpacked = folder.resolve(name);
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Path file = unpacked.resolve(each.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, each.getValue());
        }
        return unpacked;
    }

    @Test
    void whatLiesDeepInAFolderIsNotOverlooked() throws Exception {
        Path unpacked = unpacked("deep");
        Path deep = Files.createDirectories(unpacked.resolve("tenants/acme/a/b/c"));
        Files.writeString(deep.resolve("records.jsonl"), "{}\n");
        assertRefused(check(unpacked), "a folder deeper than any in a bundle");
    }

    @Test
    void linksInAFolderAreNotFollowed() throws Exception {
        Path unpacked = unpacked("unpacked");
        assertEquals(0, check(unpacked).exitCode());
        Path outside = Files.write(folder.resolve("outside"), files.get("tenants/acme/records.jsonl"));
        Files.delete(unpacked.resolve("tenants/acme/records.jsonl"));
        Files.createSymbolicLink(unpacked.resolve("tenants/acme/records.jsonl"), outside);
        assertRefused(check(unpacked), "is a link: a bundle has none");
    }

    @Test
    void namesOfStrangersDoNotSteerTheTerminal() throws Exception {
        Map<String, byte[]> own = new LinkedHashMap<>(files);
        String manifest = new String(own.get("manifest.note"), StandardCharsets.UTF_8);
        files.put(
                "manifest.note",
                manifest.replace("\"tenant\": \"acme\"", "\"tenant\": \"\\u001b[2Jacme\"")
                        .getBytes(StandardCharsets.UTF_8));
        try {
            assertTrue(with(zip -> {}).exitCode() > 0);
        } finally {
            files.putAll(own);
        }
    }

    /** Whatever bytes change anywhere: an end in bounded time, no exception, and never a good word for changed records. */
    @Test
    void damagedAtRandomItIsNeverCalledWhole() throws Exception {
        long seed = 20_261_122;
        Random random = new Random(seed);
        Instant end = Instant.now().plusSeconds(8);
        int rounds = 0;
        int intact = 0;
        while (rounds < 1500 && Instant.now().isBefore(end)) {
            rounds++;
            byte[] changed = mutated(genuine, random);
            Checked checked = check(changed);
            if (checked.exitCode() == 0) {
                // A time or a flag of the ZIP file itself may change without the files changing.
                intact++;
                assertEquals(
                        47, checked.verification().trees().getFirst().signed(), "seed " + seed + ", round " + rounds);
            }
        }
        assertTrue(intact < rounds / 2, intact + " of " + rounds);
    }

    /** The same inside: files changed and packed properly, so that the ZIP form does not already give it away. */
    @Test
    void filesDamagedAtRandomAreNeverCalledWhole() throws Exception {
        long seed = 7;
        Random random = new Random(seed);
        Map<String, byte[]> own = new LinkedHashMap<>(files);
        List<String> names = new ArrayList<>(own.keySet());
        for (int round = 0; round < 400; round++) {
            String name = names.get(random.nextInt(names.size()));
            byte[] changed = mutated(own.get(name), random);
            files.put(name, changed);
            try {
                boolean same = Arrays.equals(changed, own.get(name));
                assertEquals(same, with(zip -> {}).exitCode() == 0, name + ", seed " + seed + ", round " + round);
            } finally {
                files.put(name, own.get(name));
            }
        }
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        byte[] changed = bytes.clone();
        switch (random.nextInt(5)) {
            case 0 -> changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            case 1 -> {
                int at = random.nextInt(changed.length);
                Arrays.fill(changed, at, Math.min(changed.length, at + 1 + random.nextInt(8)), (byte) random.nextInt());
            }
            case 2 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length));
            case 3 -> {
                int at = random.nextInt(changed.length);
                int length = Math.min(changed.length - at, 1 + random.nextInt(64));
                byte[] shorter = new byte[changed.length - length];
                System.arraycopy(changed, 0, shorter, 0, at);
                System.arraycopy(changed, at + length, shorter, at, shorter.length - at);
                changed = shorter;
            }
            default -> {
                int from = random.nextInt(changed.length);
                int to = random.nextInt(changed.length);
                int length = Math.min(1 + random.nextInt(200), changed.length - Math.max(from, to));
                System.arraycopy(bytes, from, changed, to, length);
            }
        }
        return changed;
    }
}
