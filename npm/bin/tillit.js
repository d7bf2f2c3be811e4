#!/usr/bin/env node
// Runs the program that npm has installed for this platform (an optional dependency), with the same arguments, input,
// output and end. Nothing is downloaded, neither here nor at installation.
// Untested: other platforms than Linux on x86_64, signals on Windows, and packages from the registry.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { optionalDependencies, version } = require("../package.json");

const platform = `${process.platform}-${process.arch}`;
const name = `@tillit-lint/${platform}`;

// What could not be checked ends with exit code 2, as it does in the program.
function refuse(cause, remedy) {
  console.error(`tillit: ${cause}\n${remedy}`);
  process.exit(2);
}

function program() {
  if (!(name in optionalDependencies)) {
    const offered = Object.keys(optionalDependencies).map((key) => key.split("/")[1]).join(", ");
    refuse(`no program is offered for ${platform} (only for ${offered})`, "Build it with Rust: cargo install tillit");
  }
  try {
    return require.resolve(`${name}/bin/tillit${process.platform === "win32" ? ".exe" : ""}`);
  } catch {
    return refuse(
      `the package ${name}, which holds the program, is not installed`,
      "Install without --omit=optional. If a lock file was written on another platform, delete it together with\n" +
        `node_modules and install again, or name the package: npm install --save-optional ${name}@${version}`,
    );
  }
}

const path = program();
const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
child.on("error", (error) => refuse(`${path} cannot be run: ${error.message}`, "Install the package again."));
// Who ends this process means the program. It ends by the same signal, and so does this process.
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
});
