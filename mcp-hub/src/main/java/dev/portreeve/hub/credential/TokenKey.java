package dev.portreeve.hub.credential;

/**
 * What a token is kept under: it fits exactly this server and this client, so that a changed configuration finds nothing.
 *
 * @param server slug of the downstream server
 * @param url of the server
 * @param holder on whose behalf; empty for the gateway itself
 */
public record TokenKey(String server, String url, String clientId, String holder) {}
