package dev.portreeve.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.policy.call.Secret;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AdminAccessTest {
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final AdminAccess access = new AdminAccess(new Secret("the-token"), () -> now);

    @Test
    void a_link_opens_one_session() {
        String code = access.newLinkCode();
        AdminAccess.Session session = access.redeem(code);
        assertNotNull(session);
        assertNull(access.redeem(code));
        assertEquals(session, access.session(session.id()));
        assertNotEquals(session.id(), session.csrf());
    }

    @Test
    void links_and_sessions_end() {
        String late = access.newLinkCode();
        AdminAccess.Session session = access.redeem(access.newLinkCode());
        assertNotNull(session);
        now = now.plus(AdminAccess.LINK_LIFE);
        assertNull(access.redeem(late));
        assertNotNull(access.session(session.id()));
        now = now.plus(AdminAccess.SESSION_LIFE).minus(Duration.ofMinutes(15));
        assertNull(access.session(session.id()));
    }

    @Test
    void only_the_newest_links_are_kept() {
        String first = access.newLinkCode();
        for (int i = 0; i < 16; i++) {
            assertNotEquals(first, access.newLinkCode());
        }
        assertNull(access.redeem(first));
    }

    @Test
    void the_token_is_compared_whole() {
        assertTrue(access.isToken("the-token"));
        assertFalse(access.isToken("the-toke"));
        assertFalse(access.isToken(""));
    }
}
