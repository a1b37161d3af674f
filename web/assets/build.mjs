// Builds the browser code: every entry that exists, htmx, and the licences of what is bundled.
//
//   node build.mjs            once, into web/static/dist
//   node build.mjs --watch    again at every change

import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "..", "static", "dist");
const watch = process.argv.includes("--watch");

/** Output name → source. An entry that is not written yet is left out, with a note. */
const ENTRIES = {
  app: "app/index.js",
  "app-styles": "styles/index.css",
  diagram: "diagram/index.js",
  replay: "replay/index.js",
  designer: "designer/index.js",
  grid: "grid/index.js",
};

function entries() {
  const found = [];
  for (const [name, source] of Object.entries(ENTRIES)) {
    const file = path.join(here, source);
    if (!existsSync(file)) {
      console.log(`not there yet: ${source}`);
      continue;
    }
    found.push({ in: file, out: name === "app-styles" ? "app" : name });
  }
  return found;
}

/** The packages that end in the browser, as the lock file lists them. */
async function bundled() {
  const lock = JSON.parse(await readFile(path.join(here, "package-lock.json"), "utf8"));
  return Object.entries(lock.packages)
    .filter(([where, entry]) => where && !entry.dev && !entry.optional)
    .map(([where, entry]) => ({ where, name: where.replace(/^.*node_modules\//, ""), ...entry }));
}

async function writeLicences() {
  const parts = [];
  for (const { where, name, version, license } of await bundled()) {
    const folder = path.join(here, where);
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license"].find((each) =>
      existsSync(path.join(folder, each)),
    );
    const text = file ? await readFile(path.join(folder, file), "utf8") : "";
    parts.push(`${name} ${version} (${license ?? "see below"})\n\n${text.trim()}\n`);
  }
  await writeFile(path.join(dist, "licences.txt"), parts.join(`\n${"-".repeat(78)}\n\n`));
}

/** The Song face of printed documents, in the two weights they use, with its licence (docs/adr/0021). */
async function copyFonts() {
  const from = path.join(here, "node_modules", "@expo-google-fonts", "noto-serif-sc");
  const fonts = path.join(dist, "fonts");
  await mkdir(fonts, { recursive: true });
  for (const weight of ["400Regular", "700Bold"]) {
    const name = `NotoSerifSC_${weight}.ttf`;
    await copyFile(path.join(from, weight, name), path.join(fonts, name));
  }
  await copyFile(path.join(from, "LICENSE_FONT"), path.join(fonts, "LICENSE.txt"));
}

const options = {
  entryPoints: entries(),
  outdir: dist,
  bundle: true,
  format: "esm",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  minify: true,
  sourcemap: watch,
  legalComments: "none",
  charset: "utf8",
  loader: { ".woff2": "file", ".woff": "file", ".ttf": "empty", ".eot": "empty", ".svg": "empty" },
  assetNames: "[name]",
  logLevel: "info",
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await copyFile(
  path.join(here, "node_modules", "htmx.org", "dist", "htmx.min.js"),
  path.join(dist, "htmx.js"),
);
await writeLicences();
await copyFonts();
if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
