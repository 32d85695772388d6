package dev.portreeve.policy.approval;

import dev.portreeve.policy.call.Confines;
import dev.portreeve.policy.call.Delegation;
import dev.portreeve.policy.call.Entrance;
import dev.portreeve.policy.call.Subject;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a ticket keeps of its caller beside member and key, so that rules about a changed call find the caller they found before.
 *
 * @param above the keys above the caller's
 * @param view by which the call came in
 * @param address from which it came; {@code null} if nobody knows
 * @param session as the caller named it
 */
public record Asker(
        Subject.Kind kind,
        @Nullable String team,
        List<String> above,
        String view,
        @Nullable InetAddress address,
        String session) {
    public Asker {
        above = List.copyOf(above);
    }

    static Asker of(Subject subject) {
        return new Asker(
                subject.kind(),
                subject.team(),
                subject.delegation().above(),
                subject.entrance().view(),
                subject.entrance().address(),
                subject.entrance().session());
    }

    /** The caller, for rules. To which things its key is confined is not kept: the tool was among them when it asked. */
    public Subject subject(TicketRequest asked) {
        return new Subject(asked.tenant(), team, kind, asked.member(), asked.keyId())
                .by(new Delegation(
                        above, above.stream().map(ignored -> Confines.NONE).toList()))
                .through(new Entrance(view, address, session));
    }
}
