package dev.portreeve.policy.notice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.notice.WebhookSecret.Verification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector is the one the libraries of the Standard Webhooks project test themselves with. */
class WebhookSecretTest {
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIMESTAMP = 1614265330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private final WebhookSecret secret = WebhookSecret.of(new Secret("whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    private Verification verify(String id, String timestamp, String signatures, byte[] body, long now) {
        return secret.verify(id, timestamp, signatures, body, Instant.ofEpochSecond(now));
    }

    @Test
    void signsAsTheSpecificationDoes() {
        assertEquals(SIGNATURE, secret.sign(ID, TIMESTAMP, BODY));
        assertEquals(Verification.GENUINE, verify(ID, "1614265330", SIGNATURE, BODY, TIMESTAMP));
    }

    @Test
    void oneOfSeveralSignaturesIsEnough() {
        String others = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x " + SIGNATURE + " v1a,abc";
        assertEquals(Verification.GENUINE, verify(ID, "1614265330", others, BODY, TIMESTAMP));
        assertEquals(
                Verification.FORGED,
                verify(ID, "1614265330", "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=", BODY, TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "1614265330", "v1,x ".repeat(100) + SIGNATURE, BODY, TIMESTAMP));
    }

    @ParameterizedTest
    @CsvSource({"-300, GENUINE", "300, GENUINE", "-301, STALE", "301, STALE", "86400, STALE"})
    void refusesWhatWasSignedTooLongAgoOrAhead(long later, Verification expected) {
        assertEquals(expected, verify(ID, "1614265330", SIGNATURE, BODY, TIMESTAMP + later));
    }

    @Test
    void refusesEveryChange() {
        assertEquals(Verification.FORGED, verify(ID + "x", "1614265330", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "1614265331", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "01614265330", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "1614265330", SIGNATURE, new byte[0], TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "1614265330", SIGNATURE.substring(3), BODY, TIMESTAMP));
        assertEquals(Verification.FORGED, verify(ID, "1614265330", SIGNATURE.replace("v1,", "v2,"), BODY, TIMESTAMP));
    }

    @Test
    void saysWhatIsMissing() {
        assertEquals(Verification.INCOMPLETE, verify("", "1614265330", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.INCOMPLETE, verify(ID, "", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.INCOMPLETE, verify(ID, "hello", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.INCOMPLETE, verify(ID, "-1", SIGNATURE, BODY, TIMESTAMP));
        assertEquals(Verification.INCOMPLETE, verify(ID, "1614265330", "", BODY, TIMESTAMP));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whsec_",
                "whsec_***",
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            })
    void refusesWhatIsNoSecret(String text) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> WebhookSecret.of(new Secret(text)));
        assertFalse(refused.getMessage().contains("MfKQ"));
    }

    @Test
    void boundsTheLengthOfASecret() {
        for (int length : new int[] {23, 65}) {
            String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
            assertThrows(IllegalArgumentException.class, () -> WebhookSecret.of(new Secret(text)));
        }
        for (int length : new int[] {24, 64}) {
            String text = "whsec_" + Base64.getEncoder().encodeToString(new byte[length]);
            assertEquals("****", WebhookSecret.of(new Secret(text)).toString());
        }
    }
}
