package dev.portreeve.audit.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TilePathTest {
    @Test
    void addressesAreThoseOfTheSpecification() {
        assertEquals(new TilePath(0, 1_234_067, 256), TilePath.parse("tile/0/x001/x234/067"));
        assertEquals(new TilePath(2, 0, 1), TilePath.parse("tile/2/000.p/1"));
        assertEquals(new TilePath(TilePath.ENTRIES, 273, 112), TilePath.parse("tile/entries/273.p/112"));
        assertEquals("tile/63/999", new TilePath(63, 999, 256).toString());
        assertEquals("tile/0/x001/000", new TilePath(0, 1000, 256).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tile/0/1",
                "tile/0/x000/067",
                "tile/00/067",
                "tile/64/067",
                "tile/0/067.p/256",
                "tile/0/067.p/0",
                "tile/0/067.p/01",
                "tile/0/067/",
                "tile/-1/067",
                "tile/0/../067",
                "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                "checkpoint",
                ""
            })
    void othersAreNone(String path) {
        assertNull(TilePath.parse(path));
    }

    @Test
    void widthsAreThoseOfTheSpecification() {
        assertEquals(256, TreeProver.width(70_000, 0, 272));
        assertEquals(112, TreeProver.width(70_000, 0, 273));
        assertEquals(0, TreeProver.width(70_000, 0, 274));
        assertEquals(256, TreeProver.width(70_000, 1, 0));
        assertEquals(17, TreeProver.width(70_000, 1, 1));
        assertEquals(1, TreeProver.width(70_000, 2, 0));
        assertEquals(0, TreeProver.width(70_000, 0, 999_999_999_999_999_999L));
    }
}
