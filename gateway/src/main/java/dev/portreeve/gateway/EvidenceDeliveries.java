package dev.portreeve.gateway;

import dev.portreeve.audit.DirectRecords;
import dev.portreeve.audit.export.AuditExport;
import dev.portreeve.audit.log.LogSigner;
import dev.portreeve.audit.log.Progress;
import dev.portreeve.gateway.config.AuditConfig;
import dev.portreeve.gateway.config.DataDirectory;
import dev.portreeve.gateway.database.Database;
import dev.portreeve.gateway.database.EvidenceFiles;
import dev.portreeve.gateway.database.StartFailure;
import dev.portreeve.gateway.deliver.Deliveries;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What records that go to other systems by themselves need of this gateway. */
final class EvidenceDeliveries {
    private EvidenceDeliveries() {}

    /** @throws StartFailure if one of them cannot be what it is configured to be */
    static Deliveries start(
            AuditConfig config, DataDirectory directory, Database database, Evidence evidence, InstantSource clock) {
        SecureRandom random = new SecureRandom();
        LogSigner signer = EvidenceFiles.signer(config, directory);
        try {
            return Deliveries.start(
                    config.deliveries(),
                    new Deliveries.Ground(
                            database.unpooled(),
                            new DirectRecords(clock, random),
                            by -> new AuditExport(
                                    database.unpooled(),
                                    signer,
                                    evidence.log(),
                                    Progress.none(),
                                    clock,
                                    new AuditExport.Asker(by, "portreeve " + Version.text())),
                            directory.root().resolve("deliveries"),
                            clock,
                            random));
        } catch (IllegalArgumentException unusable) {
            throw new StartFailure(String.valueOf(unusable.getMessage()), unusable);
        }
    }
}
