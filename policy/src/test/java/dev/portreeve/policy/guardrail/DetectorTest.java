package dev.portreeve.policy.guardrail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.guardrail.GuardrailConfig.Action;
import dev.portreeve.policy.guardrail.GuardrailConfig.Detector;
import dev.portreeve.policy.guardrail.GuardrailConfig.Entity;
import dev.portreeve.policy.guardrail.GuardrailConfig.FailureMode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DetectorTest {
    private final Guardrail secrets = new SecretsDetector(config(Detector.SECRETS, Set.of()));
    private final Guardrail pii = new PiiDetector(config(Detector.PII, Set.of()));
    private final Samples samples = new Samples(1);

    private static GuardrailConfig config(Detector detector, Set<Entity> entities) {
        return new GuardrailConfig("g", detector, entities, Set.of(), Action.MASK, FailureMode.CLOSED);
    }

    private static void assertFound(Guardrail guardrail, String kind, String sample) {
        for (String[] around : new String[][] {
            {"", ""},
            {"see ", " there"},
            {"\"", "\"},"},
            {"key=", "\n"},
            {"(", ")."},
            {"\\n", "\\n"},
            {"\\u00e9", "\\\""}
        }) {
            String text = around[0] + sample + around[1];
            List<Finding> findings = guardrail.scan(text);
            assertEquals(1, findings.size(), () -> "findings in " + text + ": " + findings);
            Finding finding = findings.getFirst();
            assertEquals(kind, finding.kind(), text);
            String found = text.substring((int) finding.start(), (int) finding.end());
            assertTrue(found.startsWith(sample), () -> "found " + found + " in " + text);
            assertTrue(found.length() - sample.length() <= 2, () -> "found too much: " + found + " in " + text);
        }
    }

    @Test
    void findsEachKindOfSecret() {
        samples.secrets().forEach((kind, texts) -> {
            assertTrue(texts.size() >= 3, kind);
            texts.forEach(text -> assertFound(secrets, kind, text));
        });
    }

    @Test
    void letsLookalikesPass() {
        for (int i = 0; i < 50; i++) {
            for (String text : samples.noSecrets()) {
                assertEquals(List.of(), secrets.scan(text), text);
                assertEquals(List.of(), secrets.scan("see " + text + " there"), text);
            }
        }
    }

    /** GitHub's description of its format gives this token as an example. */
    @Test
    void theChecksumIsGithubs() {
        String example = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ" + "0mLq17";
        assertTrue(Base62Checksum.isAtEndOf(example));
        assertFalse(Base62Checksum.isAtEndOf(example.replace('z', 'Z')));
    }

    @Test
    void findsEachKindOfPersonalData() {
        Samples.personalData().forEach((kind, texts) -> {
            assertTrue(texts.size() >= 3, kind);
            texts.forEach(text -> assertFound(pii, kind, text));
        });
    }

    @Test
    void letsOrdinaryTextPass() {
        for (String text : Samples.noPersonalData()) {
            assertEquals(List.of(), pii.scan(text), text);
            assertEquals(List.of(), pii.scan("see " + text + " there"), text);
        }
    }

    @Test
    void findsACardBeforeItsExpiryDateAndBehindANumber() {
        assertEquals(
                List.of(new Finding("credit-card", 6, 25, false)), pii.scan("Karte 4111 1111 1111 1111 12/29 123"));
        assertEquals(List.of(new Finding("credit-card", 3, 19, false)), pii.scan("12 4111111111111111"));
    }

    @Test
    void findsOnlyTheEntitiesAskedFor() {
        Guardrail ibans = new PiiDetector(config(Detector.PII, Set.of(Entity.IBAN)));
        String text = "joe@example.com 4111111111111111 DE89370400440532013000";
        assertEquals(
                List.of("iban"), ibans.scan(text).stream().map(Finding::kind).toList());
        assertEquals(
                List.of("email", "credit-card", "iban"),
                pii.scan(text).stream().map(Finding::kind).toList());
    }

    @Test
    void stopsAnAddressBeforeTheFullStop() {
        assertEquals(List.of(new Finding("email", 0, 15, false)), pii.scan("joe@example.com."));
        assertEquals(List.of(new Finding("email", 0, 15, false)), pii.scan("joe@example.com-"));
        assertEquals(List.of(new Finding("email", 3, 18, false)), pii.scan("...joe@example.com"));
    }

    @Test
    void aMaskIsNeverFound() {
        for (String kind : List.of("email", "credit-card", "iban")) {
            assertEquals(List.of(), pii.scan(pii.mask(kind)));
            assertEquals(List.of(), secrets.scan(pii.mask(kind)));
        }
        assertEquals(List.of(), secrets.scan(secrets.mask("jwt")));
    }

    @Test
    void aKeyWithoutAFooterIsTakenToItsEnd() {
        String pem = samples.pem("PRIVATE KEY", "\n", 3);
        String cut = pem.substring(0, pem.indexOf("-----" + "END") - 1);
        assertEquals(
                List.of(new Finding("private-key", 1, cut.length() + 1L, false)), secrets.scan("\"" + cut + "\" x"));
    }
}
