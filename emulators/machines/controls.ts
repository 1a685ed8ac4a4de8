/** What users ask of the machines over HTTP, while they run: the clock of session affinity, and how nodes choose. */
import { ApiError, type Control } from '../kubernetes/index.ts'
import { changedMode } from './proxy-mode.ts'
import type { ServiceProxy } from './service-proxy.ts'

/** The longest time that a Service may set for session affinity: a day. */
const MOST_SECONDS = 86_400

/** By the name that each has behind `/_fairlead/`. */
export function controlsOf(proxy: Pick<ServiceProxy, 'mode' | 'setMode' | 'advance'>): Readonly<Record<'clock' | 'proxy', Control>> {
  return {
    clock: {
      POST(asked) {
        const seconds = secondsIn(asked)
        return { advancedSeconds: seconds, affinityEnded: proxy.advance(seconds) }
      },
    },
    proxy: {
      GET: () => proxy.mode(),
      PUT(asked) {
        const mode = changedMode(proxy.mode(), asked)
        if (typeof mode === 'string') throw refused(mode)
        proxy.setMode(mode)
        return mode
      },
    },
  }
}

function secondsIn(asked: unknown): number {
  const allowed = `allowed: {"advanceSeconds": N}, a whole number from 1 to ${MOST_SECONDS}`
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) throw refused(`the body is not an object; ${allowed}`)
  const { advanceSeconds: seconds, ...others }: Readonly<Record<string, unknown>> = { ...asked }
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) throw refused(`there is no field ${JSON.stringify(stranger)}; ${allowed}`)
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1 && seconds <= MOST_SECONDS) return seconds
  throw refused(`advanceSeconds is ${JSON.stringify(seconds) ?? 'not there'}; ${allowed}`)
}

function refused(message: string): ApiError {
  return new ApiError(400, message, { reason: 'BadRequest' })
}
