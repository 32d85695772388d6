package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;

/**
 * A prompt, resource or template that can be listed.
 *
 * @param name as callers of the view know it: a name, a URI or a URI template
 * @param own what its server calls it
 * @param resource what rules decide about
 * @param listing its definition as callers see it
 */
public record ContextEntry(ServerEntry owner, String name, String own, Resource.OfServer resource, RawJson listing) {}
