/** What a controller publishes while it serves: its settings, its policy and its orphans, once it has the Lease and whenever they change. */
import type { Settings } from '../config.ts'
import type { Controller } from '../controller/controller.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { Leadership } from '../kubernetes/lease.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { type LeasePlace, type Publication, publishSettings, settingsPlaceOf } from './controller-settings.ts'
import { publishedText, reportOrphans } from './orphan-reports.ts'

export interface PublishingOptions {
  readonly api: KubernetesApi
  readonly controller: Controller
  readonly lease: Leadership
  readonly leasePlace: LeasePlace
  readonly events: EventRecorder
  /** As it was read at the start; undefined: there is none. */
  readonly policyFile: { readonly text: string } | undefined
  readonly settings: Settings
  readonly version: string
  readonly isEmulated?: boolean
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

export interface Publishing {
  /** A dry run writes nothing, and leaves what the controller that works has published. */
  begin(): void
  /** Another text is in force. */
  policyChanged(text: string): void
}

/** Writes nothing before it begins. */
export function publishWhileServing(options: PublishingOptions): Publishing {
  const { api, controller, lease, leasePlace, settings, events, clock, log, signal } = options
  let policy = options.policyFile?.text
  const publication = (): Publication => ({
    settings,
    version: options.version,
    isEmulated: options.isEmulated ?? false,
    policy,
    orphans: listedOrphans(controller, { isNeverDelete: settings['never-delete'], at: clock.date() }),
  })
  const publish = oneAtATime(() => publishSettings({ api, lease: leasePlace, publication, clock, log, signal }))
  return {
    begin() {
      if (settings['dry-run']) return
      const reports = { api, place: settingsPlaceOf(leasePlace), controller, events, publish: () => void publish(), clock, log, signal }
      const attended = lease.elected.then(
        () => Promise.all([publish(), reportOrphans(reports)]),
        () => undefined,
      )
      void attended
    },
    policyChanged(text) {
      policy = text
      if (lease.isLeader() && !settings['dry-run']) void publish()
    },
  }
}

function listedOrphans(controller: Pick<Controller, 'orphans'>, how: Parameters<typeof publishedText>[1]): string | undefined {
  const orphans = controller.orphans()
  return orphans === undefined ? undefined : publishedText(orphans, how)
}

/** Runs it again afterwards, once, when it is asked for meanwhile: what is written last is what was so last. */
function oneAtATime(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let isDue = false
  const run = async (): Promise<void> => {
    while (isDue) {
      isDue = false
      await write()
    }
    running = undefined
  }
  return () => {
    isDue = true
    return (running ??= run())
  }
}
