package dev.portreeve.gateway;

import picocli.CommandLine.IVersionProvider;

/** Which version runs: that of the jar, or none when run from classes. */
final class Version implements IVersionProvider {
    static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "portreeve " + (version == null ? "(built from sources)" : version) + ", Java " + Runtime.version();
    }

    @Override
    public String[] getVersion() {
        return new String[] {text()};
    }
}
