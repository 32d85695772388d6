package dev.portreeve.gateway.dialect;

import java.util.Locale;

/** An error as Google's services say it: a status word beside the number, and details that their clients act on. */
record GeminiError(ErrorAnswer error) {
    private static final String TYPE = "{\"@type\":\"type.googleapis.com/google.rpc.";

    String json() {
        return "{\"error\":{\"code\":" + error.status() + ",\"message\":" + ErrorAnswer.quoted(error.located())
                + ",\"status\":\"" + word() + "\",\"details\":[" + details() + "]}}";
    }

    private String word() {
        return switch (error.status()) {
            case 401 -> "UNAUTHENTICATED";
            case 403 -> "PERMISSION_DENIED";
            case 404 -> "NOT_FOUND";
            case 409 -> "ABORTED";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 408, 504 -> "DEADLINE_EXCEEDED";
            case 502, 503 -> "UNAVAILABLE";
            default -> error.status() >= 500 ? "INTERNAL" : "INVALID_ARGUMENT";
        };
    }

    private String details() {
        String reason = TYPE + "ErrorInfo\",\"reason\":"
                + ErrorAnswer.quoted(error.code().toUpperCase(Locale.ROOT)) + ",\"domain\":\"portreeve\"}";
        if (error.code().equals("insufficient_quota")) {
            // Gemini CLI goes on asking after every other 429; this it takes for a quota that is gone for the day.
            return reason + "," + TYPE
                    + "QuotaFailure\",\"violations\":[{\"quotaMetric\":\"portreeve/budget\",\"quotaId\":\"PortreeveBudgetPerDay\"}]}";
        }
        if (error.retry() && (error.status() == 429 || error.status() == 503)) {
            return reason + "," + TYPE + "RetryInfo\",\"retryDelay\":\"" + delay() + "s\"}";
        }
        return reason;
    }

    private String delay() {
        String after = error.headers().getOrDefault("retry-after", "");
        return after.matches("[0-9]{1,3}") ? after : "5";
    }
}
