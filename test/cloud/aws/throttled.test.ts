/** AWS asks us to slow down at a write, whichever it is. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), 'throttle', {
  fewest: 4,
  stories: [['change', 'kept']],
})
