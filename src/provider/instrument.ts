/** A provider that tells of each of its calls. It changes nothing about them: metrics and traces are made from what it tells. */
import type { Clock } from '../model/clock.ts'
import { CloudError } from './cloud-error.ts'
import type { Provider, StackId, Step } from './provider.ts'

export interface Call {
  readonly provider: string
  readonly operation: 'inventory' | 'observe' | 'inspect' | 'health' | 'apply'
  /** Of a step: `create`, and what. */
  readonly verb?: Step['verb']
  readonly kind?: string
  readonly stack?: StackId
  readonly durationMs: number
  /** `fault`: what is no CloudError, and so a mistake of ours, or the end of the process. */
  readonly result: 'ok' | CloudError['consequence'] | 'fault'
  readonly error?: unknown
}

/** The same provider; each call is reported once, when it has ended, and with the clock's time. */
export function instrument<Options, View, S extends Step>(
  provider: Provider<Options, View, S>,
  clock: Pick<Clock, 'now'>,
  report: (call: Call) => void,
): Provider<Options, View, S> {
  const measured = async <T>(call: Pick<Call, 'operation' | 'verb' | 'kind' | 'stack'>, run: () => Promise<T>): Promise<T> => {
    const began = clock.now()
    const end = (rest: Pick<Call, 'result' | 'error'>): void => report({ provider: provider.name, ...call, durationMs: clock.now() - began, ...rest })
    try {
      const answer = await run()
      end({ result: 'ok' })
      return answer
    } catch (error) {
      end({ result: error instanceof CloudError ? error.consequence : 'fault', error })
      throw error
    }
  }
  const { inspect, health } = provider
  return {
    ...provider,
    ...(inspect === undefined ? {} : { inspect: (stack, signal) => measured({ operation: 'inspect', stack }, () => inspect(stack, signal)) }),
    ...(health === undefined ? {} : { health: (view, owners, signal) => measured({ operation: 'health' }, () => health(view, owners, signal)) }),
    async *inventory(signal) {
      const pages = provider.inventory(signal)[Symbol.asyncIterator]()
      const began = clock.now()
      const end = (rest: Pick<Call, 'result' | 'error'>): void =>
        report({ provider: provider.name, operation: 'inventory', durationMs: clock.now() - began, ...rest })
      try {
        for (let page = await pages.next(); page.done !== true; page = await pages.next()) yield page.value
      } catch (error) {
        end({ result: error instanceof CloudError ? error.consequence : 'fault', error })
        throw error
      }
      end({ result: 'ok' })
    },
    observe: (stack, signal) => measured({ operation: 'observe', stack }, () => provider.observe(stack, signal)),
    apply: (step, view, base, signal) => measured({ operation: 'apply', verb: step.verb, kind: step.kind }, () => provider.apply(step, view, base, signal)),
  }
}
