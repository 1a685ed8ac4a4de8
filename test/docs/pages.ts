/** The pages that people read, by their paths from the top of the project, and what is printed on them. */
import { readdirSync, readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import type { Service } from '../../src/model/cluster.ts'

const ROOT = new URL('../../', import.meta.url)

/** Pages of the docs, of the providers, and at the top. */
export function allPages(): readonly string[] {
  const docs = readdirSync(new URL('docs', ROOT), { recursive: true, encoding: 'utf8' }).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))
  const providers = readdirSync(new URL('providers', ROOT), { withFileTypes: true }).flatMap((one) =>
    one.isDirectory() ? [`providers/${one.name}/README.md`] : [],
  )
  return ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'annotations/README.md', 'test/bench/results/README.md', ...providers, ...docs]
}

export function textOf(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8')
}

/** What stands in fences of this language. */
export function blocks(page: string, language: string): readonly string[] {
  return [...textOf(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block)
}

/** Whole Services, in their order. `filled`: what the reader fills in. */
export function servicesOf(page: string, filled: (block: string) => string = (block) => block): readonly Service[] {
  return blocks(page, 'yaml').flatMap((block) =>
    parseAllDocuments(filled(block)).flatMap((document) => {
      const object = document.toJS() as Service & { readonly kind: string }
      return object.kind === 'Service' ? [object] : []
    }),
  )
}
