#!/bin/sh
# Makes the price list that is in the program anew, and signs it. Run by hand, never by the build; look at the difference
# (`portreeve prices diff`) before committing it, above all at what moved by more than five times.
#
#   prices/snapshot.sh --key FILE VERSION [FORM=PLACE#NAME]...
#
# FILE is the project's private key (Ed25519, PEM), which is nowhere in the repository. Its public half, one line of
# name+id+base64, stands in prices.keys beside the list; a program refuses a list of its own that none of these keys signed. To
# change the key: add the new one's line to prices.keys, and once a list signed with it is in, take the old line out.
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
#   prices/snapshot.sh --key FILE builtin-2026-11-21.2 \
#     "models-dev=cat/genai-prices.json#@pydantic/genai-prices 0.1.8" \
#     "models-dev=cat/0-models-dev.json#models.dev anomalyco/models.dev@f3fc69229967" \
#     "litellm=cat/1-litellm.json#LiteLLM model_prices_and_context_window.json, as copied at Prajwalsrinvas/token-tariff@77b8722619d6"
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
target="$root/gateway/src/main/resources/dev/portreeve/gateway/price"
if [ "${1:-}" != "--key" ] || [ $# -lt 3 ]; then
  echo "usage: prices/snapshot.sh --key FILE VERSION [FORM=PLACE#NAME]..." >&2
  exit 2
fi
key=$2
version=$3
if [ ! -s "$key" ]; then
  echo "there is no key \"$key\": a new one would have to be named in prices.keys first (portreeve prices sign makes one)" >&2
  exit 2
fi
shift 3
count=$#
while [ "$count" -gt 0 ]; do
  set -- "$@" --from "$1"
  shift
  count=$((count - 1))
done
"$root/portreeve" prices refresh --version-name "$version" --to "$target/prices.jsonl.gz" \
  --key "$key" --key-name portreeve.dev/prices "$@"
