package dev.portreeve.hub.south;

import dev.portreeve.hub.credential.Credential;
import dev.portreeve.hub.outbound.Reach;
import java.net.URI;

/**
 * Where an HTTP server is and how to be let in.
 *
 * @param reach how far the gateway may go for it
 * @param credential sent to it with every request
 */
public record HttpTarget(URI url, Reach reach, Credential credential) {}
