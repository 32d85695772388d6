package dev.portreeve.audit.stamp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that openssl made, and what is left of them when somebody changes them. */
class TimeStampTokenTest {
    private static final byte[] DATA = "a head\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private OpensslAuthority authority;

    @BeforeEach
    void open() throws IOException {
        authority = OpensslAuthority.in(folder);
    }

    private static TimeStampRequest request(long nonce) throws Exception {
        return new TimeStampRequest(MessageDigest.getInstance("SHA-256").digest(DATA), BigInteger.valueOf(nonce));
    }

    private TimeStampToken token() throws Exception {
        TimeStampRequest request = request(4711);
        return request.answered(authority.answer(request.encoded()));
    }

    private static void assertFlaw(String said, TimeStampToken token, byte[] data, TimeStampTrust trust) {
        String flaw = token.flaw(data, trust);
        assertTrue(flaw != null && flaw.contains(said), String.valueOf(flaw));
    }

    @Test
    void aTokenOfAnotherPrograms() throws Exception {
        TimeStampToken token = token();
        assertNull(token.flaw(DATA, authority.trust()));
        assertNull(token.flaw(DATA, null));
        assertEquals("CN=tsa", token.signer());
        assertTrue(Duration.between(token.at(), Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0);
        assertTrue(authority.verifies(token.encoded(), DATA));
        assertNull(TimeStampToken.parse(token.encoded()).flaw(DATA, authority.trust()));

        assertFlaw("of other bytes", token, "another head\n".getBytes(StandardCharsets.UTF_8), authority.trust());
        assertFlaw("does not lead to one you trust", token, DATA, authority.stranger());
    }

    @Test
    void otherKindsOfKeys() throws Exception {
        authority.issued("tsa", "ec", "tsa");
        assertNull(token().flaw(DATA, authority.trust()));
        assertNull(token().flaw(DATA, TimeStampTrust.read(folder.resolve("tsa.pem"))), "itself is trusted");
    }

    @Test
    void anAnswerToAnotherQuestionIsNone() throws Exception {
        byte[] answer = authority.answer(request(1).encoded());
        String said = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> request(2).answered(answer))
                        .getMessage());
        assertTrue(said.contains("of another question"), said);
        byte[] refused = Der.value(Der.SEQUENCE, Der.value(Der.SEQUENCE, Der.value(Der.INTEGER, new byte[] {2})));
        said = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> request(2).answered(refused))
                        .getMessage());
        assertTrue(said.contains("status 2"), said);
    }

    /** Each byte in turn: nothing is taken for the token but the token. */
    @Test
    void aTokenThatSomebodyChangedIsNone() throws Exception {
        byte[] token = token().encoded();
        TimeStampTrust trust = authority.trust();
        Random random = new Random(11);
        int unsigned = 0;
        for (int i = 0; i < token.length; i++) {
            byte[] changed = token.clone();
            changed[i] ^= (byte) (1 << random.nextInt(8));
            try {
                // What is not signed, such as the certificates that came along, may be another and still lead there.
                unsigned += TimeStampToken.parse(changed).flaw(DATA, trust) == null ? 1 : 0;
            } catch (IllegalArgumentException unreadable) {
                assertNotNull(unreadable.getMessage());
            }
        }
        assertTrue(unsigned < token.length / 3, unsigned + " of " + token.length);
        Instant at = TimeStampToken.parse(token).at();
        for (int i = 0; i < token.length; i++) {
            byte[] changed = token.clone();
            changed[i] ^= 1;
            try {
                TimeStampToken read = TimeStampToken.parse(changed);
                assertTrue(read.at().equals(at) || read.flaw(DATA, trust) != null, "the time is signed");
            } catch (IllegalArgumentException unreadable) {
                assertNotNull(unreadable.getMessage());
            }
        }
    }

    @Test
    void whatIsNoTokenIsSaidToBeNone() {
        Random random = new Random(3);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            if (bytes.length > 1 && i % 2 == 0) {
                bytes[0] = Der.SEQUENCE;
                bytes[1] = (byte) Math.min(127, bytes.length - 2);
            }
            assertThrows(IllegalArgumentException.class, () -> TimeStampToken.parse(bytes));
        }
        assertThrows(IllegalArgumentException.class, () -> TimeStampToken.parse(new byte[Der.MOST_BYTES + 1]));
    }

    /** Cut, doubled, spliced, with lengths that lie: whatever is made of a token can be read, or it is said to be none. */
    @Test
    void whatIsMadeOfATokenIsOneOrNone() throws Exception {
        byte[] token = token().encoded();
        TimeStampTrust trust = authority.trust();
        Random random = new Random(20_261_122);
        for (int i = 0; i < 4000; i++) {
            byte[] changed = spliced(token, random);
            try {
                String flaw = TimeStampToken.parse(changed).flaw(DATA, trust);
                assertTrue(flaw == null || !flaw.isEmpty());
            } catch (IllegalArgumentException unreadable) {
                assertNotNull(unreadable.getMessage());
                assertTrue(unreadable.getMessage().length() < 2000);
            }
        }
    }

    private static byte[] spliced(byte[] token, Random random) {
        int from = random.nextInt(token.length);
        int length = random.nextInt(Math.min(64, token.length - from) + 1);
        int to = random.nextInt(token.length);
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        made.write(token, 0, to);
        switch (random.nextInt(4)) {
            case 0 -> made.write(token, from, length);
            case 1 -> {
                made.write(token[to] + 1 + random.nextInt(255));
                made.write(token, to + 1, token.length - to - 1);
            }
            case 2 -> {
                made.write(token, from, length);
                made.write(token, to, token.length - to);
            }
            default -> made.write(token, Math.min(token.length, to + length), Math.max(0, token.length - to - length));
        }
        return made.toByteArray();
    }

    @Test
    void numbersAndIdentifiersAreBounded() {
        byte[] number = new byte[20_000];
        number[0] = 1;
        byte[] refused = Der.value(Der.SEQUENCE, Der.value(Der.SEQUENCE, Der.value(Der.INTEGER, number)));
        String said = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> request(2).answered(refused))
                        .getMessage());
        assertTrue(said.contains("too many"), said);
        assertThrows(
                IllegalArgumentException.class,
                () -> Der.of(Der.value(Der.OID, new byte[30_000])).oid());
        assertThrows(
                IllegalArgumentException.class,
                () -> Der.of(Der.value(Der.OID, new byte[] {(byte) 0x81})).oid());
    }
}
