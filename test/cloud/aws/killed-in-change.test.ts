/** The process is killed in the middle of a change, and another one takes over when its Lease has run out. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), 'killed', {
  fewest: 4,
  stories: [
    ['change', 'kept'],
    ['change', 'deleted'],
  ],
})
