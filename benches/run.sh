#!/usr/bin/env bash
# Measures tillit beside reading the files and beside parsing alone, and compares with the aims.
#
#   benches/run.sh          everything (five minutes or so)
#   benches/run.sh quick    without the steps in criterion
#
# Commands take turns in every round, and ratios are formed within a round, so that a drift of the
# machine hits both sides alike. ROUNDS=9 makes more of them (5 unless said otherwise).
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C
rounds=${ROUNDS:-5}
target=${CARGO_TARGET_DIR:-target}
corpus=$target/corpus
times=$(mktemp)
csv=$(mktemp)
trap 'rm -f "$times" "$csv"' EXIT

for tool in hyperfine:hyperfine /usr/bin/time:time; do
  command -v "${tool%:*}" > /dev/null || { echo "missing: apt-get install ${tool#*:}" >&2; exit 2; }
done

# The path of a bench program, built when it has to be.
program() {
  cargo bench --quiet --no-run --bench "$1" --message-format json 2> /dev/null |
    sed -n 's/.*"kind":\["bench"\].*"name":"'"$1"'".*"executable":"\([^"]*\)".*/\1/p'
}

echo "building …" >&2
cargo build --quiet --release
limits=$(program limits)
make=$(program corpus)
tillit=$target/release/tillit

rm -rf "$corpus"
mkdir -p "$corpus"
"$make" "$corpus/1" 1
"$make" "$corpus/100" 100
"$make" "$corpus/1000" 1000
"$make" "$corpus/10000" 10000
"$make" "$corpus/clean" 1000 none
"$make" "$corpus/findings" 1000 five
"$make" "$corpus/large.tillit.yaml" 20MB

# measure NAME THREADS RUNS COMMAND…: a line "NAME ROUND MILLISECONDS" with the median of the runs, and
# one for NAME-cpu with the processor time, which others on the machine disturb less.
measure() {
  local name=$1 threads=$2 runs=$3
  shift 3
  RAYON_NUM_THREADS=$threads hyperfine --shell none --ignore-failure --warmup 1 --runs "$runs" \
    --export-csv "$csv" "$*" > /dev/null 2>&1
  awk -F, -v name="$name" -v round="$round" '
    NR == 2 {
      print name, round, $(NF - 4) * 1000
      print name "-cpu", round, ($(NF - 3) + $(NF - 2)) * 1000
    }' "$csv" >> "$times"
}

check() { echo "$tillit check --format json $corpus/$1"; }

for round in $(seq "$rounds"); do
  echo "round $round of $rounds …" >&2
  for size in 1000 10000; do
    runs=$((size == 1000 ? 5 : 2))
    measure "walk-$size" 1 "$runs" "$limits walk $corpus/$size"
    measure "read-$size" 1 "$runs" "$limits read $corpus/$size"
    measure "tree-$size" 1 "$runs" "$limits tree $corpus/$size"
    measure "tree2-$size" 2 "$runs" "$limits tree -j 2 $corpus/$size"
    measure "check-$size" 1 "$runs" "$(check $size)"
    measure "check2-$size" 2 "$runs" "$(check $size)"
  done
  measure start 2 20 "$(check 1)"
  measure check-100 1 10 "$(check 100)"
  measure tree-large 1 2 "$limits tree $corpus/large.tillit.yaml"
  measure check-large 1 2 "$(check large.tillit.yaml)"
  measure clean 1 5 "$(check clean)"
  measure findings 1 5 "$(check findings)"
done

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
milliseconds() { awk -v name="$1" '$1 == name { print $3 }' "$times" | median; }
ratio() {
  awk -v a="$1" -v b="$2" '$1 == a { x[$2] = $3 } $1 == b { y[$2] = $3 } END { for (r in x) print x[r] / y[r] }' "$times" | median
}
# growth A B: the exponent with which time grows from A to B, ten times the files.
growth() { ratio "check-$2" "check-$1" | awk '{ printf "%.2f", log($1) / log(10) }'; }
# memory THREADS CORPUS: peak in MiB. Findings make the exit code 1.
memory() {
  # shellcheck disable=SC2046
  { RAYON_NUM_THREADS=$1 /usr/bin/time --quiet --format '%M' $(check "$2") 2>&1 > /dev/null || true; } |
    awk 'END { printf "%.1f", $1 / 1024 }'
}
row() { printf '| %-44s | %10s | %-10s |\n' "$@"; }
times_of() { printf '%.2f' "$(ratio "$1" "$2")"; }
span() { printf '%.1f ms' "$(milliseconds "$1")"; }

echo
echo "$(date -u +%F), $(git rev-parse --short HEAD), $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg), $rounds rounds"
echo
row "what" "measured" "aim"
row "---" "---:" "---"
for size in 1000 10000; do
  row "$size files, walk" "$(span walk-$size)" ""
  row "$size files, read" "$(span read-$size)" ""
  row "$size files, tree, one thread" "$(span tree-$size)" ""
  # Near 0.5 when the second processor is free; else no figure on two threads says anything.
  row "$size files, tree on two threads / one" "$(times_of tree2-$size tree-$size)" ""
  row "$size files, check, one thread" "$(span check-$size)" ""
  row "$size files, check / tree, one thread" "$(times_of check-$size tree-$size)" "<= 1.5"
  row "$size files, the same by processor time" "$(times_of check-$size-cpu tree-$size-cpu)" "<= 1.5"
  row "$size files, check on two threads / tree" "$(times_of check2-$size tree-$size)" "<= 1.0"
done
row "10000 files, memory, one thread" "$(memory 1 10000) MiB" "<= 32 MiB"
row "10000 files, memory, two threads" "$(memory 2 10000) MiB" "<= 32 MiB"
row "one file (start-up)" "$(span start)" "<= 8 ms"
row "growth exponent, 100 to 1000 files" "$(growth 100 1000)" "<= 1.05"
row "growth exponent, 1000 to 10000 files" "$(growth 1000 10000)" "<= 1.05"
row "one file of 20 MB, check / tree" "$(times_of check-large tree-large)" "<= 1.5"
row "5000 findings / none, 1000 files" "$(times_of findings clean)" "<= 1.25"

[ "${1:-}" = quick ] && exit 0
echo "steps …" >&2
cargo bench --quiet --bench parts -- --quiet 2> /dev/null | grep -E 'faults|time:|thrpt:' > "$target/parts.txt"
# part STEP: nanoseconds on 50 exemplary manifests.
part() {
  sed 's/.*"median":{"confidence_interval":{[^}]*},"point_estimate":\([0-9.e+]*\).*/\1/' \
    "$target/criterion/0 faults/$1/new/estimates.json"
}
row "all rules / tree" "$(awk -v a="$(part '4 rules')" -v b="$(part '1 tree')" 'BEGIN { printf "%.2f", a / b }')" "<= 0.33"
echo
cat "$target/parts.txt"
