package dev.portreeve.gateway.file;

/**
 * How much may be kept at once; what is kept longer than its time does not count.
 *
 * @param maxFiles of one tenant
 * @param maxBytes of one tenant, in all its files
 * @param maxBytesPerMember of these, in the files of one member
 */
public record FileRoom(int maxFiles, long maxBytes, long maxBytesPerMember) {}
