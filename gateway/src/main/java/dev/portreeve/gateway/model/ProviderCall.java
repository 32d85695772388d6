package dev.portreeve.gateway.model;

import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.policy.call.Deadline;
import java.util.Map;

/**
 * One attempt of one call at one provider.
 *
 * @param upstreamModel the provider's own name of the model
 * @param capTokens the bound to put on the answer where the caller gave none; 0 puts none
 * @param passedHeaders the caller's headers that may be passed on, names in lower case; never its credentials
 * @param reply where the provider leaves what is not part of the answer's chunks
 */
public record ProviderCall(
        ModelRequest request,
        String upstreamModel,
        long capTokens,
        Deadline deadline,
        Map<String, String> passedHeaders,
        ProviderReply reply) {}
