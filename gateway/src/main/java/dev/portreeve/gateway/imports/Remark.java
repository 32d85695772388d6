package dev.portreeve.gateway.imports;

/**
 * Something of a file that was not carried over, or not as it stands there. Never holds a value of the file that may be
 * secret.
 *
 * @param server as the client calls it; empty for the file as a whole
 * @param line counted from 1; 0 if not known
 * @param path of the value in the file
 * @param what is not there, and what to do about it
 */
public record Remark(String server, int line, String path, String what) {}
