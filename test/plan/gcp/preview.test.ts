import { IMMEDIATE } from '../../../emulators/gcp/index.ts'
import { planPreviews } from '../../cloud/plan-previews.ts'
import { walkParameters } from '../../cloud/plan-walk.ts'
import { openGcpWorld } from './gcp-world.ts'
import { asks, nodes, want } from './random-asks.ts'

planPreviews(
  {
    open: () => openGcpWorld(IMMEDIATE),
    asks,
    asked: (ask, published) => ({ want: want({ ...ask, on: nodes(1, 2) }), published }),
    isOfAll: (line) => line.includes('-nodes-'),
    // A firewall rule may be changed once more, or go and come back, while what it is about goes.
    comparable: (line) => line.replace(/^\w+ (?=firewall)/, ''),
  },
  walkParameters(10),
)
