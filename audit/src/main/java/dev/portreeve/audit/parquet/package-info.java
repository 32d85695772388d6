/**
 * Writes Apache Parquet files: flat columns, streamed, in bounded memory, with the JDK alone. Every library that writes them brings
 * Hadoop's classes along; what records need of the format is small. Knows nothing of records.
 *
 * <p>Read {@link dev.portreeve.audit.parquet.ParquetWriter} first.
 */
@NullMarked
package dev.portreeve.audit.parquet;

import org.jspecify.annotations.NullMarked;
