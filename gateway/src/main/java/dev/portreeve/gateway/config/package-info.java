/**
 * The configuration file as a tree of records, and the reader that maps one YAML file to it. Keys of the file are the
 * components' names in lower case with dashes. What is not in the file has the value of {@link
 * dev.portreeve.gateway.config.Default}; a component that is neither {@code @Nullable} nor has a default is required.
 */
@NullMarked
package dev.portreeve.gateway.config;

import org.jspecify.annotations.NullMarked;
