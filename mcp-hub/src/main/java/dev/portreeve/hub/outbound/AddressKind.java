package dev.portreeve.hub.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Where an address leads, by the special-purpose registries of IANA. Forms that carry an IPv4 address inside an IPv6 one
 * (mapped, compatible, NAT64, 6to4) are what they carry.
 */
enum AddressKind {
    PUBLIC,
    /** This machine. */
    LOOPBACK,
    /** A network of somebody's own. */
    PRIVATE,
    /** Nothing a server lives at: link-local with its metadata services, multicast, unspecified, reserved. */
    NEVER;

    private static final int BYTE = 0xff;
    /** Answers metadata requests inside Azure, from a public range. */
    private static final byte[] AZURE_WIRE = {(byte) 168, 63, (byte) 129, 16};
    /** Metadata inside Alibaba Cloud, from the range of carriers. */
    private static final byte[] ALIBABA_METADATA = {100, 100, 100, (byte) 200};
    /** Metadata inside AWS over IPv6, {@code fd00:ec2::/32}. */
    private static final byte[] AWS_METADATA_6 = {(byte) 0xfd, 0, 0x0e, (byte) 0xc2};

    private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
    private static final byte[] NAT64_LOCAL = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 1};
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};
    private static final byte[] TEREDO = {0x20, 0x01, 0, 0};
    private static final byte[] DOCUMENTATION_6 = {0x20, 0x01, 0x0d, (byte) 0xb8};

    static AddressKind of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? ofFour(bytes) : ofSix(bytes);
    }

    private static AddressKind ofFour(byte[] a) {
        if (Arrays.equals(a, AZURE_WIRE) || Arrays.equals(a, ALIBABA_METADATA)) {
            return NEVER;
        }
        int first = a[0] & BYTE;
        int second = a[1] & BYTE;
        return switch (first) {
            case 127 -> LOOPBACK;
            case 10 -> PRIVATE;
            case 172 -> second >= 16 && second < 32 ? PRIVATE : PUBLIC;
            case 100 -> second >= 64 && second < 128 ? PRIVATE : PUBLIC;
            case 192 -> second == 168 ? PRIVATE : ofProtocolRange(a);
            case 198 -> second == 18 || second == 19 ? PRIVATE : documentation(a, 51, 100);
            case 203 -> documentation(a, 0, 113);
            case 169 -> second == 254 ? NEVER : PUBLIC;
            default -> first == 0 || first >= 224 ? NEVER : PUBLIC;
        };
    }

    private static AddressKind ofProtocolRange(byte[] a) {
        boolean protocols = a[1] == 0 && a[2] == 0;
        return protocols ? NEVER : documentation(a, 0, 2);
    }

    private static AddressKind documentation(byte[] a, int second, int third) {
        return (a[1] & BYTE) == second && (a[2] & BYTE) == third ? NEVER : PUBLIC;
    }

    private static AddressKind ofSix(byte[] a) {
        if (zeroUpTo(a, 15) && a[15] == 1) {
            return LOOPBACK;
        }
        if (zeroUpTo(a, 10) && (zeroUpTo(a, 12) || (a[10] == -1 && a[11] == -1))) {
            return zeroUpTo(a, 16) ? NEVER : ofFour(Arrays.copyOfRange(a, 12, 16));
        }
        if (startsWith(a, NAT64)) {
            return ofFour(Arrays.copyOfRange(a, 12, 16));
        }
        if (startsWith(a, SIX_TO_FOUR)) {
            return ofFour(Arrays.copyOfRange(a, 2, 6));
        }
        if (startsWith(a, AWS_METADATA_6)
                || startsWith(a, NAT64_LOCAL)
                || startsWith(a, TEREDO)
                || startsWith(a, DOCUMENTATION_6)) {
            return NEVER;
        }
        int first = a[0] & BYTE;
        if ((first & 0xfe) == 0xfc) {
            return PRIVATE;
        }
        // Global unicast is 2000::/3 and nothing else; link-local, site-local and multicast lie outside it.
        return (first & 0xe0) == 0x20 ? PUBLIC : NEVER;
    }

    private static boolean zeroUpTo(byte[] a, int end) {
        for (int i = 0; i < end; i++) {
            if (a[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean startsWith(byte[] a, byte[] prefix) {
        return Arrays.equals(a, 0, prefix.length, prefix, 0, prefix.length);
    }
}
