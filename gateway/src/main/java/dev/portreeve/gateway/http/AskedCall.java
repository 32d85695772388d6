package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.model.RoutedModel;
import dev.portreeve.policy.call.Subject;

/** What came in, for whom, and for which model. */
record AskedCall(Subject subject, ModelRequest request, RoutedModel model) {}
