#!/bin/sh
# Asks with curl: `assistant serve --no-ui` first, then `sh examples/ask.sh "what did Biden say?"`. ADDRESS and KEY may be set.
set -eu
address=${ADDRESS:-http://127.0.0.1:7860}
# A question is put into JSON by a program that knows how; never by pasting it between quotation marks.
body=$(python3 -c 'import json, sys; print(json.dumps({"question": sys.argv[1]}))' "$1")
curl --silent --show-error --fail-with-body "$address/v1/ask" \
  --header "Content-Type: application/json" ${KEY:+--header "Authorization: Bearer $KEY"} --data "$body"
