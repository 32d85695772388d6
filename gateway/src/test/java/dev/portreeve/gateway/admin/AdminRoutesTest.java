package dev.portreeve.gateway.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AdminRoutesTest {
    @Test
    void aLogHasNoAddressThatDecides() {
        String page = "/approve/0190d1c3-6f0e-7e0a-9b5c-2f6d1a4b8c3e/YWxpY2U/Vb3oT1";
        assertEquals("/approve/…", AdminRoutes.withoutSecrets(page));
        assertEquals("/api/v1/approvals", AdminRoutes.withoutSecrets("/api/v1/approvals"));
    }
}
