package dev.portreeve.gateway.dialect;

/**
 * What the path of a request says beside its body. In some dialects that is only the operation; in others the model and
 * whether the answer is streamed stand there too, and the body has neither.
 *
 * @param model empty where the body names it
 * @param stream false where the body says it
 */
public record RequestPath(Operation operation, String model, boolean stream) {
    /** A path that says nothing but the operation. */
    public static RequestPath of(Operation operation) {
        return new RequestPath(operation, "", false);
    }
}
