import { IMMEDIATE } from '../../../emulators/azure/index.ts'
import { planPreviews } from '../../cloud/plan-previews.ts'
import { walkParameters } from '../../cloud/plan-walk.ts'
import { openAzureWorld } from './azure-world.ts'
import { asks, nodes, want } from './random-asks.ts'

planPreviews(
  {
    open: () => openAzureWorld(IMMEDIATE),
    asks,
    asked: (ask, published) => ({ want: want({ ...ask, on: nodes(1, 2) }), published }),
  },
  walkParameters(10),
)
