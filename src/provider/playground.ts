/** How a provider takes part in the playground: what it puts beside the cluster, and what a reader may type then. */
import type { Machines } from '../../emulators/cloud/machines.ts'
import type { MachinesOptions } from '../../emulators/machines/index.ts'
import type { RequestHeaders } from '../model/request-host.ts'
import type { SettingValues } from '../model/setting.ts'

export interface PlaygroundPart<Settings> {
  /** Flags that let a second playground run beside this one, as they are typed; absent: none are needed. */
  readonly flagsBesideAnother?: string
  /** Starts what stands for the cloud. `settings`: as the user gave them. */
  start(context: PlaygroundContext<Settings>): Promise<PlaygroundCloud>
}

export interface PlaygroundContext<Settings> {
  readonly settings: Settings
  /** Where a file for the reader may be left, which goes with the playground; as a reader would type it. */
  readonly folder: string
  /** Why an HTTP server of the playground refuses a request with these headers, as a sentence; undefined: it answers. */
  readonly hostRefusal: (headers: RequestHeaders) => string | undefined
}

export interface PlaygroundCloud {
  /** Where an emulated cloud is called; the file of endpoints has it under the provider's name. Absent: the provider works on this machine. */
  readonly url?: string
  /** How the cloud knows a node. Absent: the nodes are in no cloud. */
  readonly place?: NonNullable<MachinesOptions['place']>
  /** Called with what runs in the cluster, at the start and after each change. */
  setMachines?(machines: Machines): void
  /** What the provider is set to. `networkMap`: where the networks of nodes and pods are found on this machine, as `FROM=TO`. */
  settings(networkMap: readonly string[]): SettingValues
  welcome(): Promise<PlaygroundWelcome>
  close(): Promise<void>
}

/** What the playground prints of a provider when it is ready. */
export interface PlaygroundWelcome {
  /** Behind "Fairlead's playground is ready", such as ", on an emulated cloud". */
  readonly addition?: string
  /** Of the Service that is proposed. */
  readonly port: number
  /** Absent: the same. */
  readonly targetPort?: number
  /** What to type once there is a Service `web`, one line each. */
  readonly lines: readonly string[]
}
