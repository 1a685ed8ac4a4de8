/** What a command of a pod is: a function of ours. No program of the machine is run, and no file of it is read. */
import type { Answer, Question } from '../../../dns/index.ts'
import type { Found } from '../../networks.ts'
import type { Resolution } from '../resolution.ts'

/** Answers the exit code. A CommandFailure is one with its message. */
export type Command = (args: readonly string[], inside: Inside) => Promise<number>

/** What a command has of the pod that it runs in. */
export interface Inside {
  readonly environment: ReadonlyMap<string, string>
  /** By path: the only ones there are. */
  readonly files: ReadonlyMap<string, string>
  readonly hostname: string
  readonly podIps: readonly string[]
  readonly resolution: Resolution
  /** Where the cluster's DNS says that it is; undefined: the pod does not use it. */
  readonly nameserver: Found | undefined
  /** Where a target is on this machine; undefined: it is outside the cluster. */
  readonly reach: (target: Found) => Found | undefined
  /** The pod's own address on this machine, for a target of the same family. */
  readonly sourceFor: (target: Found) => string
  readonly input: AsyncIterable<Buffer>
  /** Rejects when there is more output than a command may have. */
  readonly out: (text: string | Buffer) => Promise<void>
  readonly err: (text: string) => Promise<void>
  /** Aborted when the client goes, the pod ends or the time is over. */
  readonly signal: AbortSignal
}

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  /** 1 to 255. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** Asks the cluster's DNS. Throws a CommandFailure where the pod does not use it. */
export function askDns(command: string, { resolution: { ask } }: Inside): (question: Question) => Answer {
  if (ask === undefined) throw new CommandFailure(9, `${command}: no servers could be reached: /etc/resolv.conf does not name the cluster's DNS`)
  return ask
}
