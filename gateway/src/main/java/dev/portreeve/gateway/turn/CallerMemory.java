package dev.portreeve.gateway.turn;

/**
 * What the gateway knows of a caller's conversation that neither the request nor the provider has.
 *
 * @param thoughts remembered for callers of the chat dialect
 * @param frame of the response, for callers of the Responses dialect
 */
public record CallerMemory(Thoughts thoughts, ResponseFrame frame) {
    /** Where nothing is known. */
    public static final CallerMemory NONE = new CallerMemory(Thoughts.NONE, ResponseFrame.NONE);

    /** What is known where the request goes to this provider's model. */
    public CallerMemory at(String provider, String model) {
        return new CallerMemory(thoughts.at(provider, model), frame);
    }
}
