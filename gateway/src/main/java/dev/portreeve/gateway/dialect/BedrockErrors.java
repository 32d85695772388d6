package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.Nullable;

/** Bedrock's names of what went wrong, which say more than the status beside them. */
public final class BedrockErrors {
    private BedrockErrors() {}

    /**
     * The status that means the same in all dialects.
     *
     * @param type from {@code x-amzn-errortype}, which may carry an address behind a colon, or an exception's in a stream
     * @param otherwise where the type is none that is known
     */
    public static int status(@Nullable String type, int otherwise) {
        if (type == null) {
            return otherwise;
        }
        int colon = type.indexOf(':');
        String name = colon < 0 ? type : type.substring(0, colon);
        String plain = name.isEmpty() ? "" : Character.toUpperCase(name.charAt(0)) + name.substring(1);
        return switch (plain) {
            case "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "IncompleteSignatureException",
                    "InvalidClientTokenId",
                    "MissingAuthenticationTokenException",
                    "ExpiredTokenException" -> 401;
            case "AccessDeniedException" -> 403;
            case "ServiceQuotaExceededException" -> 402;
            case "ThrottlingException", "ModelNotReadyException" -> 429;
            case "ValidationException", "ConflictException" -> 400;
            case "ResourceNotFoundException" -> 404;
            case "ModelTimeoutException" -> 504;
            case "ServiceUnavailableException" -> 503;
            case "ModelErrorException", "ModelStreamErrorException" -> 502;
            case "InternalServerException" -> 500;
            default -> otherwise;
        };
    }
}
