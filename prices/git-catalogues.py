#!/usr/bin/env python3
"""Makes the files that `portreeve prices refresh --from` reads out of git clones, at a commit, so that a list can be made again.

    prices/git-catalogues.py TARGET [FORM=CLONE@COMMIT[:PATH]#NAME]...

FORM is models-dev (a clone of models.dev, whose provider/model files become one file in the form of its api.json) or litellm (any
repository that has LiteLLM's price file, at PATH). CLONE is a git directory, bare or not. A PATH of litellm may be followed by
"!FILE", a JSON file in the same commit of whose objects "aliases" and "models" the names are left out: some copies add entries of
their own. Prints an argument for prices/snapshot.sh for each. Needs Python 3.11 and git, nothing else.

Amounts pass through a double and are written as its shortest decimal, which for up to 15 digits is what was read.
"""

import json
import pathlib
import posixpath
import re
import subprocess
import sys
import tomllib

FACTS = ("cost", "limit", "experimental")
# They have no price per token.
SUBSCRIPTIONS = re.compile(
    r"github-copilot|openai-codex|kimi-coding|kimi-for-coding|opencode-go|xiaomi-token-plan-.*|.*-coding-plan.*|cloudflare-ai-gateway|cursor"
)


def git(clone, *arguments, stdin=None):
    return subprocess.run(
        ["git", "--git-dir", clone, *arguments], input=stdin, stdout=subprocess.PIPE, check=True
    ).stdout


def files(clone, commit, folder, suffix):
    """Path and content of each file below a folder; a link has the content of what it leads to."""
    paths = []
    links = set()
    for line in git(clone, "ls-tree", "-r", "-z", commit, folder).decode().split("\0"):
        if line.endswith(suffix):
            kind, path = line.split("\t", 1)
            paths.append(path)
            if kind.startswith("120000"):
                links.add(path)
    wanted = "".join(f"{commit}:{path}\n" for path in paths).encode()
    packed = git(clone, "cat-file", "--batch", stdin=wanted)
    contents = {}
    at = 0
    for path in paths:
        line = packed.index(b"\n", at)
        size = int(packed[at:line].split()[2])
        contents[path] = packed[line + 1 : line + 1 + size]
        at = line + size + 2
    for path in paths:
        end = path
        while end in links:
            links.discard(end)
            end = posixpath.normpath(posixpath.join(posixpath.dirname(end), contents[end].decode()))
        if end in contents:
            yield path, contents[end]


def models_dev(clone, commit):
    bases = {}
    for path, content in files(clone, commit, "models/", ".toml"):
        bases[path.removeprefix("models/").removesuffix(".toml")] = tomllib.loads(content.decode())
    providers = {}
    for path, content in files(clone, commit, "providers/", ".toml"):
        parts = path.split("/", 3)
        if len(parts) < 4 or parts[2] != "models" or SUBSCRIPTIONS.fullmatch(parts[1]):
            continue
        model = tomllib.loads(content.decode())
        base = bases.get(model.get("base_model", ""), {})
        merged = {fact: {**base.get(fact, {}), **model.get(fact, {})} for fact in FACTS}
        names = providers.setdefault(parts[1], {"models": {}})["models"]
        names[parts[3].removesuffix(".toml")] = {fact: value for fact, value in merged.items() if value}
    return json.dumps(providers, sort_keys=True)


def lite_llm(clone, commit, path, own):
    models = json.loads(git(clone, "show", f"{commit}:{path}"))
    if own:
        added = json.loads(git(clone, "show", f"{commit}:{own}"))
        for group in ("aliases", "models"):
            for name in added.get(group, {}):
                models.pop(name, None)
    return json.dumps(models, sort_keys=True)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for number, argument in enumerate(sys.argv[2:]):
        form, rest = argument.split("=", 1)
        place, name = rest.split("#", 1)
        clone, commit = place.split("@", 1)
        commit, _, path = commit.partition(":")
        path, _, own = path.partition("!")
        full = git(clone, "rev-parse", commit + "^{commit}").decode().strip()
        if form == "models-dev":
            text = models_dev(clone, full)
        elif form == "litellm":
            text = lite_llm(clone, full, path, own)
        else:
            sys.exit(f'"{form}" is no form of catalogue; valid: models-dev, litellm')
        file = target / f"{number}-{form}.json"
        file.write_text(text + "\n")
        print(f"{form}={file}#{name}@{full[:12]}")


if __name__ == "__main__":
    main()
