/** A data plane on paper: it keeps what it is given and opens nothing. For commands that only plan. */
import type { DataPlane, Frontend } from './balancer/data-plane.ts'

export function createPaperPlane(): DataPlane {
  const frontends = new Map<string, Frontend>()
  return {
    async open(frontend) {
      frontends.set(frontend.key, frontend)
    },
    async change(key, rule) {
      const known = frontends.get(key)
      if (known !== undefined) frontends.set(key, { ...known, rule })
    },
    async close(key) {
      frontends.delete(key)
    },
    isInUse: async () => false,
    states: () => [...frontends.values()].map((frontend) => ({ frontend, listening: true, lost: false, connections: 0, targets: [] })),
    onLost: () => () => undefined,
    async shutdown() {
      frontends.clear()
    },
  }
}
