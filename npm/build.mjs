// Writes the npm packages of a release: the wrapper, and a package for each platform that a program is given for.
//
//   node npm/build.mjs OUT TARGET=PROGRAM…        TARGET as Rust names it, for example x86_64-unknown-linux-musl
//
// The platform packages are published first (`npm publish OUT/linux-x64 --access public`, …), the wrapper (`OUT/tillit`)
// last, since it refers to them. What the packages say of themselves comes from Cargo.toml.
//
// Untested: publishing, and programs for other platforms than Linux on x86_64.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// What npm knows of a platform, by Rust's name for it. On Linux the program is static, so any libc will do.
const PLATFORMS = {
  "x86_64-unknown-linux-musl": ["linux", "x64"],
  "aarch64-unknown-linux-musl": ["linux", "arm64"],
  "x86_64-apple-darwin": ["darwin", "x64"],
  "aarch64-apple-darwin": ["darwin", "arm64"],
  "x86_64-pc-windows-msvc": ["win32", "x64"],
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function stop(message) {
  console.error(`npm/build.mjs: ${message}`);
  process.exit(2);
}

const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root });
const { version, description, license, repository } = JSON.parse(metadata).packages[0];
const source = { type: "git", url: `git+${repository}.git` };

// A package, but for the file in its folder `bin`, whose path this returns.
function write(folder, file, name, more, readme) {
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const text of ["LICENSE-MIT", "LICENSE-APACHE"]) copyFileSync(join(root, text), join(folder, text));
  writeFileSync(join(folder, "README.md"), readme);
  const manifest = { name, version, description, license, repository: source, files: ["bin", "LICENSE-*"], ...more };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return join(folder, "bin", file);
}

const [out, ...programs] = process.argv.slice(2);
if (!programs.length) stop("usage: node npm/build.mjs OUT TARGET=PROGRAM…");

const wrapper = write(
  join(out, "tillit"),
  "tillit.js",
  "tillit",
  {
    bin: { tillit: "bin/tillit.js" },
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(
      Object.values(PLATFORMS).map(([os, cpu]) => [`@tillit-lint/${os}-${cpu}`, version]),
    ),
  },
  `# tillit\n\n${description}.\n\n\`\`\`sh\nnpx tillit check\n\`\`\`\n\nDocumentation: <${repository}>.\n`,
);
copyFileSync(join(root, "npm/bin/tillit.js"), wrapper);

for (const argument of programs) {
  const [target, program] = argument.split(/=(.*)/s);
  if (!(target in PLATFORMS)) stop(`${target} is not one of ${Object.keys(PLATFORMS).join(", ")}`);
  if (!statSync(program ?? "", { throwIfNoEntry: false })?.isFile()) stop(`${argument}: no such file`);
  const [os, cpu] = PLATFORMS[target];
  const file = write(
    join(out, `${os}-${cpu}`),
    os === "win32" ? "tillit.exe" : "tillit",
    `@tillit-lint/${os}-${cpu}`,
    // Without preferUnplugged, Yarn would leave the program in a zip archive, where nothing can run it.
    { os: [os], cpu: [cpu], preferUnplugged: true },
    `# tillit for ${os}-${cpu}\n\nThe program of [tillit](${repository}) for one platform. Install \`tillit\`, not this.\n`,
  );
  copyFileSync(program, file);
  chmodSync(file, 0o755);
}
