/** `fairlead completion` prints the script of a shell; `fairlead complete` prints the Services that a script offers. */
import { readSettings, SettingError } from '../../config.ts'
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Service } from '../../model/cluster.ts'
import { FINALIZERS } from '../../model/names.ts'
import { connectTo, logOf, type Surroundings } from '../connection.ts'
import type { CommandBody } from '../program.ts'
import { whenAborted } from '../when-aborted.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'
import { zshScript } from './zsh.ts'

const SCRIPTS: Readonly<Record<string, (vocabulary: Vocabulary) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript }

/** `providers`: the names of all there are. */
export function completionCommand(providers: readonly string[]): CommandBody {
  return async (_, terminal, [shell = '']) => {
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
    if (script === undefined)
      throw new SettingError(`${JSON.stringify(shell)} is not a shell that can be completed in; allowed: ${Object.keys(SCRIPTS).join(', ')}`)
    terminal.out(script(vocabularyOf(providers)))
    return 0
  }
}

/** A person waits for the answer, a program for credentials and the API server included. */
const ANSWER_WITHIN_MS = 2_000
/** More than a person reads through. */
const MOST_NAMES = 500

/** Prints nothing where no cluster answers in time. `names`: the words of the command line so far. */
export function completeCommand(surroundings: Surroundings): CommandBody {
  return async (_, terminal, words) => {
    const { clock } = surroundings
    const late = new AbortController()
    const timer = clock.setTimeout(() => late.abort(), ANSWER_WITHIN_MS)
    const settings = readSettings('get', { flags: flagsIn(words), environment: terminal.environment })
    const connection = await connectTo(settings, terminal, surroundings, logOf(settings, terminal, clock))
    try {
      const signal = AbortSignal.any([terminal.signal, late.signal])
      const asked = namesIn(connection.api, { said: settings.namespace, ofContext: connection.namespace ?? 'default' }, signal)
      const names = await Promise.race([asked, whenAborted(signal).then(() => [])])
      terminal.out(names.map((name) => `${name}\n`).join(''))
      return 0
    } catch {
      return 1
    } finally {
      timer.cancel()
      await connection.close()
    }
  }
}

/** Of all namespaces, or where that is not allowed, of the context's. */
async function namesIn(
  api: Pick<KubernetesApi, 'list'>,
  { said, ofContext }: { readonly said: string | undefined; readonly ofContext: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const listIn = async (namespace: string | undefined): Promise<readonly Service[]> =>
    (await api.list('services', { limit: MOST_NAMES, signal, ...(namespace === undefined ? {} : { within: { namespace } }) })).items
  const services = await listIn(said).catch((error: unknown) => {
    if (said !== undefined) throw error
    return listIn(ofContext)
  })
  const mayBeOurs = services.filter(
    ({ metadata, spec }) => spec.type === 'LoadBalancer' || metadata.finalizers?.some((name) => name.startsWith(FINALIZERS)) === true,
  )
  return mayBeOurs.map(({ metadata: { namespace, name } }) => (said === undefined ? `${namespace}/${name}` : name)).filter((name) => SAFE.test(name))
}

/** Every name that an API server takes; a shell gets no other. */
const SAFE = /^[a-z0-9.-]+(?:\/[a-z0-9.-]+)?$/

const MEANT: Readonly<Record<string, string>> = { '--kubeconfig': 'kubeconfig', '--context': 'context', '--namespace': 'namespace', '-n': 'namespace' }

/** Which cluster and namespace the words say: `--context prod`, `--context=prod`, and as bash has the latter, `--context = prod`. */
function flagsIn(words: readonly string[]): Readonly<Record<string, string>> {
  const parts = words.flatMap((word) => (word.startsWith('--') ? word.split(/=(.*)/s).filter((part) => part !== '') : [word])).filter((word) => word !== '=')
  const found = parts.flatMap((part, i) => {
    const [name, value] = [Object.hasOwn(MEANT, part) ? MEANT[part] : undefined, parts[i + 1]]
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(found)
}
