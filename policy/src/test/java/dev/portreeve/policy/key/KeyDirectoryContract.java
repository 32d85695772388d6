package dev.portreeve.policy.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.budget.TestClock;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.key.Authentication.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every directory of keys promises. */
abstract class KeyDirectoryContract {
    static final String NOON = "2026-05-14T12:00:00Z";
    final TestClock clock = new TestClock(NOON);
    KeyDirectory keys;

    /** With the agent bot of acme's team support, and the user ana of globex. */
    abstract KeyDirectory open();

    /** Another replica on the same store. */
    abstract KeyDirectory replica();

    abstract void retire(String tenant, String member);

    /** Lets look-ups of this directory fail. */
    abstract void breakDown();

    /** Every event so far, as JSON text. */
    abstract List<String> leaves();

    abstract void close();

    @BeforeEach
    void openKeys() {
        keys = open();
    }

    @AfterEach
    void closeKeys() {
        close();
    }

    private VirtualKey issue(@Nullable Instant expiresAt) {
        return assertInstanceOf(Issuance.Issued.class, keys.create("acme", "bot", "laptop", expiresAt, "cli"))
                .key();
    }

    private static Reason rejected(Authentication authentication) {
        return assertInstanceOf(Authentication.Rejected.class, authentication).reason();
    }

    @Test
    void aNewKeyWorksAtOnceAndStandsForItsOwner() {
        VirtualKey key = issue(null);
        Subject expected = new Subject("acme", "support", Subject.Kind.AGENT, "bot", key.id());
        assertEquals(new Authentication.Authenticated(expected), keys.authenticate(key.reveal()));
        assertEquals(new Authentication.Authenticated(expected), keys.authenticate(" " + key.reveal() + " "));
        assertEquals(new Authentication.Authenticated(expected), replica().authenticate(key.reveal()));
    }

    @Test
    void makingAndEndingAKeyIsRecordedWithoutItsSecret() {
        VirtualKey key = issue(Instant.parse("2026-06-01T00:00:00Z"));
        assertTrue(keys.revoke("acme", key.id(), "admin:eve"));
        List<String> leaves = leaves();
        assertEquals(2, leaves.size());
        assertTrue(leaves.getFirst().contains("\"kind\":\"key.created\""), leaves.getFirst());
        assertTrue(leaves.getFirst().contains("\"actor\":\"cli\",\"at\":"), leaves.getFirst());
        assertTrue(leaves.getFirst().contains("\"expires_at\":\"2026-06-01T00:00:00Z\""), leaves.getFirst());
        assertTrue(leaves.getFirst().contains("\"key\":\"" + key.id() + "\""), leaves.getFirst());
        assertTrue(leaves.getFirst().contains("\"tenant\":\"acme\""), leaves.getFirst());
        assertTrue(leaves.getLast().contains("\"kind\":\"key.revoked\""), leaves.getLast());
        assertTrue(leaves.getLast().contains("\"actor\":\"admin:eve\""), leaves.getLast());
        assertTrue(leaves.getLast().contains("\"member\":\""), leaves.getLast());
        String secret = key.reveal().substring(VirtualKey.PREFIX.length() + VirtualKey.ID_LENGTH + 1);
        leaves.forEach(leaf -> assertFalse(leaf.contains(secret), "the secret is in a record"));
    }

