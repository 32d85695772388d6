package dev.portreeve.policy.access;

import java.net.InetAddress;
import java.util.Arrays;

/** A range of addresses in CIDR notation. Immutable. */
final class Network {
    private static final int BITS = 8;
    private final byte[] prefix;
    private final int length;

    private Network(byte[] prefix, int length) {
        this.prefix = prefix;
        this.length = length;
    }

    /**
     * @param text {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or one address
     * @throws IllegalArgumentException saying what is wrong with it; names are not looked up
     */
    static Network parse(String text) {
        int slash = text.indexOf('/');
        String literal = slash < 0 ? text : text.substring(0, slash);
        // Shorter forms than four numbers mean different addresses to different readers.
        if (literal.indexOf(':') < 0 && !literal.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
            throw new IllegalArgumentException("\"" + text + "\" is no range of addresses such as 10.0.0.0/8");
        }
        byte[] address = InetAddress.ofLiteral(literal).getAddress();
        int most = address.length * BITS;
        int length = most;
        if (slash >= 0) {
            String bits = text.substring(slash + 1);
            if (!bits.matches("\\d{1,3}") || Integer.parseInt(bits) > most) {
                throw new IllegalArgumentException("after the slash stands a number up to " + most);
            }
            length = Integer.parseInt(bits);
        }
        byte[] masked = masked(address, length);
        if (!Arrays.equals(masked, address)) {
            throw new IllegalArgumentException("there are bits beyond the first " + length);
        }
        return new Network(masked, length);
    }

    /** An IPv4 address that came over IPv6 is its IPv4 self: the platform says so already. */
    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return bytes.length == prefix.length && Arrays.equals(masked(bytes, length), prefix);
    }

    private static byte[] masked(byte[] address, int length) {
        byte[] kept = address.clone();
        for (int i = 0; i < kept.length; i++) {
            int bits = Math.clamp(length - (long) i * BITS, 0, BITS);
            kept[i] = (byte) (kept[i] & 0xff << (BITS - bits));
        }
        return kept;
    }
}
