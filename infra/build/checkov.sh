#!/bin/sh
# checkov brings a hundred packages: it has a venv of its own, made once.
set -eu
place=.local/checkov
[ -x "$place/bin/checkov" ] || { .venv/bin/python -m venv "$place" && "$place/bin/pip" install -q checkov==3.3.30; }
"$place/bin/checkov" -f "dist/$1/template.json" --config-file infra/checkov.yaml
