/** A provider that reports each of its calls. It changes nothing about them: metrics and traces are made from its reports. */
import type { Clock } from '../../model/clock.ts'
import { CloudError } from '../cloud-error.ts'
import type { Depth, Health, Provider, StackId, Step } from '../provider.ts'

export interface Call {
  readonly provider: string
  readonly operation: 'inventory' | 'observe' | 'inspect' | 'health' | 'targets' | 'apply'
  /** Of a step: `create`, and what. */
  readonly verb?: Step['verb']
  readonly kind?: string
  readonly stack?: StackId
  /** Of `apply`. */
  readonly step?: Step
  readonly durationMs: number
  /** `fault`: what is no CloudError, and so a mistake of ours, or the end of the process. */
  readonly result: 'ok' | CloudError['consequence'] | 'fault'
  readonly error?: unknown
}

/** What a call is called in metrics and on pages: `inventory`, `create target group`. Few, whatever a cluster has. */
export function operationOf({ operation, verb, kind }: Pick<Call, 'operation' | 'verb' | 'kind'>): string {
  return verb === undefined || kind === undefined ? operation : `${verb} ${kind}`
}

/** Whether a call may change something. */
export function modeOf({ operation, verb }: Pick<Call, 'operation' | 'verb'>): 'read' | 'write' {
  return operation !== 'apply' || verb === 'read' ? 'read' : 'write'
}

/** The same provider; each call is reported once, when it has ended, and with the clock's time. */
export function instrument<Options, View, S extends Step>(
  provider: Provider<Options, View, S>,
  clock: Pick<Clock, 'now'>,
  report: (call: Call) => void,
): Provider<Options, View, S> {
  const { measured, iterated } = measuring({ name: provider.name, clock, report })
  const measuredDepth = ({ inspect, ...rest }: Depth<View>): Depth<View> =>
    inspect === undefined ? rest : { ...rest, inspect: (stacks, signal) => iterated('inspect', inspect(stacks, signal)) }
  const measuredHealth = ({ pods, targets }: Health<View>): Health<View> => ({
    ...(pods === undefined ? {} : { pods: (view, owners, signal) => measured({ operation: 'health' }, () => pods(view, owners, signal)) }),
    ...(targets === undefined ? {} : { targets: (view, owners, signal) => measured({ operation: 'targets' }, () => targets(view, owners, signal)) }),
  })
  const { depth, health } = provider
  return {
    ...provider,
    ...(depth === undefined ? {} : { depth: measuredDepth(depth) }),
    ...(health === undefined ? {} : { health: measuredHealth(health) }),
    inventory: (signal) => iterated('inventory', provider.inventory(signal)),
    observe: (stack, signal) => measured({ operation: 'observe', stack }, () => provider.observe(stack, signal)),
    apply: (step, view, base, signal) =>
      measured({ operation: 'apply', verb: step.verb, kind: step.kind, step }, () => provider.apply(step, view, base, signal)),
  }
}

interface Measuring {
  readonly name: string
  readonly clock: Pick<Clock, 'now'>
  readonly report: (call: Call) => void
}

type Asked = Pick<Call, 'operation' | 'verb' | 'kind' | 'stack' | 'step'>

function measuring({ name, clock, report }: Measuring) {
  const begin = (call: Asked): ((rest: Pick<Call, 'result' | 'error'>) => void) => {
    const began = clock.now()
    return (rest) => report({ provider: name, ...call, durationMs: clock.now() - began, ...rest })
  }
  const failure = (error: unknown): Pick<Call, 'result' | 'error'> => ({ result: error instanceof CloudError ? error.consequence : 'fault', error })
  return {
    async measured<T>(this: void, call: Asked, run: () => Promise<T>): Promise<T> {
      const end = begin(call)
      try {
        const answer = await run()
        end({ result: 'ok' })
        return answer
      } catch (error) {
        end(failure(error))
        throw error
      }
    },
    async *iterated<T>(this: void, operation: 'inventory' | 'inspect', found: AsyncIterable<T>): AsyncGenerator<T> {
      const end = begin({ operation })
      try {
        yield* found
      } catch (error) {
        end(failure(error))
        throw error
      }
      end({ result: 'ok' })
    },
  }
}
