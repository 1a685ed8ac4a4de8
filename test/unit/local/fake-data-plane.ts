/** A data plane on paper, strict where the real one is forgiving: what cannot be right panics. Sockets are names; some cannot be had. */
import assert from 'node:assert/strict'
import { BindError, type DataPlane, type Frontend } from '../../../providers/local/balancer/data-plane.ts'

export class FakeDataPlane implements DataPlane {
  readonly frontends = new Map<string, Frontend>()
  /** `address:port`, or `port`, to the code that binding fails with. */
  readonly unbindable = new Map<string, string>()

  readonly #lost = new Set<string>()
  readonly #listeners = new Set<(key: string) => void>()

  /** Its socket is gone without having been closed. */
  lose(key: string): void {
    this.#lost.add(key)
    for (const listener of this.#listeners) listener(key)
  }

  async open(frontend: Frontend): Promise<void> {
    assert.ok(!this.frontends.has(frontend.key), `${frontend.key} is open already`)
    const { address, port } = frontend
    const taken = [...this.frontends.values()].some((other) => other.address === address && other.port === port && other.protocol === frontend.protocol)
    const code = taken ? 'EADDRINUSE' : (this.unbindable.get(`${address}:${port}`) ?? this.unbindable.get(`${port}`))
    if (code !== undefined) throw new BindError(code, address, port)
    this.frontends.set(frontend.key, frontend)
  }

  async change(key: string, rule: Frontend['rule']): Promise<void> {
    const frontend = this.frontends.get(key)
    assert.ok(frontend !== undefined, `${key} is changed and not open`)
    this.frontends.set(key, { ...frontend, rule })
    const code = this.unbindable.get(`${frontend.port}`)
    if (code !== undefined) throw new BindError(code, frontend.address, frontend.port)
    this.#lost.delete(key)
  }

  async close(key: string): Promise<void> {
    this.frontends.delete(key)
  }

  async isInUse({ address, port }: Pick<Frontend, 'address' | 'port'>): Promise<boolean> {
    return (this.unbindable.get(`${address}:${port}`) ?? this.unbindable.get(`${port}`)) === 'EADDRINUSE'
  }

  states(): ReturnType<DataPlane['states']> {
    return [...this.frontends.values()].map((frontend) => {
      const lost = this.#lost.has(frontend.key)
      return { frontend, listening: frontend.rule.targets.length > 0 && !lost, lost, connections: 0, targets: [] }
    })
  }

  onLost(listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async shutdown(): Promise<void> {
    this.frontends.clear()
  }
}
