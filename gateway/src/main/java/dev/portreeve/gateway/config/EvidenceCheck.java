package dev.portreeve.gateway.config;

import dev.portreeve.audit.AuditEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Finds what anchors and deliveries of the evidence name and nobody has. */
final class EvidenceCheck {
    private final Problems problems;

    EvidenceCheck(Problems problems) {
        this.problems = problems;
    }

    void run(GatewayConfig config) {
        anchors(config.audit().anchors());
        List<String> tenants = Stream.concat(config.organisation().tenantIds().stream(), Stream.of(AuditEvent.INSTANCE))
                .toList();
        deliveries(config.audit().deliveries(), tenants);
    }

    private void anchors(List<AnchorConfig> anchors) {
        for (int i = 0; i < anchors.size(); i++) {
            ObjectAnchorConfig object = anchors.get(i).object();
            String missing = object == null ? null : object.store().missing();
            if (missing != null) {
                problems.at("audit.anchors[" + i + "].object.store", "has " + missing);
            }
        }
    }

    private void deliveries(List<DeliveryConfig> deliveries, List<String> tenants) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < deliveries.size(); i++) {
            DeliveryConfig delivery = deliveries.get(i);
            String path = "audit.deliveries[" + i + "]";
            if (!seen.add(delivery.id())) {
                problems.at(path + ".id", "\"" + delivery.id() + "\" is there twice");
            }
            String tenant = delivery.tenant();
            if (tenant != null && !tenants.contains(tenant)) {
                problems.at(path + ".tenant", "there is no tenant \"" + tenant + "\"" + Spelling.hint(tenant, tenants));
            }
            String missing = delivery.missing();
            if (missing != null) {
                problems.at(path + ".s3", missing);
            }
        }
    }
}
