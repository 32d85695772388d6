package dev.portreeve.gateway.config;

import java.time.Duration;

/**
 * The bounds of the listeners; each one ends in an answer that names it.
 *
 * @param maxBodyBytes a request's body on the data listener
 * @param maxAdminBodyBytes a request's body on the admin listener
 * @param maxAnswerBytes a unary answer or one event of a stream, from an upstream
 * @param maxConcurrentRequests requests in work at once on the data listener; above it 503
 * @param maxConnections open connections on the data listener
 * @param bodyTimeout how long the body of a request may take to arrive
 * @param writeTimeout how long one write of an answer may wait for a client that does not read
 * @param callTimeout the longest a call may take, all attempts and waits included
 * @param defaultMaxOutputTokens the bound on an answer where neither caller nor model gives one
 * @param heartbeatEvery how often a silent event stream gets a comment line, which keeps proxies from cutting it
 * @param shutdownGrace how long running calls may go on after a stop was asked for
 */
public record LimitsConfig(
        @Default("20971520") int maxBodyBytes,
        @Default("1048576") int maxAdminBodyBytes,
        @Default("33554432") int maxAnswerBytes,
        @Default("1024") int maxConcurrentRequests,
        @Default("4096") int maxConnections,
        @Default("2m") Duration bodyTimeout,
        @Default("1m") Duration writeTimeout,
        @Default("10m") Duration callTimeout,
        @Default("4096") int defaultMaxOutputTokens,
        @Default("15s") Duration heartbeatEvery,
        @Default("30s") Duration shutdownGrace) {
    public LimitsConfig {
        requirePositive("max-body-bytes", maxBodyBytes);
        requirePositive("max-admin-body-bytes", maxAdminBodyBytes);
        requirePositive("max-answer-bytes", maxAnswerBytes);
        requirePositive("max-concurrent-requests", maxConcurrentRequests);
        requirePositive("max-connections", maxConnections);
        requirePositive("default-max-output-tokens", defaultMaxOutputTokens);
        requirePositive("body-timeout", bodyTimeout.toMillis());
        requirePositive("write-timeout", writeTimeout.toMillis());
        requirePositive("call-timeout", callTimeout.toMillis());
        requirePositive("heartbeat-every", heartbeatEvery.toMillis());
        if (shutdownGrace.isNegative()) {
            throw new IllegalArgumentException("shutdown-grace must not be negative");
        }
    }

    private static void requirePositive(String key, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " must be above zero");
        }
    }
}
