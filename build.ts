/** Bundles the program into dist/: a folder of modules, because one file would load every cloud's SDK at every start. */
import { build } from 'esbuild'

/** Some dependencies are CommonJS and ask for what an ES module does not have. */
const COMMONJS_NAMES = [
  "import { createRequire as fairleadCreateRequire } from 'node:module'",
  "import { fileURLToPath as fairleadFileURLToPath } from 'node:url'",
  "import { dirname as fairleadDirname } from 'node:path'",
  'const require = fairleadCreateRequire(import.meta.url)',
  'const __filename = fairleadFileURLToPath(import.meta.url)',
  'const __dirname = fairleadDirname(__filename)',
].join(';')

await build({
  entryPoints: process.argv.length > 2 ? process.argv.slice(2) : ['src/main.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  keepNames: true,
  banner: { js: `${COMMONJS_NAMES};` },
  logLevel: 'warning',
})
