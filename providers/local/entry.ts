/** What the program knows of the local provider before it loads it. */
import { local as annotations } from '../../annotations/local.ts'
import { defineProvider } from '../../src/provider/entry.ts'
import { capabilities } from './capabilities.ts'
import { metrics } from './metrics.ts'
import { settings } from './settings.ts'

export const local = defineProvider({
  settings,
  annotations,
  capabilities: capabilities({ reach: 'direct', portOffset: 0 }),
  metrics,
  examples: {
    playground: ['fairlead playground --kubeconfig-out /tmp/kubeconfig --address-pool 127.0.20.0/24', 'fairlead playground --port-offset 8000'],
    run: [
      'fairlead run --kubeconfig ~/.kube/config --default-class local',
      'fairlead run --address-pool 127.0.10.0/24 --network-map 10.244.0.0/16=127.244.0.0/16',
    ],
  },
  load: () => import('./load.ts'),
  playground: () => import('./playground.ts'),
})
