package dev.portreeve.hub.south;

import dev.portreeve.hub.credential.Credential;
import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.hub.outbound.OutOfTime;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Unreachable;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.io.IOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the gateway gets in to an HTTP server: past the guard, with the credential. Thread-safe. */
final class Door {
    private static final Logger LOGGER = LoggerFactory.getLogger(Door.class);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    /** A new token after the first refusal, and two steps up to more scopes. */
    private static final int MAX_RENEWALS = 3;

    private final String slug;
    private final HttpTarget target;
    private final OutboundHttp http;

    Door(String slug, HttpTarget target, OutboundHttp http) {
        this.slug = slug;
        this.target = target;
        this.http = http;
    }

    /** The same server at another of its addresses. */
    Door at(HttpTarget other) {
        return new Door(slug, other, http);
    }

    /**
     * Sends a request with the credential. A refusal is answered by another credential if there is one, and the request
     * repeated: a server that does not let us in has not looked at it.
     */
    OutboundAnswer exchange(OutboundRequest request, Deadline deadline) throws IOException {
        for (int renewals = 0; ; renewals++) {
            Map<String, String> shown = credentialHeaders(deadline);
            if (deadline.isPast()) {
                throw ToolServerFault.timeout(slug);
            }
            // Last, so that nothing of a caller can take the place of the gateway's own credential.
            OutboundAnswer answer = http.send(request.with(shown), target.reach(), deadline);
            if (!isRefusal(answer.status()) || renewals == MAX_RENEWALS || !renew(answer, shown, renewals, deadline)) {
                return answer;
            }
            answer.close();
        }
    }

    /**
     * As {@link #exchange}, for what does no harm twice: sent once more if the connection breaks before the answer begins. A
     * busy server closes connections that it believes idle with a request already on its way.
     */
    OutboundAnswer exchangeAgain(OutboundRequest request, Deadline deadline) throws IOException {
        try {
            return exchange(request, deadline);
        } catch (Unreachable | OutOfTime | OutboundRefused unsent) {
            throw unsent;
        } catch (IOException broken) {
            if (Thread.currentThread().isInterrupted() || deadline.isPast()) {
                throw broken;
            }
            return exchange(request, deadline);
        }
    }

    private static boolean isRefusal(int status) {
        return status == UNAUTHORIZED || status == FORBIDDEN;
    }

    private Map<String, String> credentialHeaders(Deadline deadline) {
        try {
            return target.credential().headers(deadline);
        } catch (CredentialUnavailable unavailable) {
            throw noCredential(unavailable);
        }
    }

    private boolean renew(OutboundAnswer refused, Map<String, String> shown, int renewals, Deadline deadline) {
        Credential.Refusal refusal =
                new Credential.Refusal(refused.status(), refused.headers("WWW-Authenticate"), shown, renewals);
        try {
            return target.credential().renew(refusal, deadline);
        } catch (CredentialUnavailable unavailable) {
            throw noCredential(unavailable);
        }
    }

    private ToolServerFault noCredential(CredentialUnavailable why) {
        LOGGER.warn("no credential for tool server \"{}\": {}", slug, why.getMessage());
        return ToolServerFault.of(
                UpstreamFault.Kind.CREDENTIAL,
                "the gateway has no credential for tool server \"" + slug + "\": " + why.getMessage(),
                false);
    }
}
