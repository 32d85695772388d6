package dev.portreeve.audit.log;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** A tenant's name where only some characters may stand: in an origin and as a folder. Others become {@code %XX}. */
public final class TenantName {
    private static final String PLAIN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";

    private TenantName() {}

    /** Stands for no tenant: names the tree over all tenants' heads. */
    public static final String NONE = "";

    /** The name of a tenant's tree; of the tree over all tenants' heads, which is the log's own. */
    public static String origin(String log, String tenant) {
        return tenant.equals(NONE) ? log : log + "/" + escape(tenant);
    }

    /** The name where only some characters may stand. */
    public static String escape(String tenant) {
        StringBuilder escaped = new StringBuilder();
        for (byte unit : tenant.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = PLAIN.indexOf(unit) >= 0 || (unit == '.' && !escaped.isEmpty());
            if (plain) {
                escaped.append((char) unit);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(unit));
            }
        }
        return escaped.toString();
    }

    /**
     * The tenant whose escaped name this is.
     *
     * @throws IllegalArgumentException if it is nobody's
     */
    public static String unescape(String escaped) {
        byte[] units = new byte[escaped.length()];
        int size = 0;
        for (int i = 0; i < escaped.length(); i++) {
            char unit = escaped.charAt(i);
            if (unit == '%' && i + 3 <= escaped.length()) {
                units[size++] = (byte) HexFormat.fromHexDigits(escaped, i + 1, i + 3);
                i += 2;
            } else {
                units[size++] = (byte) unit;
            }
        }
        String tenant = new String(units, 0, size, StandardCharsets.UTF_8);
        if (!escape(tenant).equals(escaped)) {
            throw new IllegalArgumentException("\"" + escaped + "\" is not the escaped name of a tenant");
        }
        return tenant;
    }
}
