package dev.portreeve.gateway.admin;

import dev.portreeve.policy.approval.StandingApproval;
import dev.portreeve.policy.approval.StandingApprovals;
import dev.portreeve.policy.approval.StandingApprovals.Revocation;
import dev.portreeve.policy.approval.Ticket;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Remembered yeses over all tenants, with refusals as the admin listener answers them. Thread-safe; blocks. */
final class RememberedDesk {
    private final StandingApprovals remembered;
    private final List<String> tenants;

    RememberedDesk(StandingApprovals remembered, List<String> tenants) {
        this.remembered = remembered;
        this.tenants = List.copyOf(tenants);
    }

    /** Newest first; {@code over} also those that may not be used any more. */
    List<StandingApproval> list(boolean over) {
        return tenants.stream()
                .flatMap(tenant -> remembered.list(tenant, over, StandingApprovals.MAX_LIST).stream())
                .sorted(Comparator.comparing(StandingApproval::givenAt).reversed())
                .limit(StandingApprovals.MAX_LIST)
                .toList();
    }

    StandingApproval find(String id) {
        UUID standing = uuid(id);
        return tenants.stream()
                .flatMap(tenant -> remembered.find(tenant, standing).stream())
                .findFirst()
                .orElseThrow(() -> unknown(standing));
    }

    /** The one that came with a ticket's yes. */
    Optional<StandingApproval> of(Ticket ticket) {
        return remembered.of(ticket);
    }

    /** Ends it; one that was ended by somebody before stays as it is. */
    StandingApproval revoke(String id, String by, @Nullable String reason) {
        UUID standing = uuid(id);
        Revocation result = tenants.stream()
                .map(tenant -> remembered.revoke(tenant, standing, by, reason))
                .filter(revoked -> !(revoked instanceof Revocation.Unknown))
                .findFirst()
                .orElseGet(Revocation.Unknown::new);
        return switch (result) {
            case Revocation.Done done -> done.standing();
            case Revocation.TooLate late
            when late.standing().state() == StandingApproval.State.REVOKED -> late.standing();
            case Revocation.TooLate ignored ->
                throw new AdminRefusal(Problem.conflict("this remembered approval is over already"));
            case Revocation.Unknown ignored -> throw unknown(standing);
        };
    }

    private static AdminRefusal unknown(UUID id) {
        return new AdminRefusal(Problem.notFound("there is no remembered approval \"" + id + "\""));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException notOne) {
            throw new AdminRefusal(Problem.notFound("the id of a remembered approval is a UUID"));
        }
    }
}
