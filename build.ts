/**
 * Bundles the program into dist/ (another folder: `--outdir FOLDER`): a folder of modules, because one file would load every cloud's SDK at every start.
 */
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values, positionals } = parseArgs({ options: { outdir: { type: 'string', default: 'dist' } }, allowPositionals: true })

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
  entryPoints: positionals.length > 0 ? positionals : ['src/main.ts'],
  outdir: values.outdir,
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
