/**
 * A Stack on its walk through whatever is asked of it, in whatever order, and wherever a process ends; with a core that publishes what the planner says. For the
 * planner of any cloud: what is asked, and the world in which it is planned and applied, are the cloud's own.
 */
import * as fc from 'fast-check'

/** By a Service's name, what is asked of the Stack for it. Who is not in it is not mentioned. */
export type AskedOf<Asked> = Readonly<Record<string, Asked>>

export interface PlanWorld<Asked> {
  /** Plans and applies until nothing is left to plan; returns the steps, and who is refused or waits. `most`: steps until the process ends. */
  run(asked: AskedOf<Asked>, most?: number): readonly string[] | Promise<readonly string[]>
  /** Another process begins, which knows what is listed. */
  restart(): void | Promise<void>
  /** What a Service publishes. */
  places(name: string): readonly string[]
  /** Gives back what it took of this machine. */
  close?(): Promise<void>
}

/** What is asked for one Service, before it is known what it publishes. */
export type Moment<Ask, Backends> =
  | { readonly kind: 'want'; readonly ask: Ask }
  | { readonly kind: 'follow'; readonly on: Backends }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unmentioned' }

export function momentsOf<Ask, Backends>(asks: fc.Arbitrary<Ask>, backends: fc.Arbitrary<Backends>): fc.Arbitrary<Moment<Ask, Backends>> {
  return fc.oneof(
    { weight: 6, arbitrary: asks.map((ask) => ({ kind: 'want', ask }) as const) },
    { weight: 1, arbitrary: backends.map((on) => ({ kind: 'follow', on }) as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'gone' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'unmentioned' } as const) },
  )
}

export interface Life {
  readonly published: readonly string[]
  readonly lingering: readonly string[]
}

/** How a cloud's tests say what is asked. `age`: later ones are younger. */
export type Wording<Ask, Backends, Asked> = (moment: Exclude<Moment<Ask, Backends>, { kind: 'unmentioned' }>, about: Life & { readonly age: string }) => Asked

const NEW: Life = { published: [], lingering: [] }
/** An old place lingers for as many turns. */
const TURNS = 4

export class PlanWalk<Ask, Backends, Asked, World extends PlanWorld<Asked> = PlanWorld<Asked>> {
  readonly world: World
  readonly #lives = new Map<string, Life>()
  readonly #word: Wording<Ask, Backends, Asked>

  constructor(world: World, word: Wording<Ask, Backends, Asked>) {
    this.world = world
    this.#word = word
  }

  /** Turns until what was published before is no longer known to anybody. Returns what the last of the turns in between said. */
  async settle(moments: Readonly<Record<string, Moment<Ask, Backends>>>): Promise<readonly string[]> {
    let last: readonly string[] = []
    for (let turn = 0; turn < TURNS; turn++) {
      last = await this.world.run(this.#asked(moments))
      this.#publish(Object.keys(moments))
    }
    for (const [name, life] of this.#lives) this.#lives.set(name, { ...life, lingering: [] })
    await this.world.run(this.#asked(moments))
    return last
  }

  /** The same, after a process that ended in the middle of it. */
  async stumble(moments: Readonly<Record<string, Moment<Ask, Backends>>>, { after, isRestart }: Trouble): Promise<void> {
    await this.world.run(this.#asked(moments), after)
    if (isRestart) await this.world.restart()
    await this.settle(moments)
  }

  #asked(moments: Readonly<Record<string, Moment<Ask, Backends>>>): AskedOf<Asked> {
    const asked = Object.entries(moments).flatMap(([name, moment], i) =>
      moment.kind === 'unmentioned' ? [] : [[name, this.#word(moment, { ...(this.#lives.get(name) ?? NEW), age: String(i) })] as const],
    )
    return Object.fromEntries(asked)
  }

  /** As the core does: what was published stays until there is something else. */
  #publish(names: readonly string[]): void {
    for (const name of names) {
      const now = this.world.places(name)
      const { published, lingering } = this.#lives.get(name) ?? NEW
      if (now.length === 0 || now.join() === published.join()) continue
      this.#lives.set(name, { published: now, lingering: [...lingering, ...published.filter((place) => !now.includes(place))] })
    }
  }
}

/** A process ends after some steps; with `isRestart` the next one knows what is listed, else it is the same one, which was only interrupted. */
export interface Trouble {
  readonly after: number
  readonly isRestart: boolean
}

export const troubles: fc.Arbitrary<Trouble> = fc.record({ after: fc.nat({ max: 14 }), isRestart: fc.boolean() })

export interface WalkParameters {
  readonly numRuns: number
  readonly seed: number
}

/** In CI the same in each run, so that a change fails for what it does. */
const CI_SEED = 20_261_129
/** The same walks say nothing new the next time. */
const MOST_IN_CI = 60

/** Elsewhere walks from another seed each time, which is printed: WALK_SEED repeats them, WALKS makes more of them. */
/** `usual`: how many there are where WALKS does not say; fewer of a cloud whose changes are operations, each of which takes several turns. */
export function walkParameters(usual = 200): WalkParameters {
  const isCi = process.env['CI'] !== undefined
  const seed = Number(process.env['WALK_SEED'] ?? (isCi ? CI_SEED : Math.floor(Math.random() * 2 ** 31)))
  console.info(`walks from seed ${seed}: WALK_SEED=${seed} repeats them`)
  return { numRuns: Number(process.env['WALKS'] ?? (isCi ? Math.min(usual, MOST_IN_CI) : usual)), seed }
}
