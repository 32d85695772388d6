/**
 * Files that callers upload to be read line by line, and those that come of it. The gateway keeps them itself, sealed and for a time:
 * what stands in one must be governed before any provider sees it, and the account at a provider is shared by all callers.
 */
@NullMarked
package dev.portreeve.gateway.file;

import org.jspecify.annotations.NullMarked;
