package dev.portreeve.gateway.dialect;

import java.util.Map;

/**
 * What a provider said before its answer, as far as it may be passed on.
 *
 * @param contentType of the answer
 * @param headers names in lower case; only those on the list of what may be passed on
 */
public record AnswerHead(String contentType, Map<String, String> headers) {
    public AnswerHead {
        headers = Map.copyOf(headers);
    }
}
