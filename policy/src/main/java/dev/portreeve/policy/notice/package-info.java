/** What people are told: messages that are owed to webhooks and mailboxes since they were committed, and their delivery. */
@NullMarked
package dev.portreeve.policy.notice;

import org.jspecify.annotations.NullMarked;
