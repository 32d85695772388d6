package dev.portreeve.hub.outbound;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses the gateway opens connections to. */
class OutboundGuardTest {
    @ParameterizedTest
    @CsvSource({
        "8.8.8.8,PUBLIC",
        "172.15.0.1,PUBLIC",
        "172.32.0.1,PUBLIC",
        "100.128.0.1,PUBLIC",
        "192.1.0.1,PUBLIC",
        "2606:4700::1111,PUBLIC",
        "127.0.0.1,LOOPBACK",
        "127.255.255.254,LOOPBACK",
        "::1,LOOPBACK",
        "10.1.2.3,PRIVATE",
        "172.16.0.1,PRIVATE",
        "172.31.255.255,PRIVATE",
        "192.168.1.1,PRIVATE",
        "100.64.0.1,PRIVATE",
        "198.18.0.1,PRIVATE",
        "fd12:3456::1,PRIVATE",
        "0.0.0.0,NEVER",
        "0.1.2.3,NEVER",
        "169.254.169.254,NEVER",
        "168.63.129.16,NEVER",
        "100.100.100.200,NEVER",
        "192.0.0.1,NEVER",
        "192.0.2.1,NEVER",
        "198.51.100.7,NEVER",
        "203.0.113.9,NEVER",
        "224.0.0.1,NEVER",
        "240.0.0.1,NEVER",
        "255.255.255.255,NEVER",
        "::,NEVER",
        "fe80::1,NEVER",
        "fec0::1,NEVER",
        "ff02::1,NEVER",
        "fd00:ec2::254,NEVER",
        "2001:db8::1,NEVER",
        "2001::1,NEVER",
        "64:ff9b:1::1,NEVER",
        // An IPv4 address inside an IPv6 one is what it carries.
        "::ffff:127.0.0.1,LOOPBACK",
        "::ffff:169.254.169.254,NEVER",
        "::ffff:8.8.8.8,PUBLIC",
        "::10.0.0.1,PRIVATE",
        "64:ff9b::a00:1,PRIVATE",
        "64:ff9b::808:808,PUBLIC",
        "2002:7f00:1::,LOOPBACK",
        "2002:a9fe:a9fe::,NEVER",
    })
    void everyAddressHasItsKind(String address, AddressKind kind) throws UnknownHostException {
        assertEquals(kind, AddressKind.of(InetAddress.getByName(address)), address);
    }

    private static OutboundGuard naming(String... addresses) {
        return new OutboundGuard(host -> {
            InetAddress[] all = new InetAddress[addresses.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = InetAddress.getByName(addresses[i]);
            }
            return List.of(all);
        });
    }

    private static String refusal(OutboundGuard guard, String url, Reach reach) {
        return assertThrows(OutboundRefused.class, () -> guard.require(URI.create(url), reach))
                .getMessage();
    }

    @Test
    void publicServersOverHttpsNeedNoPermission() throws IOException {
        naming("8.8.8.8", "2606:4700::1111").require(URI.create("https://mcp.example/mcp"), Reach.PUBLIC);
    }

    @Test
    void plainHttpStaysAtHome() {
        assertTrue(refusal(naming("8.8.8.8"), "http://mcp.example/mcp", Reach.PRIVATE)
                .contains("over https only"));
        assertDoesNotThrow(() -> naming("10.0.0.1").require(URI.create("http://wiki.corp/mcp"), Reach.PRIVATE));
        assertDoesNotThrow(() -> naming("127.0.0.1").require(URI.create("http://localhost:9000/mcp"), Reach.LOOPBACK));
    }

    @Test
    void oneForbiddenAddressAmongGoodOnesIsEnough() {
        String why = refusal(naming("8.8.8.8", "10.0.0.1"), "https://mcp.example/", Reach.PUBLIC);
        assertTrue(why.contains("allow-private"), why);
        assertTrue(!why.contains("10.0.0.1") && !why.contains("mcp.example"), why);
    }

    @Test
    void permissionForPrivateNetworksIsNoneForMetadataServices() {
        refusal(naming("169.254.169.254"), "http://metadata.example/", Reach.PRIVATE);
        refusal(naming("fd00:ec2::254"), "http://metadata.example/", Reach.PRIVATE);
    }

    @Test
    void aNameThatLeadsElsewhereTheSecondTimeIsRefusedTheSecondTime() throws IOException {
        Queue<String> answers = new ArrayDeque<>(List.of("8.8.8.8", "127.0.0.1"));
        OutboundGuard guard = new OutboundGuard(host -> List.of(InetAddress.getByName(answers.remove())));
        URI url = URI.create("https://rebinding.example/mcp");
        guard.require(url, Reach.PUBLIC);
        assertThrows(OutboundRefused.class, () -> guard.require(url, Reach.PUBLIC));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://2130706433/",
                "http://0177.0.0.1/",
                "http://0x7f.0.0.1/",
                "http://0x7f000001/",
                "http://127.1/",
                "http://127.0.0.01/",
                "http://017700000001/",
                "https://mcp.example.0x1/",
            })
    void numbersThatProgramsReadDifferentlyAreRefused(String url) {
        // Some of them are no host to the JDK either.
        String why = refusal(naming("8.8.8.8"), url, Reach.PRIVATE);
        assertTrue(why.contains("is a number") || why.contains("no host"), why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://mcp.example/",
                "file:///etc/passwd",
                "gopher://mcp.example/",
                "jar:https://mcp.example/x!/",
                "https:///mcp",
                "https://user:secret@mcp.example/",
                "https://mcp.example:22/",
                "https://mcp.example:25/",
            })
    void otherSchemesPortsAndUserNamesAreRefused(String url) {
        refusal(naming("8.8.8.8"), url, Reach.PUBLIC);
    }

    @Test
    void anOperatorWhoWritesALoopbackAddressMeansIt() {
        assertEquals(Reach.LOOPBACK, Reach.of(URI.create("http://127.0.0.1:9000/mcp"), false));
        assertEquals(Reach.LOOPBACK, Reach.of(URI.create("http://LOCALHOST/mcp"), false));
        assertEquals(Reach.LOOPBACK, Reach.of(URI.create("http://[::1]/mcp"), false));
        assertEquals(Reach.PUBLIC, Reach.of(URI.create("http://localhost.evil.example/mcp"), false));
        assertEquals(Reach.PUBLIC, Reach.of(URI.create("http://10.0.0.1/mcp"), false));
        assertEquals(Reach.PRIVATE, Reach.of(URI.create("https://mcp.example/mcp"), true));
    }
}
