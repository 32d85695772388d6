package dev.portreeve.gateway.turn;

/**
 * A call that a model wants of a tool of this gateway.
 *
 * @param label of the server, as the caller calls it
 * @param name of the tool there
 * @param arguments as the model wrote them, which may be no JSON
 */
public record OwnCall(String label, String name, String arguments) {}
