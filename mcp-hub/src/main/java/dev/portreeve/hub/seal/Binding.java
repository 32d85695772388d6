package dev.portreeve.hub.seal;

import dev.portreeve.policy.call.Subject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What a sealed token belongs to. It opens only under an equal binding, which is not in the token: whoever opens it must
 * know it from the request at hand.
 *
 * @param principal whose it is: tenant and member. Not the key, so that a key may be replaced while a task runs; access is
 *     decided anew whenever a token is used
 * @param server slug of the downstream server; empty where there is none, or where the content says it
 * @param digest of whatever else must be the same, the arguments of a call for example; empty if nothing must
 */
public record Binding(Purpose purpose, Subject principal, String server, String digest) {
    /** For a token that belongs to nothing but a principal. */
    public static Binding of(Purpose purpose, Subject principal) {
        return new Binding(purpose, principal, "", "");
    }

    /** For what belongs to the gateway itself and is bound to a server. */
    public static Binding ofGateway(Purpose purpose, String server, String digest) {
        return new Binding(purpose, new Subject("", null, Subject.Kind.AGENT, "", ""), server, digest);
    }

    /** As bytes; each part with its length before it, so that no two bindings look alike. */
    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(purpose.code());
        put(out, principal.tenant());
        put(out, principal.kind().name());
        put(out, principal.member());
        put(out, server);
        put(out, digest);
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        out.writeBytes(bytes);
    }
}
