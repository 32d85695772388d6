package dev.portreeve.gateway.cli;

import picocli.CommandLine.Command;

/** {@code portreeve policy}. */
@Command(name = "policy", description = "what the rules say to a call, and why", mixinStandardHelpOptions = true)
public final class PolicyCommand {}
