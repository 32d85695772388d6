package dev.portreeve.gateway.imports;

import dev.portreeve.gateway.config.ConfigEdit;

/**
 * One server, said in our words.
 *
 * @param name as the client calls it
 * @param transport {@code stdio}, {@code http} or {@code sse}, for people
 * @param disabled processes always are: a person looks at what would be started first
 * @param line of the client's file; 0 if not known
 * @param entry for the list {@code tool-servers}
 */
public record ImportedServer(
        String slug, String name, String transport, boolean disabled, int line, ConfigEdit.Entry entry) {}
