package dev.portreeve.gateway.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;

/** The header names and fixed headers of the data listener, made once. */
final class Names {
    static final HeaderName REQUEST_ID = HeaderNames.create("x-request-id");
    static final HeaderName ANTHROPIC_REQUEST_ID = HeaderNames.create("request-id");
    static final HeaderName ANTHROPIC_VERSION = HeaderNames.create("anthropic-version");
    static final HeaderName CALL_ID = HeaderNames.create("x-portreeve-call-id");
    static final HeaderName COST = HeaderNames.create("x-portreeve-cost-usd");
    static final HeaderName OVERHEAD = HeaderNames.create("x-portreeve-overhead-ms");
    static final HeaderName PROVIDER = HeaderNames.create("x-portreeve-provider");
    static final HeaderName MODEL = HeaderNames.create("x-portreeve-model");
    static final HeaderName ATTEMPTS = HeaderNames.create("x-portreeve-attempts");
    static final HeaderName OUTPUT_CAP = HeaderNames.create("x-portreeve-output-cap");
    static final HeaderName SHRUNK_FROM = HeaderNames.create("x-portreeve-output-cap-shrunk-from");
    static final HeaderName TRANSLATION = HeaderNames.create("x-portreeve-translation");
    static final HeaderName BUDGET_REMAINING = HeaderNames.create("x-portreeve-budget-remaining-usd");
    static final HeaderName BUDGET_RESET = HeaderNames.create("x-portreeve-budget-reset");
    static final HeaderName BUDGET_TOKENS = HeaderNames.create("x-portreeve-budget-remaining-tokens");
    static final HeaderName BUDGET_RESET_TOKENS = HeaderNames.create("x-portreeve-budget-reset-tokens");
    static final HeaderName BUDGET_REQUESTS = HeaderNames.create("x-portreeve-budget-remaining-requests");
    static final HeaderName BUDGET_RESET_REQUESTS = HeaderNames.create("x-portreeve-budget-reset-requests");
    static final HeaderName DECISION = HeaderNames.create("x-portreeve-decision");
    static final HeaderName UPSTREAM_REQUEST_ID = HeaderNames.create("x-portreeve-upstream-request-id");
    static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("idempotency-key");
    static final HeaderName REPLAY = HeaderNames.create("x-portreeve-idempotent-replay");
    static final HeaderName REPLAYED_CALL = HeaderNames.create("x-portreeve-replayed-call-id");
    static final HeaderName CACHE = HeaderNames.create("x-portreeve-cache");
    static final HeaderName CACHE_AGE = HeaderNames.create("x-portreeve-cache-age");
    static final HeaderName API_KEY = HeaderNames.create("x-api-key");
    static final HeaderName GOOG_API_KEY = HeaderNames.create("x-goog-api-key");
    static final HeaderName GOOG_API_CLIENT = HeaderNames.create("x-goog-api-client");
    static final HeaderName AZURE_API_KEY = HeaderNames.create("api-key");
    static final HeaderName LITELLM_API_KEY = HeaderNames.create("x-litellm-api-key");
    static final HeaderName PORTKEY_API_KEY = HeaderNames.create("x-portkey-api-key");
    static final HeaderName CLOUDFLARE_KEY = HeaderNames.create("cf-aig-authorization");

    static final Header ONE_ATTEMPT = HeaderValues.createCached(ATTEMPTS, "1");
    static final Header NO_RETRY = HeaderValues.createCached("x-should-retry", "false");
    static final Header NO_BUFFERING = HeaderValues.createCached("x-accel-buffering", "no");
    static final Header NO_CACHE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-cache");
    static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

    private Names() {}
}
