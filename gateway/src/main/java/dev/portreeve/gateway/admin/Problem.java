package dev.portreeve.gateway.admin;

/**
 * What is wrong with an admin request, as RFC 9457 has it.
 *
 * @param title the kind of problem, always the same words for the same kind
 * @param detail this one; without contents and secrets
 */
record Problem(int status, String title, String detail) {
    static Problem badRequest(String detail) {
        return new Problem(400, "bad request", detail);
    }

    static Problem unauthorized(String detail) {
        return new Problem(401, "not signed in", detail);
    }

    static Problem forbidden(String detail) {
        return new Problem(403, "not permitted", detail);
    }

    static Problem notFound(String detail) {
        return new Problem(404, "not found", detail);
    }

    static Problem conflict(String detail) {
        return new Problem(409, "conflict", detail);
    }

    static Problem tooLarge(int maxBytes) {
        return new Problem(413, "body too large", "the body is larger than " + maxBytes + " bytes");
    }

    static Problem unavailable(String detail) {
        return new Problem(503, "not available now", detail);
    }
}
