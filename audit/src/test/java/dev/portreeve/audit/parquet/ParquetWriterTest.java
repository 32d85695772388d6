package dev.portreeve.audit.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hardwood.InputFile;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.reader.RowReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written is read back with a reader that other people wrote. */
class ParquetWriterTest {
    private static final List<Column> COLUMNS = List.of(
            new Column("index", Column.Kind.WHOLE, true, false),
            Column.of("id", Column.Kind.TEXT),
            Column.repeating("kind"),
            Column.of("at", Column.Kind.MICROS),
            Column.of("cost", Column.Kind.BILLIONTHS),
            Column.of("tokens", Column.Kind.WHOLE),
            new Column("record", Column.Kind.JSON, true, false));
    private static final Instant AT = Instant.parse("2026-11-22T08:41:36.123456Z");

    private final List<@Nullable Object[]> rows = new ArrayList<>();

    private byte[] write(long groupBytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ParquetWriter writer = new ParquetWriter(out, COLUMNS, groupBytes);
        for (@Nullable Object[] row : rows) {
            writer.row(row);
        }
        writer.end(Map.of("what", "a test \u2713"));
        return out.toByteArray();
    }

    /** Reads all rows, compares each value, and returns what the file says of itself. */
    private FileMetaData assertRead(byte[] file) throws IOException {
        try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(ByteBuffer.wrap(file)));
                RowReader read = parquet.rowReader()) {
            int at = 0;
            for (; read.hasNext(); at++) {
                read.next();
                @Nullable Object[] row = rows.get(at);
                for (int i = 0; i < row.length; i++) {
                    Object actual = read.isNull(i)
                            ? null
                            : switch (COLUMNS.get(i).kind()) {
                                case TEXT, JSON -> read.getString(i);
                                case WHOLE -> read.getLong(i);
                                case MICROS -> ChronoUnit.MICROS.between(Instant.EPOCH, read.getTimestamp(i));
                                case BILLIONTHS ->
                                    read.getDecimal(i).movePointRight(9).longValueExact();
                            };
                    assertEquals(row[i], actual, "row " + at + ", column " + COLUMNS.get(i));
                }
            }
            assertEquals(rows.size(), at);
            assertEquals(rows.size(), parquet.getFileMetaData().numRows());
            return parquet.getFileMetaData();
        }
    }

    private void row(@Nullable Object... values) {
        rows.add(Arrays.copyOf(values, values.length));
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    @Test
    void valuesOfEachKindAndNoneAreReadBack() throws IOException {
        row(0L, "a", "call.closed", micros(AT), 1_200_000L, 12L, "{}");
        row(1L, null, null, null, null, null, "{\"a\":[1]}");
        row(Long.MAX_VALUE, "", "", -62_135_596_800_000_000L, -1L, Long.MIN_VALUE, "");
        row(3L, "Zo\u00eb \uD83D\uDC26 \u0000 \u05D0", "\u65E5\u672C", 0L, 0L, 0L, "\"\\u0000\"");
        byte[] file = write(Long.MAX_VALUE);
        FileMetaData said = assertRead(file);
        assertEquals(1, said.rowGroups().size());
        assertEquals(Map.of("what", "a test \u2713"), said.keyValueMetadata());
        try (ParquetFileReader parquet = ParquetFileReader.open(InputFile.of(ByteBuffer.wrap(file)));
                RowReader read = parquet.rowReader()) {
            read.next();
            assertEquals(AT, read.getTimestamp("at"));
            assertEquals(0, new BigDecimal("0.0012").compareTo(read.getDecimal("cost")));
        }
    }

    @Test
    void noRowsAreAFileToo() throws IOException {
        assertEquals(0, assertRead(write(Long.MAX_VALUE)).rowGroups().size());
    }

    /** Values that repeat, values that do not, runs of the absent: pages and dictionaries of many shapes. */
    @ParameterizedTest
    @CsvSource({"1, 5000", "2, 45000", "3, 100000"})
    void manyRowsInManyGroupsAreReadBack(long seed, int count) throws IOException {
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            boolean none = i / 700 % 3 == 1;
            row(
                    (long) i,
                    random.nextInt(4) == 0 ? null : Long.toHexString(random.nextLong()),
                    none ? null : "kind-" + random.nextInt(1 + i % 997),
                    none && i % 5 != 0 ? null : micros(AT) + i,
                    i < 30_000 ? null : random.nextLong(),
                    null,
                    "{\"n\":" + i + ",\"pad\":\"" + "x".repeat(random.nextInt(300)) + "\"}");
        }
        FileMetaData said = assertRead(write(1 << 20));
        assertTrue(
                count < 40_000 || said.rowGroups().size() > 2, said.rowGroups().size() + " groups");
        assertEquals(
                count,
                said.rowGroups().stream().mapToLong(group -> group.numRows()).sum());
    }

    @Test
    void aDictionaryThatGrowsTooLargeIsGivenUp() throws IOException {
        for (int i = 0; i < 30_000; i++) {
            row((long) i, null, "this text is another one in each row " + i, null, null, null, "{}");
        }
        row(30_000L, null, "this text is another one in each row 1", null, null, null, "{}");
        assertRead(write(Long.MAX_VALUE));
    }

    @Test
    void aPageWithoutValuesMayComeBeforeTheFirstOne() throws IOException {
        for (int i = 0; i < 20_001; i++) {
            row((long) i, null, i < 20_000 ? null : "at last", null, null, null, "{}");
        }
        assertRead(write(Long.MAX_VALUE));
    }

    @Test
    void aHugeValueIsAPageByItself() throws IOException {
        row(0L, "before", null, null, null, null, "{}");
        row(1L, "x".repeat(5 << 20), "y".repeat(3 << 20), null, null, null, "\"" + "z".repeat(9 << 20) + "\"");
        row(2L, "after", "after", null, null, null, "{}");
        assertRead(write(Long.MAX_VALUE));
        assertRead(write(1));
    }

    @Test
    void aRowThatDoesNotFitIsRefused() throws IOException {
        ParquetWriter writer = new ParquetWriter(new ByteArrayOutputStream(), COLUMNS);
        assertThrows(IllegalArgumentException.class, () -> writer.row(1L));
        assertThrows(IllegalArgumentException.class, () -> writer.row(null, null, null, null, null, null, "{}"));
        assertFalse(COLUMNS.getFirst().repeating());
    }
}