    @Test
    void aRevokedKeyIsOutAtOnceHereAndSoonElsewhere() {
        VirtualKey key = issue(null);
        KeyDirectory replica = replica();
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(key.reveal()));
        assertInstanceOf(Authentication.Authenticated.class, replica.authenticate(key.reveal()));
        assertTrue(keys.revoke("acme", key.id(), "cli"));
        assertEquals(Reason.REVOKED, rejected(keys.authenticate(key.reveal())));
        Awaitility.await()
                .atMost(KeyCache.AGE.plusSeconds(30))
                .until(() -> replica.authenticate(key.reveal()) instanceof Authentication.Rejected);
        assertFalse(keys.revoke("acme", key.id(), "cli"), "it ends once");
    }

    @Test
    void aKeyIsRecognisedByItsIdOnlyWhileItLives() {
        VirtualKey key = issue(null);
        Authentication recognised = keys.recognise(key.id());
        assertEquals(keys.authenticate(key.reveal()), recognised);
        assertEquals(Reason.UNKNOWN, rejected(keys.recognise("000000000000")));
        assertTrue(keys.revoke("acme", key.id(), "cli"));
        assertEquals(Reason.REVOKED, rejected(keys.recognise(key.id())));
    }

    @Test
    void onlyItsOwnTenantCanRevokeAKey() {
        VirtualKey key = issue(null);
        assertFalse(keys.revoke("globex", key.id(), "cli"));
        assertFalse(keys.revoke("acme", "000000000000", "cli"));
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(key.reveal()));
        assertEquals(1, leaves().size(), "what did not happen is not recorded");
    }

    private static final Confines READING = new Confines(List.of("fast*"), List.of("notes__read*"), null, null, null);

    private Subject subject(VirtualKey key) {
        return assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(key.reveal()))
                .subject();
    }

    private Issuance.Issued below(VirtualKey parent, Duration life, Confines confines) {
        return assertInstanceOf(
                Issuance.Issued.class, keys.delegate(subject(parent), new ChildWish("sub-agent", life, confines)));
    }

    @Test
    void aKeyMakesOthersThatKnowWhatIsAboveThem() {
        VirtualKey root = issue(null);
        VirtualKey child = below(root, Duration.ofHours(1), READING).key();
        VirtualKey grandchild =
                below(child, Duration.ofMinutes(5), Confines.NONE).key();
        Subject expected = new Subject("acme", "support", Subject.Kind.AGENT, "bot", grandchild.id())
                .by(new Delegation(List.of(root.id(), child.id()), List.of(READING, Confines.NONE)));
        assertEquals(new Authentication.Authenticated(expected), keys.authenticate(grandchild.reveal()));
        assertEquals(new Authentication.Authenticated(expected), replica().authenticate(grandchild.reveal()));
        assertEquals(new Authentication.Authenticated(expected), keys.recognise(grandchild.id()));
        assertEquals(
                List.of(child.id()),
                keys.children(subject(root)).stream().map(KeyInfo::id).toList());
        assertTrue(keys.list("acme").stream().anyMatch(info -> child.id().equals(info.parent())));
        String made = leaves().get(1);
        assertTrue(made.contains("\"parent\":\"" + root.id() + "\""), made);
        assertTrue(made.contains("\"actor\":\"key:" + root.id() + "\""), made);
        assertTrue(made.contains("notes__read*"), made);
    }

    @Test
    void aKeyKnowsWhatItWasGivenToSpend() {
        VirtualKey root = issue(null);
        Carve carve = new Carve(NanoUsd.ofUsd("0.25"), Carve.Window.DAILY, ZoneId.of("Europe/Berlin"));
        Confines confines = new Confines(List.of("fast"), null, null, null, null, carve);
        VirtualKey child = below(root, Duration.ofHours(1), confines).key();
        Subject expected = new Subject("acme", "support", Subject.Kind.AGENT, "bot", child.id())
                .by(new Delegation(List.of(root.id()), List.of(confines)));
        assertEquals(new Authentication.Authenticated(expected), keys.authenticate(child.reveal()));
        assertEquals(new Authentication.Authenticated(expected), replica().authenticate(child.reveal()));
        String made = leaves().get(1);
        assertTrue(made.contains("\"budget_usd\":\"0.25\""), made);
        assertTrue(made.contains("\"budget_window\":\"daily\""), made);
    }

    @Test
    void aKeyEndsWithTheOneAboveIt() {
        VirtualKey root = issue(Instant.parse("2026-05-14T13:00:00Z"));
        VirtualKey child = below(root, Duration.ofDays(1), Confines.NONE).key();
        VirtualKey grandchild =
                below(child, Duration.ofMinutes(5), Confines.NONE).key();
        KeyDirectory replica = replica();
        assertInstanceOf(Authentication.Authenticated.class, replica.authenticate(grandchild.reveal()));
        assertEquals(
                Instant.parse("2026-05-14T13:00:00Z"),
                keys.children(subject(root)).getFirst().expiresAt(),
                "never longer than the key above");
        assertTrue(keys.revoke("acme", child.id(), "cli"));
        assertEquals(Reason.REVOKED, rejected(keys.authenticate(child.reveal())));
        assertEquals(Reason.REVOKED, rejected(keys.authenticate(grandchild.reveal())));
        Awaitility.await()
                .atMost(KeyCache.AGE.plusSeconds(30))
                .until(() -> replica.authenticate(grandchild.reveal()) instanceof Authentication.Rejected);
        assertEquals(List.of(), keys.children(subject(root)));
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(root.reveal()));
    }

    @Test
    void aKeyEndsOnlyWhatIsBelowIt() {
        VirtualKey root = issue(null);
        VirtualKey other = issue(null);
        VirtualKey child = below(root, Duration.ofHours(1), Confines.NONE).key();
        VirtualKey grandchild = below(child, Duration.ofHours(1), Confines.NONE).key();
        assertFalse(keys.revoke(subject(other), child.id()));
        assertFalse(keys.revoke(subject(child), child.id()));
        assertFalse(keys.revoke(subject(child), root.id()));
        assertFalse(keys.revoke(subject(child), "000000000000"));
        assertTrue(keys.revoke(subject(root), grandchild.id()));
        assertEquals(Reason.REVOKED, rejected(keys.authenticate(grandchild.reveal())));
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(child.reveal()));
    }

    @Test
    void delegationIsBounded() {
        VirtualKey key = issue(null);
        Subject root = subject(key);
        for (Duration life : List.of(Duration.ZERO, Duration.ofSeconds(-1), ChildWish.LONGEST.plusSeconds(1))) {
            assertInstanceOf(
                    Issuance.Refused.class,
                    keys.delegate(root, new ChildWish("x", life, Confines.NONE)),
                    () -> "" + life);
        }
        Duration hour = Duration.ofHours(1);
        assertInstanceOf(Issuance.Refused.class, keys.delegate(root, new ChildWish(" ", hour, Confines.NONE)));
        assertInstanceOf(
                Issuance.Refused.class,
                keys.delegate(
                        root,
                        new ChildWish("x", hour, new Confines(null, List.of("y".repeat(201)), null, null, null))));
        VirtualKey below = key;
        for (int i = 0; i < Delegation.MAX_DEPTH; i++) {
            below = below(below, hour, Confines.NONE).key();
        }
        assertInstanceOf(
                Issuance.Refused.class, keys.delegate(subject(below), new ChildWish("x", hour, Confines.NONE)));
        for (int i = 1; i < KeyDirectory.MAX_LIVING_CHILDREN; i++) {
            below(key, hour, Confines.NONE);
        }
        assertInstanceOf(Issuance.Refused.class, keys.delegate(root, new ChildWish("x", hour, Confines.NONE)));
        clock.advance(hour);
        assertInstanceOf(Issuance.Issued.class, keys.delegate(root, new ChildWish("x", hour, Confines.NONE)));
    }

    @Test
    void aKeyThatHasEndedMakesNone() {
        VirtualKey key = issue(null);
        Subject root = subject(key);
        assertTrue(keys.revoke("acme", key.id(), "cli"));
        assertInstanceOf(
                Issuance.Refused.class, keys.delegate(root, new ChildWish("x", Duration.ofHours(1), Confines.NONE)));
    }

    @Test
    void aKeyExpires() {
        VirtualKey key = issue(Instant.parse("2026-05-14T13:00:00Z"));
        clock.advance(Duration.ofMinutes(59));
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(key.reveal()));
        clock.advance(Duration.ofMinutes(1));
        assertEquals(Reason.EXPIRED, rejected(keys.authenticate(key.reveal())));
    }

    @Test
    void theKeysOfAMemberWhoLeftNoLongerWork() {
        VirtualKey key = issue(null);
        retire("acme", "bot");
        assertEquals(Reason.REVOKED, rejected(keys.authenticate(key.reveal())));
        assertInstanceOf(Issuance.Refused.class, keys.create("acme", "bot", "again", null, "cli"));
    }

    @Test
    void everythingElseIsRejectedForItsReason() {
        VirtualKey key = issue(null);
        VirtualKey unknown = VirtualKey.generate(new SecureRandom());
        VirtualKey forged = VirtualKey.of(key.id(), new byte[VirtualKey.SECRET_BYTES]);
        String typo = key.reveal().substring(0, key.reveal().length() - 1) + "!";
        assertEquals(Reason.MISSING, rejected(keys.authenticate(null)));
        assertEquals(Reason.MISSING, rejected(keys.authenticate("  ")));
        assertEquals(Reason.MALFORMED, rejected(keys.authenticate("sk-secret-of-another-vendor")));
        assertEquals(Reason.MALFORMED, rejected(keys.authenticate(typo)));
        assertEquals(Reason.MALFORMED, rejected(keys.authenticate("x".repeat(1_000_000))));
        assertEquals(Reason.UNKNOWN, rejected(keys.authenticate(unknown.reveal())));
        assertEquals(Reason.UNKNOWN, rejected(keys.authenticate(forged.reveal())));
        assertEquals(Reason.UNKNOWN, rejected(keys.authenticate(unknown.reveal())), "also from memory");
        Awaitility.await().until(() -> leaves().size() == 9);
        String rejections = String.join("\n", leaves().subList(1, 9));
        assertEquals(8, rejections.split("\"kind\":\"authentication.rejected\"", -1).length - 1, rejections);
        assertTrue(rejections.contains("\"reason\":\"key_malformed\""), rejections);
        assertTrue(rejections.contains("\"key\":\"" + unknown.id() + "\""), rejections);
        assertFalse(rejections.contains("another-vendor"), "what was presented is never recorded");
        assertFalse(rejections.contains(forged.reveal().substring(17)), "what was presented is never recorded");
    }

    @Test
    void aFloodIsCountedAndNotWritten() {
        for (int i = 0; i < 500; i++) {
            keys.authenticate("nonsense");
        }
        clock.advance(Duration.ofSeconds(1));
        keys.authenticate("nonsense");
        int written = Rejections.PER_SECOND + 1;
        Awaitility.await().until(() -> leaves().size() >= written);
        assertEquals(written, leaves().size());
        assertTrue(leaves().getLast().contains("\"left_out\":490"), leaves().getLast());
    }

    @Test
    void aStoreThatDoesNotAnswerLetsNobodyIn() {
        VirtualKey stranger = VirtualKey.generate(new SecureRandom());
        VirtualKey known = issue(null);
        assertInstanceOf(Authentication.Authenticated.class, keys.authenticate(known.reveal()));
        breakDown();
        assertInstanceOf(Authentication.Unavailable.class, keys.authenticate(stranger.reveal()));
    }

    @Test
    void whatCannotBeAKeyIsRefusedWithAReason() {
        assertTrue(refused("acme", "nobody", "n", null).contains("\"nobody\""));
        assertTrue(refused("acme", "ana", "n", null).contains("\"ana\""), "a member of another tenant");
        assertTrue(refused("acme", "bot", " ", null).contains("name"));
        assertTrue(refused("acme", "bot", "x".repeat(101), null).contains("100"));
        assertTrue(refused("acme", "bot", "n", clock.instant()).contains("expired"));
        assertEquals(List.of(), leaves());
    }

    private String refused(String tenant, String member, String name, @Nullable Instant expiresAt) {
        return assertInstanceOf(Issuance.Refused.class, keys.create(tenant, member, name, expiresAt, "cli"))
                .detail();
    }

    @Test
    void listsTheKeysOfATenantWithoutSecrets() {
        VirtualKey first = issue(null);
        clock.advance(Duration.ofSeconds(1));
        VirtualKey second = issue(null);
        keys.revoke("acme", first.id(), "cli");
        List<KeyInfo> listed = keys.list("acme");
        assertEquals(
                List.of(second.id(), first.id()),
                listed.stream().map(KeyInfo::id).toList());
        assertTrue(listed.getFirst().revokedAt() == null);
        assertTrue(listed.getLast().revokedAt() != null);
        assertEquals(List.of(), keys.list("globex"));
    }
}
