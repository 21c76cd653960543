// Copies the front-end libraries out of node_modules into static/vendor and tests/vendor,
// with their licences and a list of checksums. Run it with `make vendor`.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const served = join(here, "..", "static", "vendor");
const testsOnly = join(here, "..", "tests", "vendor");

const read = (...path) => readFileSync(join(modules, ...path));

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Name a picture after the first selector that draws it; a rule's second picture gets a number. */
function pictureName(selector, taken) {
  const first = selector.split(",")[0].replace("[data-bs-theme=dark]", "dark");
  const stem = first.replace(/[^a-z]+/g, "-").replace(/^-|-$/g, "");
  let name = `${stem}.svg`;
  for (let number = 2; taken.has(name); number += 1) name = `${stem}-${number}.svg`;
  return name;
}

/** Move every `data:` picture of a style sheet into a file: the security policy allows `self` only. */
function withoutDataPictures(css) {
  const pictures = new Map();
  const rule = /([^{}]*)\{[^{}]*\}/g;
  const picture = /url\("data:image\/svg\+xml,([^"]*)"\)/g;
  const text = css.replace(rule, (whole, selector) =>
    whole.replace(picture, (_, encoded) => {
      const svg = `${decodeURIComponent(encoded)}\n`;
      if (!pictures.has(svg)) {
        pictures.set(svg, pictureName(selector, new Set(pictures.values())));
      }
      return `url("img/${pictures.get(svg)}")`;
    }),
  );
  if (text.includes("data:")) throw new Error("a data: address is left in the style sheet");
  return { text, pictures };
}

function vendorBootstrap() {
  const folder = join(served, "bootstrap");
  const source = read("bootstrap", "dist", "css", "bootstrap.min.css").toString();
  const css = source.replace(/\/\*# sourceMappingURL=.*?\*\/\s*$/, "");
  const { text, pictures } = withoutDataPictures(css);
  write(join(folder, "bootstrap.min.css"), text);
  write(join(folder, "LICENSE"), read("bootstrap", "LICENSE"));
  for (const [svg, name] of pictures) write(join(folder, "img", name), svg);
}

/** Every character of GBK, with the minus and dashes of our pages: what an official paper may need. */
function charactersOfPapers() {
  const gbk = new TextDecoder("gbk");
  const found = new Set("−–—…‘’“”·〔〕%‰");
  for (let code = 0x20; code < 0x7f; code += 1) found.add(String.fromCharCode(code));
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      for (const letter of gbk.decode(Uint8Array.of(lead, trail))) found.add(letter);
    }
  }
  found.delete("\ufffd");
  return [...found].sort().join("");
}

/** The font that is embedded in papers; a browser never loads it. */
async function vendorFont() {
  const folder = join(served, "fonts");
  const source = read("@expo-google-fonts", "noto-sans-sc", "400Regular", "NotoSansSC_400Regular.ttf");
  const font = await subsetFont(source, charactersOfPapers(), { targetFormat: "truetype" });
  write(join(folder, "noto-sans-sc.ttf"), font);
  write(join(folder, "LICENSE"), read("@expo-google-fonts", "noto-sans-sc", "LICENSE_FONT"));
}

/** Bundle what `echarts.js` names into one classic script, `echarts`, with the licences of its parts. */
async function vendorCharts() {
  const folder = join(served, "echarts");
  const { version } = JSON.parse(read("echarts", "package.json"));
  const result = await build({
    absWorkingDir: here,
    entryPoints: ["echarts.js"],
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "echarts",
    target: "es2020",
    legalComments: "none",
    banner: { js: `/* Parts of Apache ECharts ${version}; Apache License 2.0; see LICENSE and NOTICE beside it */` },
    write: false,
  });
  const [bundle] = result.outputFiles;
  if (/\beval\(|new Function/.test(bundle.text)) throw new Error("the bundle makes code of text");
  write(join(folder, "echarts.js"), bundle.contents);
  write(join(folder, "LICENSE"), read("echarts", "LICENSE"));
  write(join(folder, "NOTICE"), read("echarts", "NOTICE"));
  write(join(folder, "LICENSE-d3"), read("echarts", "licenses", "LICENSE-d3"));
  write(join(folder, "LICENSE-zrender"), read("zrender", "LICENSE"));
  write(join(folder, "LICENSE-tslib"), read("tslib", "LICENSE.txt"));
}

function vendorAxe() {
  for (const name of ["axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"]) {
    write(join(testsOnly, "axe", name), read("axe-core", name));
  }
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

function writeChecksums(folder) {
  const line = (name) => {
    const digest = createHash("sha256").update(readFileSync(join(folder, name))).digest("hex");
    return `${digest}  ${name}\n`;
  };
  write(join(folder, "SHA256SUMS"), filesUnder(folder).map(line).join(""));
}

for (const folder of [served, testsOnly]) rmSync(folder, { recursive: true, force: true });
vendorBootstrap();
vendorAxe();
await vendorCharts();
await vendorFont();
for (const folder of [served, testsOnly]) writeChecksums(folder);
