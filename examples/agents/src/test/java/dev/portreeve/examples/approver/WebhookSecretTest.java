package dev.portreeve.examples.approver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The vector is the one that the Standard Webhooks libraries are tested with. */
final class WebhookSecretTest {
    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final long TIME = 1614265330;
    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    private static final Instant NOW = Instant.ofEpochSecond(TIME + 60);

    private final WebhookSecret secret = new WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    private boolean verifies(String id, String time, String signatures, byte[] body, Instant now) {
        return secret.verifies(id, time, signatures, body, now);
    }

    @Test
    void signsLikeTheOthers() {
        assertEquals(SIGNATURE, secret.sign(ID, TIME, BODY));
        assertTrue(verifies(ID, "" + TIME, SIGNATURE, BODY, NOW));
    }

    @Test
    void acceptsOneOfSeveralSignatures() {
        assertTrue(verifies(ID, "" + TIME, "v1,AAAA v1a,BBBB " + SIGNATURE, BODY, NOW));
    }

    @Test
    void refusesWhatWasChanged() {
        assertFalse(verifies("msg_other", "" + TIME, SIGNATURE, BODY, NOW));
        assertFalse(verifies(ID, "" + (TIME + 1), SIGNATURE, BODY, NOW));
        assertFalse(verifies(ID, "" + TIME, SIGNATURE, "{}".getBytes(StandardCharsets.UTF_8), NOW));
        assertFalse(verifies(ID, "" + TIME, SIGNATURE.substring(3), BODY, NOW));
        assertFalse(verifies(ID, "" + TIME, "", BODY, NOW));
        assertFalse(verifies(ID, "now", SIGNATURE, BODY, NOW));
    }

    @Test
    void refusesWhatIsOldOrFromTheFuture() {
        assertFalse(verifies(ID, "" + TIME, SIGNATURE, BODY, Instant.ofEpochSecond(TIME + 301)));
        assertFalse(verifies(ID, "" + TIME, SIGNATURE, BODY, Instant.ofEpochSecond(TIME - 301)));
        assertTrue(verifies(ID, "" + TIME, SIGNATURE, BODY, Instant.ofEpochSecond(TIME - 299)));
    }

    @Test
    void wantsASecretOfTheRightForm() {
        assertThrows(IllegalArgumentException.class, () -> new WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assertThrows(IllegalArgumentException.class, () -> new WebhookSecret("whsec_***"));
    }
}
