package dev.portreeve.policy.call;

/** A credential from the configuration. Prints as stars, so that no log line, error or dump can carry it (INV-7). */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "****";
    }
}
