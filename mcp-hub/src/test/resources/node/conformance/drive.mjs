// The client the suite starts for each scenario: hands the scenario to the test, where a hub plays it, and ends as that does.
// Arguments: where the test listens, the scenario's server.
const [test, server] = process.argv.slice(2);
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_CONTEXT: context } = process.env;
const answer = await fetch(test, { method: "POST", body: JSON.stringify({ scenario, server, context: context ?? "{}" }) });
console.log(await answer.text());
process.exitCode = answer.ok ? 0 : 1;
