package dev.portreeve.gateway.cli;

import picocli.CommandLine.Command;

/** {@code portreeve policy}. */
@Command(
        name = "policy",
        description = "what the rules say to a call, and why; and how rules change while the gateway runs",
        mixinStandardHelpOptions = true)
public final class PolicyCommand {}
