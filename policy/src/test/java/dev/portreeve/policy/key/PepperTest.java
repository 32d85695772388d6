package dev.portreeve.policy.key;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PepperTest {
    @TempDir
    Path directory;

    @Test
    void isMadeOnceAndReadAgain() throws IOException {
        byte[] first = Pepper.inDirectory(directory.resolve("data")).hash("p", "x");
        assertArrayEquals(first, Pepper.inDirectory(directory.resolve("data")).hash("p", "x"));
        Path file = directory.resolve("data").resolve(Pepper.FILE);
        assertEquals(Pepper.BYTES, Files.size(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        try (var files = Files.list(directory.resolve("data"))) {
            assertEquals(List.of(file), files.toList(), "no half-made file stays behind");
        }
    }

    @Test
    void processesThatStartTogetherAgree() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        Callable<String> start = () -> {
            go.await();
            return HexFormat.of().formatHex(Pepper.inDirectory(directory).hash("p", "x"));
        };
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> hashes =
                    IntStream.range(0, 16).mapToObj(i -> threads.submit(start)).toList();
            go.countDown();
            String first = hashes.getFirst().get();
            for (Future<String> hash : hashes) {
                assertEquals(first, hash.get());
            }
        }
    }

    @Test
    void refusesAFileOthersMayRead() throws IOException {
        Pepper.inDirectory(directory);
        Files.setPosixFilePermissions(directory.resolve(Pepper.FILE), PosixFilePermissions.fromString("rw-r-----"));
        IOException refused = assertThrows(IOException.class, () -> Pepper.inDirectory(directory));
        assertTrue(refused.getMessage().contains("chmod 600"), refused.getMessage());
    }

    @Test
    void refusesAFileOfAnotherSize() throws IOException {
        Pepper.inDirectory(directory);
        Files.write(directory.resolve(Pepper.FILE), new byte[31]);
        IOException refused = assertThrows(IOException.class, () -> Pepper.inDirectory(directory));
        assertTrue(refused.getMessage().contains("31 bytes"), refused.getMessage());
    }

    @Test
    void keepsPurposesApart() {
        Pepper pepper = Pepper.of(new byte[Pepper.BYTES]);
        assertFalse(Arrays.equals(pepper.hash("a", "b"), pepper.hash("b", "b")));
        assertFalse(Arrays.equals(pepper.hash("a", "bc"), pepper.hash("ab", "c")));
        assertEquals("****", pepper.toString());
    }

    /** RFC 5869 with an empty salt; the expected value comes from another implementation. */
    @Test
    void derivesTheSameKeyEverywhereAndAnotherForEachUse() {
        Pepper pepper = Pepper.of(new byte[Pepper.BYTES]);
        assertEquals(
                "7202e84fe95c1e6f8a2d1873b04fb2c25797c60f0b1faa9534482c478fb317be",
                HexFormat.of().formatHex(pepper.derive("seal")));
        assertFalse(Arrays.equals(pepper.derive("seal"), pepper.derive("other")));
    }
}
