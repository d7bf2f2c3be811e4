# The npm packages, made from $TILLIT, packed, installed from the archives without network and scripts, and run.
# shellcheck shell=bash disable=SC2154,SC2164 # run.sh sources this file: its variables and its `set -e` are there.

npm_packs() {
  node "$root/npm/build.mjs" "$scratch/npm/packages" "x86_64-unknown-linux-musl=$TILLIT"
  cd "$scratch/npm"
  npm pack --silent ./packages/tillit ./packages/linux-x64
  same "package/LICENSE-APACHE
package/LICENSE-MIT
package/README.md
package/bin/tillit.js
package/package.json" "$(tar tzf "tillit-$version.tgz" | LC_ALL=C sort)"
  same "package/LICENSE-APACHE
package/LICENSE-MIT
package/README.md
package/bin/tillit
package/package.json" "$(tar tzf "tillit-lint-linux-x64-$version.tgz" | LC_ALL=C sort)"
}

# npm_install FOLDER PACKAGE…
npm_install() {
  local folder=$1
  shift
  mkdir "$folder"
  cd "$folder"
  echo '{ "private": true }' > package.json
  npm install --silent --offline --ignore-scripts --no-audit --no-fund --cache "$scratch/npm/cache" "$@"
}

npm_runs() {
  npm_install "$scratch/npm/installed" "$scratch/npm/tillit-$version.tgz" "$scratch/npm/tillit-lint-linux-x64-$version.tgz"
  same "tillit $version" "$(npx --no-install tillit --version)"
  exits 0 npx --no-install tillit check "$scratch/clean"
  exits 1 npx --no-install tillit check "$scratch/findings"
  exits 2 npx --no-install tillit check "$scratch/nothing"
  same "1 manifest in 1 file: 2 errors, for 5 things to do" "$(npx --no-install tillit check - --quiet < "$scratch/findings/shift-planner.tillit.yaml" | sed -n 2p)"
}

# npm_signal SIGNAL WHOM: starts the wrapper on an input that does not end, sends the signal to the wrapper or the
# program, and prints the exit code of the wrapper.
npm_signal() {
  local wrapper program status=0
  mkfifo "$scratch/npm/$2-$1"
  exec 3<> "$scratch/npm/$2-$1"
  node "$scratch/npm/installed/node_modules/tillit/bin/tillit.js" check - <&3 > /dev/null &
  wrapper=$!
  until program=$(pgrep --parent "$wrapper"); do sleep 0.1; done
  if [ "$2" = wrapper ]; then kill -s "$1" "$wrapper"; else kill -s "$1" "$program"; fi
  wait "$wrapper" 2> /dev/null || status=$?
  # Nothing is left running.
  if kill -0 "$program" 2> /dev/null; then fail "the program outlived the wrapper"; fi
  echo "$status"
}

npm_passes_signals_on() {
  same 143 "$(npm_signal TERM wrapper)"
  same 137 "$(npm_signal KILL program)"
}

npm_misses_the_program() {
  npm_install "$scratch/npm/without" "$scratch/npm/tillit-$version.tgz" --omit=optional
  exits 2 npx --no-install tillit --version 2>&1 | tee "$scratch/seen"
  grep 'the package @tillit-lint/linux-x64, which holds the program, is not installed' "$scratch/seen"
  grep -e '--omit=optional' "$scratch/seen"
}

npm_knows_its_platforms() {
  echo 'Object.defineProperty(process, "arch", { value: "s390x" })' > "$scratch/npm/other.cjs"
  exits 2 node --require "$scratch/npm/other.cjs" "$scratch/npm/installed/node_modules/tillit/bin/tillit.js" 2>&1 | tee "$scratch/seen"
  grep 'no program is offered for linux-s390x (only for linux-x64, linux-arm64, ' "$scratch/seen"
  grep 'cargo install tillit' "$scratch/seen"
}

npm_refuses() {
  exits 2 node "$root/npm/build.mjs"
  exits 2 node "$root/npm/build.mjs" "$scratch/npm/refused" "sparc-sun-solaris=$TILLIT"
  exits 2 node "$root/npm/build.mjs" "$scratch/npm/refused" x86_64-unknown-linux-musl=missing
}

if [ "$host" != x86_64-unknown-linux-gnu ]; then
  skip "npm" "the test makes the package for Linux on x86_64, and this is $host"
elif command -v npm > /dev/null; then
  try "npm packs the wrapper and the program" npm_packs
  try "npx runs the program, which ends with 0, 1 and 2 and reads standard input" npm_runs
  try "a signal ends program and wrapper alike" npm_passes_signals_on
  try "a missing program is named, with the remedy" npm_misses_the_program
  try "a platform without a program is named, with the remedy" npm_knows_its_platforms
  try "npm/build.mjs refuses an unknown target and a missing program" npm_refuses
else
  skip "npm" "no npm here"
fi
