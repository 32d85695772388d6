package dev.portreeve.gateway.config;

import dev.portreeve.gateway.config.ProviderConfig.Auth;
import dev.portreeve.gateway.config.ProviderConfig.Dialect;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One of the addresses at which a provider is reached.
 *
 * @param dialects those that are spoken there and wanted
 * @param auth how this address takes the key
 */
public record ProviderDoor(URI baseUrl, Set<Dialect> dialects, Auth auth) {
    public ProviderDoor {
        dialects = Set.copyOf(dialects);
    }

    /** The addresses of a provider: one, or several for a known provider that has them; none without a base URL. */
    public static List<ProviderDoor> of(ProviderConfig config) {
        URI base = config.baseUrl();
        if (base == null) {
            return List.of();
        }
        List<ProviderDoor> doors = new ArrayList<>();
        KnownProvider known = KnownProviders.builtIn().find(config.id());
        if (known != null && !known.also().isEmpty() && base.equals(known.address(variable -> null))) {
            add(doors, config, base, known.dialects(), known.auth());
            for (KnownProvider.Address address : known.also()) {
                add(doors, config, URI.create(address.baseUrl()), address.dialects(), address.auth());
            }
        }
        return doors.isEmpty() ? List.of(new ProviderDoor(base, config.spoken(), config.sentAs())) : doors;
    }

    private static void add(
            List<ProviderDoor> doors,
            ProviderConfig config,
            URI base,
            Set<KnownProvider.Wire> wires,
            KnownProvider.Auth known) {
        Set<Dialect> wanted = EnumSet.copyOf(config.spoken());
        wanted.retainAll(KnownProvider.spoken(wires));
        if (!wanted.isEmpty()) {
            Auth auth = config.identity() == null ? KnownProvider.sentAs(known, config.sentAs()) : config.sentAs();
            doors.add(new ProviderDoor(base, wanted, auth));
        }
    }
}
