package dev.portreeve.policy.guardrail;

import dev.portreeve.policy.key.VirtualKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Credentials nobody has, and things that only look like them. Made here, so that no scanner finds them in this repository. */
final class Samples {
    private static final String BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final String BASE64 = BASE62 + "+/";
    private static final String URL = BASE62 + "-_";
    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    String chars(String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** With a right checksum over its random part, as GitHub and npm make them. */
    String checked(String prefix) {
        String body = chars(BASE62, 30);
        return prefix + body + Base62Checksum.of(body);
    }

    String jwt(int claims) {
        Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
        String header = url.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
        String payload =
                url.encodeToString(("{\"sub\":\"" + chars(BASE62, claims) + "\"}").getBytes(StandardCharsets.UTF_8));
        return header + "." + payload + "." + chars(URL, 43);
    }

    String pem(String label, String newline, int lines) {
        StringBuilder pem = new StringBuilder("-----" + "BEGIN " + label + "-----");
        for (int i = 0; i < lines; i++) {
            pem.append(newline).append(chars(BASE64, 64));
        }
        return pem.append(newline)
                .append("-----" + "END ")
                .append(label)
                .append("-----")
                .toString();
    }

    /** By kind, at least three of each. */
    Map<String, List<String>> secrets() {
        Map<String, List<String>> secrets = new LinkedHashMap<>();
        secrets.put(
                "github-token",
                List.of(
                        checked("gh" + "p_"),
                        checked("gh" + "o_"),
                        checked("gh" + "u_"),
                        checked("gh" + "s_"),
                        checked("gh" + "r_"),
                        "github_" + "pat_" + chars(BASE62, 22) + "_" + chars(BASE62, 59)));
        secrets.put("npm-token", List.of(checked("np" + "m_"), checked("np" + "m_"), checked("np" + "m_")));
        secrets.put(
                "aws-access-key-id",
                List.of("AK" + "IA" + base32(16), "AS" + "IA" + base32(16), "AK" + "IA" + base32(16)));
        secrets.put(
                "anthropic-key",
                List.of(
                        "sk-" + "ant-api03-" + chars(URL, 93) + "AA",
                        "sk-" + "ant-admin01-" + chars(URL, 93) + "AA",
                        "sk-" + "ant-oat01-" + chars(URL, 90)));
        secrets.put(
                "openai-key",
                List.of(
                        "sk-" + chars(BASE62, 20) + "T3Blbk" + "FJ" + chars(BASE62, 20),
                        "sk-" + "proj-" + chars(URL, 74) + "T3Blbk" + "FJ" + chars(URL, 73) + "A",
                        "sk-" + "1a" + chars("0123456789abcdef", 30)));
        String hex = "0123456789abcdef";
        secrets.put(
                "openrouter-key",
                List.of(
                        "sk-" + "or-v1-" + chars(hex, 64),
                        "sk-" + "or-v1-" + chars(hex, 64),
                        "sk-" + "or-v1-" + chars(hex, 64)));
        String digits = "123456789";
        secrets.put(
                "slack-token",
                List.of(
                        "xox" + "b-" + chars(digits, 12) + "-" + chars(digits, 13) + "-" + chars(BASE62, 24),
                        "xox" + "p-" + chars(digits, 11) + "-" + chars(digits, 11) + "-" + chars(hex, 32),
                        "xox" + "r-" + chars(digits, 12) + "-" + chars(BASE62, 30)));
        secrets.put(
                "private-key",
                List.of(
                        pem("PRIVATE KEY", "\n", 25),
                        pem("RSA PRIVATE KEY", "\r\n", 13),
                        pem("EC PRIVATE KEY", "\\n", 3),
                        pem("OPENSSH PRIVATE KEY", "\n", 6),
                        pem("RSA PRIVATE KEY", "\n", 4)
                                .replace(
                                        "KEY-----\n",
                                        "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n")));
        secrets.put("portreeve-key", List.of(ownKey(), ownKey(), ownKey()));
        secrets.put("jwt", List.of(jwt(10), jwt(200), jwt(900)));
        return secrets;
    }

    private static String ownKey() {
        return VirtualKey.generate(new SecureRandom()).reveal();
    }

    private String base32(int length) {
        return chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length - 1) + "A";
    }

