/**
 * The tables of every module, and the PostgreSQL that comes along when no other is configured.
 *
 * <p>{@link dev.portreeve.migrations.Migrator} brings a database to the current version; {@link
 * dev.portreeve.migrations.EmbeddedPostgres} runs a server of its own in a data folder. The generated jOOQ tables are in
 * {@code dev.portreeve.db.*}, one package per owning module. This module knows nothing of the others.
 */
@NullMarked
package dev.portreeve.migrations;

import org.jspecify.annotations.NullMarked;
