/** The page itself, as files beside this module: `build.ts` copies them beside the bundle. */
import { readFile } from 'node:fs/promises'

const HTML = 'text/html; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** By path. Nothing else is served from the folder. */
const FILES = new Map<string, readonly [file: string, type: string]>([
  ['/', ['index.html', HTML]],
  ['/page.css', ['page.css', 'text/css; charset=utf-8']],
  ['/icon.svg', ['icon.svg', 'image/svg+xml']],
])
for (const name of ['main', 'dom', 'list', 'live', 'overview', 'parts', 'picture', 'service', 'words']) FILES.set(`/${name}.js`, [`${name}.js`, SCRIPT])

export interface PageFile {
  readonly type: string
  readonly content: Buffer
}

/** Reads each file once. Undefined: there is none under this path. */
export function pageFiles(): (path: string) => Promise<PageFile | undefined> {
  const read = new Map<string, Promise<PageFile>>()
  return async (path) => {
    const [file, type] = FILES.get(path) ?? []
    if (file === undefined || type === undefined) return undefined
    const known = read.get(path) ?? readFile(new URL(`page/${file}`, import.meta.url)).then((content) => ({ type, content }))
    read.set(path, known)
    return known
  }
}
