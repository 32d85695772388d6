package dev.portreeve.gateway.imports;

/**
 * A variable that the imported entries refer to.
 *
 * @param name to set in the gateway's environment
 * @param server which needs it, as the client calls it
 * @param purpose what it is for, or where its value stands in the file; never the value
 * @param literal whether the value stands in the file that was read
 * @param optional whether there is a default
 */
public record Variable(String name, String server, String purpose, boolean literal, boolean optional) {}
