/**
 * Bundles the program into dist/ (another folder: `--outdir FOLDER`): a folder of modules, because one file would load every cloud's SDK at every start.
 * `--metafile FILE` writes what the bundle is made of, as esbuild lists it.
 */
import { parseArgs } from 'node:util'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join, dirname } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { bundledPackages, readLock } from './release/documents/lock.ts'
import { notices } from './release/documents/notices.ts'
import { CLIENT, DESCRIPTION, REST_GAX, restGax, smallerDescription } from './providers/gcp/api/smaller-sdk.ts'

const RESOLVING = Symbol('resolving')

const { values, positionals } = parseArgs({ options: { outdir: { type: 'string', default: 'dist' }, metafile: { type: 'string' } }, allowPositionals: true })

/** Some dependencies are CommonJS and ask for what an ES module does not have. */
const COMMONJS_NAMES = [
  "import { createRequire as fairleadCreateRequire } from 'node:module'",
  "import { fileURLToPath as fairleadFileURLToPath } from 'node:url'",
  "import { dirname as fairleadDirname } from 'node:path'",
  'const require = fairleadCreateRequire(import.meta.url)',
  'const __filename = fairleadFileURLToPath(import.meta.url)',
  'const __dirname = fairleadDirname(__filename)',
].join(';')

/**
 * The SDK of AWS describes every action of a service in one file of constants, and esbuild keeps them all: their keys are computed, which might have an
 * effect. They have none, and are told to be pure, so that only what we call stays: half a megabyte less to load, and 18 MiB less resident.
 */
const onlyUsedSchemas: Plugin = {
  name: 'only the schemas in use',
  setup(bundling) {
    bundling.onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8')
      return { contents: text.replaceAll(/^((?:export )?var [\w$]+ = )(\[[^;]*\]);$/gm, '$1/* @__PURE__ */ (() => $2)();'), loader: 'js' }
    })
  },
}

/**
 * Of Kubernetes' official client only the reading of kubeconfigs is used. Its package does not say that its modules do nothing when they are loaded, so
 * esbuild would keep them all, and with them every kind of object that the API knows.
 */
const onlyUsedModules: Plugin = {
  name: 'only the modules in use',
  setup(bundling) {
    bundling.onResolve({ filter: /^\.|^@kubernetes\/client-node$/ }, async ({ path, importer, pluginData, ...options }) => {
      const isMeant = pluginData !== RESOLVING && (path.startsWith('@') || /@kubernetes[\\/]client-node[\\/]dist[\\/]/.test(importer))
      if (!isMeant) return undefined
      return { ...(await bundling.resolve(path, { importer, ...options, pluginData: RESOLVING })), sideEffects: false }
    })
  },
}

/** From sources, `withSmallerSdk` does the same when the provider is loaded. */
const smallerGoogleSdk: Plugin = {
  name: 'the smaller SDK of Google Cloud',
  setup(bundling) {
    bundling.onLoad({ filter: DESCRIPTION }, async ({ path }) => ({ contents: smallerDescription(await readFile(path, 'utf8')), loader: 'json' }))
    bundling.onLoad({ filter: REST_GAX }, async ({ path }) => ({ contents: restGax(await readFile(path, 'utf8')), loader: 'js' }))
    bundling.onResolve({ filter: /^google-gax$/ }, async ({ path, importer, pluginData, ...options }) => {
      if (pluginData === RESOLVING || !CLIENT.test(importer)) return undefined
      const main = await bundling.resolve(path, { importer, ...options, pluginData: RESOLVING })
      return { path: join(dirname(main.path), 'fallback.js') }
    })
  },
}

const { metafile } = await build({
  entryPoints: positionals.length > 0 ? positionals : ['src/main.ts'],
  outdir: values.outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  // Names stay, for stack traces. To shorten them and keep them beside would cost 250 bytes for every closure, which then has properties of its own.
  minifyWhitespace: true,
  minifySyntax: true,
  banner: { js: `${COMMONJS_NAMES};` },
  plugins: [onlyUsedSchemas, onlyUsedModules, smallerGoogleSdk],
  logLevel: 'warning',
  metafile: true,
})
await writeFile(join(values.outdir, 'THIRD-PARTY-NOTICES.txt'), notices(bundledPackages(metafile, readLock())))
if (values.metafile !== undefined) await writeFile(values.metafile, JSON.stringify(metafile))

// The modules of the dashboard's page are served as they are: the chunk that serves them finds them beside it, as its source does.
await cp('src/dashboard/page', join(values.outdir, 'page'), { recursive: true })
