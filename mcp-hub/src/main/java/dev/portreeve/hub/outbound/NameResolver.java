package dev.portreeve.hub.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host; blocks. */
@FunctionalInterface
public interface NameResolver {
    /** The system's, whose answers the JVM keeps for a while. */
    NameResolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

    List<InetAddress> resolve(String host) throws UnknownHostException;
}
