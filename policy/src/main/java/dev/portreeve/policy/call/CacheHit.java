package dev.portreeve.policy.call;

import java.time.Duration;
import java.util.UUID;

/**
 * That an answer which was made for an earlier call is given again, and what for.
 *
 * @param madeFor the call it was made for
 * @param age the time since then
 * @param usage what that call used
 * @param cost what that call was charged
 * @param price what this one is charged
 */
public record CacheHit(UUID madeFor, Duration age, Usage usage, NanoUsd cost, NanoUsd price) {}
