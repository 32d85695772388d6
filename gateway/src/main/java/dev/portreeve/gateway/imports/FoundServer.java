package dev.portreeve.gateway.imports;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client's file says of one server, in our words: variables are written {@code ${NAME}}, a literal {@code ${} is
 * {@code $${}. Values may still be secret.
 *
 * @param name as the client calls it
 * @param path in the file, for the report
 * @param command argv, or empty for a server with a URL
 * @param url or {@code null} for a process
 * @param inherited variables that the client hands on from its own environment
 * @param folder where the process runs, if the file says so
 * @param enabled false if the client has it switched off
 * @param timeout for one call, if the file says so
 * @param only the tools that the client offers to its model; {@code null}: all but {@code without}
 * @param without tools that the client does not offer to its model
 */
record FoundServer(
        String name,
        String path,
        List<String> command,
        Map<String, String> env,
        @Nullable String url,
        boolean sse,
        Map<String, String> headers,
        List<String> inherited,
        @Nullable String folder,
        boolean enabled,
        @Nullable Duration timeout,
        @Nullable List<String> only,
        List<String> without) {}