    /** What looks like a secret and is none. */
    List<String> noSecrets() {
        List<String> texts = new ArrayList<>();
        for (String prefix : List.of("gh" + "p_", "np" + "m_")) {
            String token = checked(prefix);
            // One character changed: the checksum no longer fits.
            char changed = token.charAt(10) == 'x' ? 'y' : 'x';
            texts.add(token.substring(0, 10) + changed + token.substring(11));
            texts.add(token.substring(0, 39));
            texts.add(prefix + "short");
        }
        texts.addAll(List.of(
                "github_" + "pat_" + chars(BASE62, 82),
                "github_" + "pat_" + chars(BASE62, 22) + "_" + chars(BASE62, 50),
                "github_" + "pat_in_prose",
                "AK" + "IAIOSFODNN7EXAMPLE",
                "AK" + "IA" + chars("01890", 16),
                "MAK" + "IA" + base32(16),
                "AK" + "IA" + base32(17),
                "sk-" + "ant-api03-tooshort",
                "sk-" + "learn-is-a-python-package-for-machine-learning-in-prose",
                "sk-" + "onlylettersarenoentropyheresotheydonotcount",
                "risk-" + chars(BASE62, 40),
                "sk-" + "or-v1-" + chars("ghijk", 64),
                "sk-" + "or-v1-" + chars("0123456789abcdef", 60),
                "xox" + "b-not-a-token-but-a-long-hyphenated-word",
                "xox" + "b-1234",
                "xox" + "o-" + chars("123456789", 12) + "-" + chars(BASE62, 24),
                "-----" + "BEGIN PUBLIC KEY-----\n" + chars(BASE64, 64) + "\n-----" + "END PUBLIC KEY-----",
                "-----" + "BEGIN CERTIFICATE-----\n" + chars(BASE64, 64),
                "a file that starts with -----" + "BEGIN PRIVATE KEY----- is a key",
                "eyJ" + chars(URL, 40),
                "eyJub3QiOiJhIGhlYWRlciJ9.eyJhIjoxfQ." + chars(URL, 43),
                jwt(10).substring(3),
                "prk_" + chars(BASE62, 12) + "_" + chars(BASE62, 49),
                ownKey().substring(0, 60),
                "prk_short",
                chars("0123456789abcdef", 40),
                chars(BASE64, 300),
                "550e8400-e29b-41d4-a716-446655440000"));
        return texts;
    }

    static Map<String, List<String>> personalData() {
        Map<String, List<String>> data = new LinkedHashMap<>();
        data.put(
                "email",
                List.of(
                        "joe@example.com",
                        "first.last+tag@sub.example.co.uk",
                        "o'neil_1@xn--bcher-kva.example",
                        "x@y.de",
                        "a-b%c@1and1.com"));
        // Numbers that card schemes and payment processors publish for tests.
        data.put(
                "credit-card",
                List.of(
                        "4111111111111111",
                        "4111 1111 1111 1111",
                        "5555-5555-5555-4444",
                        "378282246310005",
                        "3782 822463 10005",
                        "6011111111111117",
                        "3530111333300000",
                        "30569309025904",
                        "3056 930902 5904",
                        "2223003122003222",
                        "6205500000000000004",
                        "4222222222222"));
        // Examples of the IBAN registry.
        data.put(
                "iban",
                List.of(
                        "DE89370400440532013000",
                        "DE89 3704 0044 0532 0130 00",
                        "GB29NWBK60161331926819",
                        "NO9386011117947",
                        "MT84MALT011000012345MTLCAST001S",
                        "FR14 2004 1010 0505 0001 3M02 606",
                        "SC18 SSCB 1101 0000 0000 0000 1497 USD"));
        return data;
    }

    static List<String> noPersonalData() {
        return List.of(
                "joe@example",
                "@example.com",
                "joe@@example.com",
                "joe@.com",
                "joe@example.c0m",
                "joe.@example.com",
                "user@localhost",
                "npm install @scope/name.js",
                "x".repeat(65) + "@example.com",
                "4111111111111112",
                "4111 1111 1111 111",
                "41111111111111111111",
                "4111 11111111 1111",
                "1111111111111117",
                "0.4111111111111111",
                "a4111111111111111",
                "4111111111111111b",
                "3782822463100050",
                "6011-1111 1111-1117",
                "DE89370400440532013001",
                "DE8937040044053201300",
                "DE893704004405320130000",
                "XX89370400440532013000",
                "DE89 370 40044 0532 0130 00",
                "de89370400440532013000",
                "ADE89370400440532013000",
                "2026-11-21T04:12:00.123456Z",
                "550e8400-e29b-41d4-a716-446655440000");
    }
}
