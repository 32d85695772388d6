package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.Secret;
import java.net.URI;

/** A receiver in Standard Webhooks form; the secret ({@code whsec_…}) signs what we send and what it answers. */
public record Webhook(URI url, Secret secret) {}
