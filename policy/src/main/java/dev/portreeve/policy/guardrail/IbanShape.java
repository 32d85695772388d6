package dev.portreeve.policy.guardrail;

import java.util.HashMap;
import java.util.Map;

/** An IBAN: a country's code, the length that country uses (SWIFT's registry), and the check of ISO 7064 mod 97. */
final class IbanShape implements Shape {
    private static final int GROUP = 4;
    private static final Map<String, Integer> LENGTHS = lengths(
            "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29"
                    + " ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30"
                    + " KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15"
                    + " OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23"
                    + " TN24 TR26 UA29 VA22 VG24 XK20 YE30");

    private static Map<String, Integer> lengths(String registry) {
        Map<String, Integer> lengths = new HashMap<>();
        for (String entry : registry.split(" ")) {
            lengths.put(entry.substring(0, 2), Integer.valueOf(entry.substring(2)));
        }
        return Map.copyOf(lengths);
    }

    @Override
    public String kind() {
        return "iban";
    }

    @Override
    public String starters() {
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    }

    @Override
    public int match(TextWindow window, int at) {
        if (!window.isWordStart(at)) {
            return NO;
        }
        boolean open = !window.isLast();
        if (at + GROUP > window.length()) {
            return open && mayBegin(window, at) ? MORE : NO;
        }
        Integer length = mayBegin(window, at) ? LENGTHS.get(window.text(at, at + 2)) : null;
        if (length == null) {
            return NO;
        }
        StringBuilder iban = new StringBuilder(length);
        int i = at;
        while (iban.length() < length) {
            if (i == window.length()) {
                return open ? MORE : NO;
            }
            char c = window.at(i++);
            if (CharSet.UPPER_ALPHANUMERIC.contains(c)) {
                iban.append(c);
            } else if (c != ' ' || iban.length() % GROUP != 0 || window.before(i - 1) == ' ') {
                return NO;
            }
        }
        if (i == window.length() && open) {
            return MORE;
        }
        boolean alone = i == window.length() || !CharSet.ALPHANUMERIC.contains(window.at(i));
        return alone && isValid(iban) ? i : NO;
    }

    /** Two capital letters and two digits, as far as they can be seen. */
    private static boolean mayBegin(TextWindow window, int at) {
        int end = Math.min(window.length(), at + GROUP);
        for (int i = at; i < end; i++) {
            CharSet expected = i < at + 2 ? CharSet.UPPER : CharSet.DIGITS;
            if (!expected.contains(window.at(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValid(CharSequence iban) {
        int remainder = 0;
        for (int i = 0; i < iban.length(); i++) {
            char c = iban.charAt((i + GROUP) % iban.length());
            int value = Character.digit(c, 36);
            remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
        }
        return remainder == 1;
    }
}
