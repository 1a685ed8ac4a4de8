/** The vocabularies that `fairlead translate` knows, by provider and by the names of the controllers whose annotations they read. */
import type { AnnotationSet, Origin } from '../../../annotations/define.ts'
import { neutral } from '../../../annotations/neutral.ts'
import { classOf } from '../../model/names.ts'
import type { Capabilities } from '../../provider/capabilities.ts'

/** A provider, as far as a translation depends on it. */
export interface Vocabulary {
  readonly name: string
  readonly annotations: AnnotationSet<unknown>
  readonly capabilities: Capabilities
}

export interface Written {
  readonly provider?: Vocabulary
  readonly origin?: Origin
}

interface Service {
  readonly annotations: Readonly<Record<string, string>>
  readonly loadBalancerClass?: string
}

/** What `--from` names. Undefined: no vocabulary has such a controller. */
export function originNamed(name: string, vocabularies: readonly Vocabulary[]): Required<Written> | undefined {
  return all(vocabularies).find(({ origin }) => origin.name === name)
}

/**
 * What a Service was written for, by its annotations, or where they show none by its class. No provider: nothing shows one. A text: why it cannot be decided.
 */
export function detect(service: Service, vocabularies: readonly Vocabulary[]): Written | string {
  const { annotations, loadBalancerClass = '' } = service
  const byClass =
    all(vocabularies).find(({ origin }) => Object.hasOwn(origin.classes, loadBalancerClass)) ??
    vocabularies.map((provider): Written => ({ provider })).find(({ provider }) => provider !== undefined && classOf(provider.name) === loadBalancerClass)
  const byKeys = vocabularies.filter((vocabulary) => Object.keys(annotations).some((key) => isSign(key, annotations[key] ?? '', vocabulary)))
  const [only, ...others] = byKeys
  if (only === undefined) return byClass ?? {}
  if (byClass?.provider !== undefined && byKeys.includes(byClass.provider)) return byClass
  if (others.length > 0) return `it carries annotations for ${byKeys.map(({ name }) => name).join(' and ')}`
  return { provider: only }
}

/** What is harmless to leave out says nothing of whose it is: GKE writes some on any Service. */
function isSign(key: string, value: string, { annotations }: Vocabulary): boolean {
  const means = value.trim() === '' || neutral.find(key) !== undefined ? undefined : annotations.find(key)?.found.means
  return means !== undefined && !('refusal' in means && means.refusal.isHarmless === true)
}

function all(vocabularies: readonly Vocabulary[]): readonly Required<Written>[] {
  return vocabularies.flatMap((provider) => provider.annotations.origins.map((origin) => ({ provider, origin })))
}
